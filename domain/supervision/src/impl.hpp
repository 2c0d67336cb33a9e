// Supervision's inside, shared by supervision.cpp, alarms.cpp and deliveries.cpp.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "codec.hpp"
#include "decide.hpp"
#include "floor.hpp"
#include "store.hpp"
#include "yingda/supervision/supervision.hpp"

namespace yingda::supervision {

inline constexpr std::string_view kDeliverTimer = "supervision.deliver";

struct Supervision::Impl : std::enable_shared_from_this<Supervision::Impl> {
  Impl(storage::Database& database, runtime::Dispatcher& dispatcher, runtime::Timers& timers, const Clock& clock,
       IdSource& ids, org::Org& org, conversation::Conversations& conversations, routing::Routing& routing,
       Options options)
      : database(database),
        dispatcher(dispatcher),
        timers(timers),
        clock(clock),
        ids(ids),
        org(org),
        conversations(conversations),
        routing(routing),
        options(std::move(options)) {}

  // --- floors (supervision.cpp)
  /// The tenant's floor, loaded from the store at the first look.
  Result<std::shared_ptr<Floor>> floor_of(TenantId tenant);
  Result<std::shared_ptr<const Structure>> load_structure(storage::Transaction& tx, TenantId tenant);
  Status reload_structure(TenantId tenant, Floor& floor);

  // --- events (alarms.cpp). The handler: alarms first, in one transaction with their cursor, then the floor.
  Status on_events(std::span<const storage::CommittedEvent> events);
  /// An event with what it says, decoded once.
  struct News {
    const storage::CommittedEvent* event = nullptr;
    std::optional<ConversationNews> conversation;
    std::optional<routing::AttentionEvent> attention;
    std::optional<routing::QueueAttentionEvent> queue_attention;
  };
  Status digest_alarms(TenantId tenant, const Floor& floor, const std::vector<News>& news);
  Status digest_alarm(storage::Transaction& tx, TenantId tenant, const News& news);
  Status digest_floor(TenantId tenant, Floor& floor, const std::vector<News>& news);
  Status raise(storage::Transaction& tx, TenantId tenant, const Cause& cause);
  Status end(storage::Transaction& tx, TenantId tenant, Alarm alarm, UtcTime at);
  Status end_over(storage::Transaction& tx, TenantId tenant, const conversation::Conversation& conversation,
                  UtcTime at);

  // --- deliveries (deliveries.cpp)
  Status enqueue(storage::Transaction& tx, TenantId tenant, std::string_view event, const Alarm& alarm);
  Result<Delivery> enqueue_to(storage::Transaction& tx, TenantId tenant, const store::WebhookRow& hook,
                              std::string_view event, const Alarm* alarm);
  Status on_due(storage::Transaction& tx, const runtime::Timer& timer);
  void post(TenantId tenant, const store::DeliveryRow& row, const store::WebhookRow& hook);
  Status settle(storage::Transaction& tx, TenantId tenant, DeliveryId id, std::int64_t attempt, std::int64_t status,
                const std::string& error);

  storage::Database& database;
  runtime::Dispatcher& dispatcher;
  runtime::Timers& timers;
  const Clock& clock;
  IdSource& ids;
  org::Org& org;
  conversation::Conversations& conversations;
  routing::Routing& routing;
  const Options options;
  std::vector<std::function<void(TenantId)>> listeners;

  std::mutex mutex;
  std::unordered_map<TenantId, std::shared_ptr<Floor>> floors;
  std::atomic<bool> stopping{false};
};

}  // namespace yingda::supervision
