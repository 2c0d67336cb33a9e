// Agents' states: explicit changes, presence of sockets, the grace time after the last one went.
#include <algorithm>

#include "impl.hpp"
#include "yingda/base/log.hpp"

namespace yingda::routing {

AgentStatus Routing::Impl::status_of(World& world, UserId user) const {
  AgentStatus status;
  status.user_id = user;
  if (const auto it = world.people.find(user); it != world.people.end()) {
    status.name = it->second.name;
    status.display_name = it->second.display_name;
    status.reason = it->second.reason;
    status.since_at_ms = it->second.since;
    status.connected = it->second.sockets > 0;
  }
  if (const AgentView* view = world.board.agent(user)) {
    status.state = view->state;
    status.capacity = view->capacity;
    status.team_ids = view->teams;
    if (const auto it = world.people.find(user); it != world.people.end() && view->state == AgentState::wrap_up)
      status.until_at_ms = it->second.until;
  }
  status.load = world.board.conversations(user);
  return status;
}

Status Routing::Impl::change_state(storage::Transaction& tx, const std::shared_ptr<World>& world, AgentStatus status,
                                   std::optional<UtcTime> extend_until, Timeline timeline) {
  YD_CHECK(store_state(tx, world->tenant, timeline == Timeline::next ? std::optional(ids.next_value()) : std::nullopt,
                       status, extend_until));
  {
    const std::scoped_lock lock(world->mutex);
    world->own_changes.insert({status.user_id, status.state, status.since_at_ms});
  }
  tx.on_commit([this, world, status = std::move(status)] { apply_state(world, status); });
  return {};
}

void Routing::Impl::believe(World& world, UserId agent, const std::optional<StoredState>& stored) const {
  const AgentView* old = world.board.agent(agent);
  if (!old) return;
  AgentView view = *old;
  view.state = stored ? stored->state : AgentState::offline;
  world.board.put_agent(std::move(view));
  if (!stored) return;
  Person& person = world.people[agent];
  person.reason = stored->reason;
  person.since = stored->since;
  person.until = stored->until;
}

void Routing::Impl::apply_state(const std::shared_ptr<World>& world, const AgentStatus& status) {
  std::vector<ConversationId> stranded;  // nobody is left for them: they may get a date
  {
    const std::scoped_lock lock(world->mutex);
    const AgentView* old = world->board.agent(status.user_id);
    if (!old) return;
    AgentView view = *old;
    if (view.state != AgentState::online && status.state == AgentState::online) {
      view.idle_since = status.since_at_ms;
      if (view.state != AgentState::wrap_up) view.assigned_count = 0;
    }
    view.state = status.state;
    world->board.put_agent(std::move(view));
    Person& person = world->people[status.user_id];
    person.reason = status.reason;
    person.since = status.since_at_ms;
    person.until = status.until_at_ms;
    // Without him, who was passed over may be all that is left.
    if (status.state != AgentState::online) {
      stranded = world->board.waiting_with_exclusions(status.team_ids);
      const auto his = world->board.waiting_preferring(status.user_id);
      stranded.insert(stranded.end(), his.begin(), his.end());
    }
    if (status.state == AgentState::offline) {
      for (const TeamId team : status.team_ids) {
        if (!world->hours.contains(team) || world->board.anyone_here(team)) continue;
        const auto waiting = world->board.waiting_in(team);
        stranded.insert(stranded.end(), waiting.begin(), waiting.end());
      }
    } else {
      orphans -= static_cast<std::int64_t>(
          std::erase_if(world->orphans, [&](const auto& orphan) { return orphan.second == status.user_id; }));
    }
    world->board.put_in_order(stranded);
  }
  if (status.state == AgentState::online) serve_agent(world, status.user_id);
  if (status.state == AgentState::offline) {
    leave_unreachable(world);
    leave_offers(world, status.user_id);
  }
  for (const ConversationId id : stranded) serve_item(world, id);
  for (const TeamId team : status.team_ids) watch_queue(world, team);
}

Status Routing::Impl::on_gone(storage::Transaction& tx, const runtime::Timer& timer) {
  YD_TRY(const auto user, parse_id<UserId>(timer.key));
  YD_TRY(const auto world, ensure(tx, timer.tenant));
  AgentStatus status;
  {
    const std::scoped_lock lock(world->mutex);
    status = status_of(*world, user);
  }
  if (status.connected || status.state == AgentState::offline) return {};
  status.state = AgentState::offline;
  status.until_at_ms.reset();
  status.reason = "connection_lost";
  status.since_at_ms = clock.now();
  return change_state(tx, world, std::move(status));
}

void Routing::Impl::note_presence(TenantId tenant, UserId user, std::int64_t sockets, const Status& status) {
  if (!status) log::error("routing.presence_failed", status.error());
  if (const auto world = find(tenant); world && status) {
    const std::scoped_lock lock(world->mutex);
    if (const auto it = world->people.find(user); it != world->people.end()) it->second.sockets = sockets;
  }
  --in_flight;
}

Result<std::vector<AgentStatus>> Routing::agents(storage::Transaction& tx, const org::Actor& actor) {
  YD_TRY(const auto world, impl_->ensure(tx, actor.tenant));
  const std::scoped_lock lock(world->mutex);
  std::vector<AgentStatus> out;
  out.reserve(world->people.size());
  for (const auto& [user, person] : world->people) out.push_back(impl_->status_of(*world, user));
  std::ranges::sort(out, {}, &AgentStatus::user_id);
  return out;
}

Result<AgentStatus> Routing::status(storage::Transaction& tx, TenantId tenant, UserId user) {
  YD_TRY(const auto world, impl_->ensure(tx, tenant));
  const std::scoped_lock lock(world->mutex);
  if (!world->people.contains(user)) return fail(Code::not_found, "routing.no_such_agent");
  return impl_->status_of(*world, user);
}

void Routing::agent_connected(TenantId tenant, UserId user) {
  ++impl_->in_flight;
  impl_->database.write_async(
      tenant,
      [this, tenant, user](storage::Transaction& tx) -> Status {
        YD_CHECK(impl_->ensure(tx, tenant));
        return impl_->timers.cancel(tx, tenant, kGoneTimer, to_string(user));
      },
      [this, tenant, user](const Status& status) { impl_->note_presence(tenant, user, 1, status); });
}

void Routing::agent_disconnected(TenantId tenant, UserId user) {
  ++impl_->in_flight;
  impl_->database.write_async(
      tenant,
      [this, tenant, user](storage::Transaction& tx) -> Status {
        YD_CHECK(impl_->ensure(tx, tenant));
        return impl_->timers.schedule(
            tx, {tenant, std::string(kGoneTimer), to_string(user), impl_->clock.now() + kDisconnectGrace, "{}"});
      },
      [this, tenant, user](const Status& status) { impl_->note_presence(tenant, user, 0, status); });
}

bool Routing::anyone_online(TenantId tenant, TeamId team) const {
  const auto world = impl_->find(tenant);
  if (!world) return false;
  const std::scoped_lock lock(world->mutex);
  return world->board.anyone_online(team);
}

std::optional<DurationMs> Routing::estimated_wait(TenantId tenant, ConversationId conversation) const {
  const auto world = impl_->find(tenant);
  if (!world) return std::nullopt;
  const std::scoped_lock lock(world->mutex);
  const WorkItem* item = world->board.item(conversation);
  if (!item) return std::nullopt;
  const auto ms = world->estimate_ms(*item, impl_->clock.now());
  return ms ? std::optional(DurationMs{*ms}) : std::nullopt;
}

std::int64_t Routing::queue_position(TenantId tenant, ConversationId conversation) const {
  const auto world = impl_->find(tenant);
  if (!world) return 0;
  const std::scoped_lock lock(world->mutex);
  return world->board.position(conversation);
}

}  // namespace yingda::routing
