// The shell of routing: worlds in memory, decisions applied through the store. See routing.hpp for the face.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "store.hpp"
#include "world.hpp"
#include "yingda/routing/routing.hpp"

namespace yingda::routing {

struct Routing::Impl {
  storage::Database& database;
  runtime::Dispatcher& dispatcher;
  runtime::Timers& timers;
  const Clock& clock;
  IdSource& ids;
  org::Org& org;
  conversation::Conversations& conversations;
  std::function<TeamId(TenantId, WidgetId)> team_of_widget;

  mutable std::mutex worlds_mutex;
  std::unordered_map<TenantId, std::shared_ptr<World>> worlds;
  std::atomic<std::int64_t> in_flight{0};  // assignments on their way to the store
  std::atomic<bool> stopping{false};

  // --- worlds (load.cpp)
  std::shared_ptr<World> find(TenantId tenant) const;
  /// The tenant's world, loaded from the store when this is the first look at it.
  Result<std::shared_ptr<World>> ensure(storage::Transaction& tx, TenantId tenant);
  Status load_people(storage::Transaction& tx, World& world);
  Status load_items(storage::Transaction& tx, World& world);

  // --- events (events.cpp)
  Status on_event(const storage::CommittedEvent& event);
  Status on_conversation(World& world, const storage::CommittedEvent& event);
  Status reload_people(TenantId tenant);
  /// Brings one conversation of the board to what the store says (after a lost race).
  void refresh(TenantId tenant, ConversationId id);
  /// Puts a conversation where its state says; gives agents that may have become free. World's mutex held.
  static UserId place(World& world, const conversation::Conversation& conversation);

  // --- decisions (assign.cpp). Never called with a world's mutex held.
  void serve_item(const std::shared_ptr<World>& world, ConversationId id);
  void serve_agent(const std::shared_ptr<World>& world, UserId agent);
  void serve_everything(const std::shared_ptr<World>& world);
  void commit(const std::shared_ptr<World>& world, const Assignment& assignment);
  TeamId entrance(World& world, const conversation::Conversation& conversation) const;

  // --- agents (agents.cpp)
  AgentStatus status_of(World& world, UserId user) const;
  Status change_state(storage::Transaction& tx, const std::shared_ptr<World>& world, AgentStatus status);
  void apply_state(const std::shared_ptr<World>& world, const AgentStatus& status);
  Status on_gone(storage::Transaction& tx, const runtime::Timer& timer);
};

inline constexpr std::string_view kGoneTimer = "routing.agent_gone";
inline constexpr std::string_view kWakeTimer = "routing.item_wake";

}  // namespace yingda::routing
