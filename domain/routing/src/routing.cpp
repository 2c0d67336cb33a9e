#include "yingda/routing/routing.hpp"

#include <chrono>
#include <thread>

#include "impl.hpp"
#include "routing_migrations.gen.hpp"
#include "yingda/base/log.hpp"

namespace yingda::routing {

Routing::Routing(storage::Database& database, runtime::Dispatcher& dispatcher, runtime::Timers& timers,
                 const Clock& clock, IdSource& ids, org::Org& org, conversation::Conversations& conversations)
    : impl_(std::make_unique<Impl>(database, dispatcher, timers, clock, ids, org, conversations)) {}

Routing::~Routing() { stop(); }

void Routing::set_entrance(std::function<TeamId(TenantId, WidgetId)> team_of_widget) {
  impl_->team_of_widget = std::move(team_of_widget);
}

void Routing::set_language(std::function<org::Locale(TenantId, WidgetId)> language_of_widget) {
  impl_->language_of_widget = std::move(language_of_widget);
}

Status Routing::start() {
  Impl& impl = *impl_;
  impl.timers.on(std::string(kGoneTimer),
                 [&impl](storage::Transaction& tx, const runtime::Timer& timer) { return impl.on_gone(tx, timer); });
  impl.timers.on(std::string(kWatchTimer),
                 [&impl](storage::Transaction& tx, const runtime::Timer& timer) { return impl.on_watch(tx, timer); });
  impl.dispatcher.tap([&impl](std::span<const storage::CommittedEvent> events) { impl.on_tap(events); });
  impl.dispatcher.on_batch("routing",
                           {"conversation.opened", "conversation.queued", "conversation.assigned",
                            "conversation.transferred", "conversation.closed", "conversation.reopened",
                            "conversation.changed", "agent.state_changed", "settings.changed"},
                           [&impl](std::span<const storage::CommittedEvent> events) { return impl.on_events(events); });
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

Result<std::vector<QueuePolicy>> Routing::policies(storage::Transaction& tx, const org::Actor& actor) {
  YD_TRY(const auto teams, impl_->org.list_teams(tx, actor));
  YD_TRY(const auto saved, load_policies(tx, actor.tenant));
  std::vector<QueuePolicy> out;
  for (const org::Team& team : teams) {
    QueuePolicy policy;
    policy.team_id = team.id;
    for (const QueuePolicy& one : saved) {
      if (one.team_id == team.id) policy = one;
    }
    out.push_back(std::move(policy));
  }
  return out;
}

Result<QueuePolicy> Routing::save_policy(storage::Transaction& tx, const org::Actor& actor, const QueuePolicy& policy) {
  if (!actor.may(org::Permission::settings_manage)) return fail(Code::permission_denied, "auth.permission_denied");
  std::vector<FieldError> wrong;
  const auto range = [&](const char* field, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value < low || value > high) wrong.push_back({field, "request.out_of_range"});
  };
  range("priority_step_ms", policy.priority_step_ms, 0, hours(24).ms);
  range("vip_priority", policy.vip_priority, 0, 9);
  range("last_agent_wait_ms", policy.last_agent_wait_ms, 0, hours(24).ms);
  range("ring_count", policy.ring_count, 1, 50);
  range("length_max", policy.length_max, 0, 100'000);
  range("wait_ms_max", policy.wait_ms_max, 0, days(7).ms);
  range("relaxations", static_cast<std::int64_t>(policy.relaxations.size()), 0, 10);
  range("overflow_team_ids", static_cast<std::int64_t>(policy.overflow_team_ids.size()), 0, 10);
  const auto check_silence = [&](const std::string& at, const SilenceRules& rules) {
    for (const auto& [field, value] : {std::pair("warn_ms", rules.warn_ms), std::pair("alarm_ms", rules.alarm_ms),
                                       std::pair("redispatch_ms", rules.redispatch_ms),
                                       std::pair("remind_ms", rules.remind_ms), std::pair("close_ms", rules.close_ms)})
      if (value != 0 && (value < kSilenceMsMin || value > kSilenceMsMax))
        wrong.push_back({at + '.' + field, "request.out_of_range"});
    if (rules.hops_max < 0 || rules.hops_max > kHopsMax) wrong.push_back({at + ".hops_max", "request.out_of_range"});
  };
  if (policy.silence) check_silence("silence", *policy.silence);
  range("channel_silence", static_cast<std::int64_t>(policy.channel_silence.size()), 0, 10);
  for (std::size_t i = 0; i < policy.channel_silence.size(); ++i)
    check_silence("channel_silence[" + std::to_string(i) + "].rules", policy.channel_silence[i].rules);
  if (policy.hours) {
    for (FieldError& error : calendar::check_schedule(*policy.hours))
      wrong.push_back({"hours." + error.field, std::move(error.reason)});
  }
  if (!wrong.empty()) return fail_fields(std::move(wrong));
  YD_TRY(const auto teams, impl_->org.list_teams(tx, actor));
  const auto known = [&](TeamId id) {
    return std::ranges::any_of(teams, [&](const org::Team& team) { return team.id == id; });
  };
  if (!known(policy.team_id)) return fail(Code::not_found, "org.team_not_found");
  for (const TeamId team : policy.overflow_team_ids) {
    if (!known(team)) return fail_fields({{"overflow_team_ids", "org.team_not_found"}});
  }
  YD_CHECK(store_policy(tx, actor.tenant, policy, impl_->clock.now()));
  tx.emit({actor.tenant, "settings.changed", encode_settings_changed("routing", to_string(policy.team_id))});
  return policy;
}

Result<std::vector<AssignmentRecord>> Routing::assignments(storage::Transaction& tx, const org::Actor& actor,
                                                           ConversationId conversation) {
  YD_CHECK(impl_->conversations.access_conversation(tx, actor, conversation));
  return load_assignments(tx, actor.tenant, conversation);
}

std::span<const storage::Migration> migrations() { return kMigrations; }

}  // namespace yingda::routing
