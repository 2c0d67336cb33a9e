#include "yingda/routing/routing.hpp"

#include <chrono>
#include <thread>

#include "impl.hpp"
#include "routing_migrations.gen.hpp"
#include "yingda/base/log.hpp"

namespace yingda::routing {

Routing::Routing(storage::Database& database, runtime::Dispatcher& dispatcher, runtime::Timers& timers,
                 const Clock& clock, IdSource& ids, org::Org& org, conversation::Conversations& conversations)
    : impl_(std::make_unique<Impl>(database, dispatcher, timers, clock, ids, org, conversations)) {
  impl_->recorder = std::make_unique<Recorder>(
      database, clock, org, [&impl = *impl_](TenantId tenant, TeamId team) { return impl.target_of(tenant, team); });
}

Routing::~Routing() { stop(); }

void Routing::set_entrance(EntrancePort port) { impl_->entrance = std::move(port); }

void Routing::set_language(std::function<std::optional<org::Locale>(TenantId, WidgetId)> language_of_widget) {
  impl_->language_of_widget = std::move(language_of_widget);
}

Status Routing::start() {
  Impl& impl = *impl_;
  impl.timers.on(std::string(kGoneTimer),
                 [&impl](storage::Transaction& tx, const runtime::Timer& timer) { return impl.on_gone(tx, timer); });
  impl.timers.on(std::string(kWatchTimer),
                 [&impl](storage::Transaction& tx, const runtime::Timer& timer) { return impl.on_watch(tx, timer); });
  impl.timers.on(std::string(kQueueTimer), [&impl](storage::Transaction& tx, const runtime::Timer& timer) {
    return impl.on_queue_look(tx, timer);
  });
  impl.timers.on(std::string(kOfferTimer), [&impl](storage::Transaction& tx, const runtime::Timer& timer) {
    return impl.on_offer_over(tx, timer);
  });
  impl.timers.on(std::string(kWrapUpTimer), [&impl](storage::Transaction& tx, const runtime::Timer& timer) {
    return impl.on_wrap_up_over(tx, timer);
  });
  impl.dispatcher.tap([&impl](std::span<const storage::CommittedEvent> events) { impl.on_tap(events); });
  impl.dispatcher.on_batch(
      "routing",
      {"conversation.opened", "conversation.queued", "conversation.assigned", "conversation.transferred",
       "conversation.closed", "conversation.reopened", "conversation.changed", "entrance.decided",
       "agent.state_changed", "settings.changed", "routing.offered", "routing.offer_ended"},
      [&impl](std::span<const storage::CommittedEvent> events) { return impl.on_events(events); });
  impl.dispatcher.on_batch(
      "routing.record",
      {"conversation.opened", "conversation.queued", "conversation.assigned", "conversation.transferred",
       "conversation.closed", "conversation.reopened", "conversation.changed", "settings.changed"},
      [&impl](std::span<const storage::CommittedEvent> events) { return impl.recorder->take(events); });
  impl.start_mending();
  YD_TRY(const auto tenants, impl.database.read_for<std::vector<org::Tenant>>(
                                 [&](storage::Transaction& tx) { return impl.org.list_tenants(tx); }));
  for (const org::Tenant& tenant : tenants) {
    std::shared_ptr<World> world;
    YD_TRY(world, impl.database.read_for<std::shared_ptr<World>>(
                      [&](storage::Transaction& tx) { return impl.ensure(tx, tenant.id); }));
    // No socket survives a restart: whoever does not come back within the grace time is offline.
    YD_CHECK(impl.database.write(tenant.id, [&](storage::Transaction& tx) -> Status {
      const std::scoped_lock lock(world->mutex);
      for (const auto& [user, person] : world->people) {
        const AgentView* view = world->board.agent(user);
        if (!view || view->state == AgentState::offline || person.sockets > 0) continue;
        YD_CHECK(impl.timers.schedule(
            tx, {tenant.id, std::string(kGoneTimer), to_string(user), impl.clock.now() + kDisconnectGrace, "{}"}));
      }
      return {};
    }));
    impl.arm_everything(world);
    impl.serve_everything(world);
    impl.leave_unreachable(world);
    impl.watch_queues(world);
  }
  return {};
}

void Routing::stop() {
  impl_->stopping = true;
  impl_->stop_mending();
  // Assignments in flight call back into us: wait for the store to answer them.
  for (int i = 0; i < 500 && impl_->in_flight > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

bool Routing::settle(DurationMs limit) {
  const UtcTime deadline = SystemClock().now() + limit;
  while (SystemClock().now() < deadline) {
    if (!impl_->dispatcher.drain(limit)) return false;
    // What is on its way is counted until it has told the mender.
    if (impl_->in_flight == 0 && !impl_->mending()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

Result<std::vector<AssignmentRecord>> Routing::assignments(storage::Transaction& tx, const org::Actor& actor,
                                                           ConversationId conversation) {
  YD_CHECK(impl_->conversations.access_conversation(tx, actor, conversation));
  return load_assignments(tx, actor.tenant, conversation);
}

std::span<const storage::Migration> migrations() { return kMigrations; }

}  // namespace yingda::routing
