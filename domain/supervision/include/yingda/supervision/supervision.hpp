// Supervision's face (现场管理): the live board, alarms and their webhooks, and what supervisors do with conversations.
// Feeds on the event log; keeps what is open in memory. Does not own: states, queues, policies (routing), sockets
// (edge/realtime). Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/ids.hpp"
#include "yingda/base/result.hpp"
#include "yingda/base/secret_box.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/net/client.hpp"
#include "yingda/org/org.hpp"
#include "yingda/routing/routing.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/database.hpp"
#include "yingda/supervision/board.hpp"
#include "yingda/supervision/types.hpp"

namespace yingda::supervision {

inline constexpr DurationMs kDeliveryDeadline = seconds(5);
inline constexpr DurationMs kDeliveryTriedFor = hours(24);  // then it is given up
inline constexpr DurationMs kDeliveryPauseFirst = seconds(2);
inline constexpr DurationMs kDeliveryPauseMax = minutes(30);
/// Waiting deliveries of one tenant; one more is stored as failed (`supervision.outbox_full`).
inline constexpr std::int64_t kDeliveriesPendingMax = 2'000;
inline constexpr int kDeliveriesShown = 100;
inline constexpr DurationMs kDeliveriesKept = days(7);
inline constexpr DurationMs kAlarmsKept = days(90);  // after they ended

struct Options {
  /// Sends a request; `done` once, on any thread, must not block. The wiring gives net's HttpClient.
  std::function<void(net::ClientRequest, std::function<void(Result<net::ClientResponse>)>)> send;
  /// Whether webhooks may reach addresses inside the own network.
  net::AddressGuard guard = net::AddressGuard::public_only;
  SecretBox box;  // seals the webhooks' secrets
};

class Supervision {
 public:
  Supervision(storage::Database& database, runtime::Dispatcher& dispatcher, runtime::Timers& timers, const Clock& clock,
              IdSource& ids, org::Org& org, conversation::Conversations& conversations, routing::Routing& routing,
              Options options);
  ~Supervision();

  /// Registers its handlers: after migrate, before dispatcher.start() and timers.start().
  Status start();
  /// No answer of a receiver changes anything any more; what is pending goes on after the next start.
  void stop();

  // --- the board, of the actor's scope; `unit` narrows it to a part of the tree. Reads the store only at the first
  // look at a tenant and after changes of the organisation: blocking, not on a network thread. permission_denied
  // `auth.permission_denied` without conversation_supervise, not_found `org.unit_not_found`.
  Result<Board> board(const org::Actor& actor, UnitId unit);
  /// The same as JSON.
  Result<std::string> board_json(const org::Actor& actor, UnitId unit);
  /// Equal for actors who get the same board.
  static std::string scope_key(const org::Actor& actor, UnitId unit);
  /// Called after something on the board of a tenant changed; on a worker, must not block. Set before start().
  void on_change(std::function<void(TenantId)> listener);

  // --- alarms. conversation_supervise; only those of teams in scope (of no team: with the whole tenant in scope).
  /// Newest first; `next` may stand behind a short page.
  Result<org::Page<Alarm>> alarms(storage::Transaction& tx, const org::Actor& actor, bool only_open,
                                  std::string_view after, int limit);
  /// not_found `supervision.alarm_not_found`. Again by anybody: nothing changes.
  Result<Alarm> acknowledge(storage::Transaction& tx, const org::Actor& actor, AlarmId id);

  // --- webhooks; settings_manage
  Result<AlarmSettings> settings(storage::Transaction& tx, const org::Actor& actor);
  /// Replaces the list: those with an id keep what they do not say (secret), the others are new. invalid_argument with
  /// fields; not_found `supervision.webhook_not_found`.
  Result<AlarmSettings> save_settings(storage::Transaction& tx, const org::Actor& actor, const AlarmSettings& settings);
  /// The newest kDeliveriesShown, newest first.
  Result<std::vector<Delivery>> deliveries(storage::Transaction& tx, const org::Actor& actor);
  /// Sends one to the webhook, switched on or not; not_found `supervision.webhook_not_found`.
  Result<Delivery> test_webhook(storage::Transaction& tx, const org::Actor& actor, WebhookId id);

  /// Writes down that a supervisor began to watch without being seen; access as to the conversation.
  Status note_watch(storage::Transaction& tx, const org::Actor& actor, ConversationId id);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

std::span<const storage::Migration> migrations();

}  // namespace yingda::supervision
