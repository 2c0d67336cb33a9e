// Decisions and how they reach the store: reserve in memory, one guarded write, put right when the race was lost.
#include <algorithm>

#include "impl.hpp"
#include "overflow.hpp"
#include "yingda/base/log.hpp"

namespace yingda::routing {
namespace {

constexpr std::string_view kLastAgent = "routing.rule.last_agent";
constexpr std::string_view kAgentFull = "routing.agent_full";
constexpr std::string_view kAgentElsewhere = "routing.agent_not_online";

}  // namespace

void Routing::Impl::serve_item(const std::shared_ptr<World>& world, ConversationId id) {
  for (;;) {
    std::optional<Assignment> decision;
    std::optional<Placement> placement;
    bool entering = false;
    {
      const std::scoped_lock lock(world->mutex);
      entering = world->entering.contains(id);
    }
    if (entering) return enter(world, {id});
    {
      const std::scoped_lock lock(world->mutex);
      const UtcTime now = clock.now();
      decision = world->board.decide_for_item(id, now);
      if (decision && decision->why.rule != kLastAgent) {
        // Room that is not given away yet belongs to whoever came first.
        const auto earlier = world->board.decide_for_agent(decision->agent, now);
        if (earlier) decision = earlier;
      }
      if (decision)
        reserve(*world, *decision, now);
      else
        placement = decide_place(*world, id, now);
    }
    if (!decision) {
      if (placement) return commit_place(world, id, *placement);
      return look_sooner(world, id);
    }
    commit(world, *decision);
    if (decision->item == id) return;
  }
}

std::optional<Routing::Impl::Placement> Routing::Impl::decide_place(World& world, ConversationId id, UtcTime now) {
  const WorkItem* item = world.board.item(id);
  if (!item || world.board.rings(id)) return std::nullopt;
  const bool unplaced = world.unplaced.erase(id) > 0;
  if (item->held) return unplaced ? std::optional(Placement{.team = item->team}) : std::nullopt;
  if (const auto back_at = promise_for(world, *item, now))
    return Placement{.team = item->team, .back_at = back_at, .reason = "routing.nobody_here"};
  if (!item->promised && over_bounds(world.board, *item, now)) {
    std::set<TeamId>& been = world.overflowed[id];
    if (const auto next = overflow_target(world.board, *item, been)) {
      been.insert(item->team);
      return Placement{.team = *next, .back_at = {}, .reason = "routing.rule.overflow"};
    }
    if (world.stuck.insert(id).second) return Placement{.team = item->team, .back_at = {}, .stuck = true};
  }
  if (unplaced) return Placement{.team = item->team};
  return std::nullopt;
}

void Routing::Impl::look_sooner(const std::shared_ptr<World>& world, ConversationId id) {
  std::optional<UtcTime> next;
  {
    const std::scoped_lock lock(world->mutex);
    next = world->board.next_change(id, clock.now());
    const auto armed = world->armed.find(id);
    if (!next || armed == world->armed.end() || armed->second <= *next) return;
    world->armed.erase(armed);
  }
  arm_later(world, id, *next);
}

std::optional<UtcTime> Routing::Impl::promise_for(World& world, const WorkItem& item, UtcTime now) const {
  if (item.promised && now < *item.promised) return std::nullopt;  // he has his date
  const auto hours = world.hours.find(item.team);
  if (hours == world.hours.end() || world.board.anyone_here(item.team)) return std::nullopt;
  if (hours->second.is_open(now)) return std::nullopt;
  return hours->second.next_open(now);
}

void Routing::Impl::serve_agent(const std::shared_ptr<World>& world, UserId agent) {
  std::vector<ConversationId> his;       // customers who wait for him, also in other teams' queues
  std::vector<ConversationId> entering;  // nobody has asked about yet
  {
    const std::scoped_lock lock(world->mutex);
    his = world->board.waiting_for(agent, clock.now());
    entering.assign(world->entering.begin(), world->entering.end());
  }
  enter(world, std::move(entering));
  for (const ConversationId id : his) serve_item(world, id);
  for (;;) {
    std::optional<Assignment> decision;
    {
      const std::scoped_lock lock(world->mutex);
      const UtcTime now = clock.now();
      decision = world->board.decide_for_agent(agent, now);
      if (!decision) return;
      reserve(*world, *decision, now);
    }
    commit(world, *decision);
  }
}

void Routing::Impl::serve_everything(const std::shared_ptr<World>& world) {
  std::vector<UserId> agents;
  std::vector<ConversationId> unplaced, entering;
  {
    const std::scoped_lock lock(world->mutex);
    for (const auto& [id, person] : world->people) agents.push_back(id);
    entering.assign(world->entering.begin(), world->entering.end());
  }
  std::ranges::sort(entering);
  enter(world, std::move(entering));
  std::ranges::sort(agents);
  // In turn, one item an agent and round, so that a restart does not fill the first agent to the brim.
  bool any = true;
  while (any) {
    any = false;
    for (const UserId agent : agents) {
      std::optional<Assignment> offered;
      {
        const std::scoped_lock lock(world->mutex);
        const UtcTime now = clock.now();
        offered = world->board.decide_for_agent(agent, now);
        if (!offered) continue;
        // The item's own choice among all agents goes before the agent's claim.
        if (auto better = world->board.decide_for_item(offered->item, now)) offered = better;
        reserve(*world, *offered, now);
      }
      commit(world, *offered);
      any = true;
    }
  }
  {
    const std::scoped_lock lock(world->mutex);
    unplaced.assign(world->unplaced.begin(), world->unplaced.end());
  }
  std::ranges::sort(unplaced);
  for (const ConversationId id : unplaced) serve_item(world, id);
}

UtcTime Routing::Impl::first_look(World& world, TeamId team) const {
  const QueuePolicy& policy = world.board.policy(team);
  DurationMs first = first_step(policy.silence.value_or(SilenceRules{}));
  for (const ChannelSilence& own : policy.channel_silence) first = std::min(first, first_step(own.rules));
  return clock.now() + first;
}

void Routing::Impl::commit_place(const std::shared_ptr<World>& world, ConversationId id, const Placement& placement) {
  if (!placement.team) return;  // a company without any team: the first team that is made brings a reload
  UtcTime look_at;
  {
    const std::scoped_lock lock(world->mutex);
    look_at = first_look(*world, placement.team);
    if (const auto next = world->board.next_change(id, clock.now())) look_at = std::min(look_at, *next);
    world->armed[id] = look_at;
  }
  ++in_flight;
  database.write_async(
      world->tenant,
      [this, world, id, placement, look_at](storage::Transaction& tx) -> Status {
        YD_CHECK(arm(tx, world->tenant, id, look_at));
        const auto& [team, back_at, reason, stuck] = placement;
        auto placed =
            back_at
                ? conversations.promise(tx, world->tenant, id, team, back_at, reason)
                : conversations.assign(
                      tx, world->tenant, id,
                      {.agent = {}, .team = team, .reason = std::string(reason), .note = {}, .expected_version = {}});
        if (!placed && placed.error().code != Code::conflict) return std::unexpected(std::move(placed).error());
        if (placed && stuck) {
          const UtcTime now = clock.now();
          emit_attention(tx, world->tenant, "routing.alarm_raised",
                         {*placed, {}, "queue_full", (now - placed->queued_at_ms.value_or(now)).ms, now});
        }
        return {};
      },
      [this, world, id](const Status& status) {
        if (!status) {
          log::error("routing.queue_failed", status.error());
          {
            const std::scoped_lock lock(world->mutex);
            world->armed.erase(id);
          }
          // A team that is gone is no place to try again: the news of it moves whoever waits there.
          if (status.error().code != Code::not_found) refresh(world, id);
        }
        --in_flight;
      });
}

void Routing::Impl::record_by_hand(const std::shared_ptr<World>& world, const conversation::ConversationEvent& change,
                                   UtcTime at) {
  const conversation::Conversation& c = change.conversation;
  AssignmentRecord record{c.id, c.episode_id, c.agent->id, c.team_id, at, {}};
  record.why.rule = change.reason;
  {
    const std::scoped_lock lock(world->mutex);
    record.why.strategy = world->board.policy(c.team_id).strategy;
    record.why.load_before = std::max<std::int64_t>(world->board.load(c.agent->id) - 1, 0);
    if (const AgentView* view = world->board.agent(c.agent->id)) record.why.capacity = view->capacity;
  }
  ++in_flight;
  database.write_async(
      world->tenant,
      [this, world, record](storage::Transaction& tx) {
        return store_assignment(tx, world->tenant, ids.next_value(), record);
      },
      [this](const Status& status) {
        if (!status) log::error("routing.record_failed", status.error());
        --in_flight;
      });
}

void Routing::Impl::commit(const std::shared_ptr<World>& world, const Assignment& assignment) {
  if (!assignment.ring.empty()) return commit_ring(world, assignment);
  std::optional<UtcTime> look_at;
  {
    const std::scoped_lock lock(world->mutex);
    if (!world->armed.contains(assignment.item)) {
      look_at = first_look(*world, assignment.team);
      world->armed[assignment.item] = *look_at;
    }
  }
  ++in_flight;
  auto version = std::make_shared<std::int64_t>(0);
  auto state = std::make_shared<std::optional<StoredState>>();
  database.write_async(
      world->tenant,
      [this, world, assignment, version, state, look_at](storage::Transaction& tx) -> Status {
        YD_TRY(const auto before, conversations.load(tx, world->tenant, assignment.item));
        // Moved to another queue since the decision: its agents are others.
        if (before.team_id && before.team_id != assignment.team) return fail(Code::conflict, "routing.moved");
        // By the store's own word: he may have gone while this was on its way.
        YD_TRY(*state, load_state(tx, world->tenant, assignment.agent));
        if (!*state || (*state)->state != AgentState::online) return fail(Code::conflict, std::string(kAgentElsewhere));
        // By the store's own count: a grab or another process may have been faster than its event.
        YD_TRY(const auto load, conversations.load_of(tx, world->tenant, assignment.agent));
        if (load >= assignment.why.capacity) return fail(Code::conflict, std::string(kAgentFull));
        YD_TRY(const auto conversation, conversations.assign(tx, world->tenant, assignment.item,
                                                             {.agent = assignment.agent,
                                                              .team = assignment.team,
                                                              .reason = assignment.why.rule,
                                                              .note = {},
                                                              .expected_version = {}}));
        *version = conversation.version;
        if (look_at) YD_CHECK(arm(tx, world->tenant, assignment.item, *look_at));
        return store_assignment(
            tx, world->tenant, ids.next_value(),
            {assignment.item, conversation.episode_id, assignment.agent, assignment.team, clock.now(), assignment.why});
      },
      [this, world, assignment, version, state, look_at](const Status& status) {
        bool overtaken = false;
        {
          const std::scoped_lock lock(world->mutex);
          if (!status && status.error().reason == kAgentElsewhere) believe(*world, assignment.agent, *state);
          const auto mine = world->reserved.find(assignment.item);
          overtaken = status && mine != world->reserved.end() && mine->second > *version;
          if (mine != world->reserved.end()) world->reserved.erase(mine);
          if (!status && look_at) world->armed.erase(assignment.item);
          // Older events that are still under way must not put it back into the queue.
          if (status) world->accept_version(assignment.item, *version);
          if (status && world->mending) world->touched.insert(assignment.item);
        }
        if (overtaken) refresh(world, assignment.item);
        if (!status) {
          // Somebody was faster (grab, transfer, close) or the store is down: what the store says is the truth.
          if (status.error().code != Code::conflict) log::error("routing.assign_failed", status.error());
          if (status.error().reason == kAgentFull)
            mend_later(world->tenant);  // reading the item again would only choose him again
          else
            refresh(world, assignment.item);
        }
        --in_flight;
      });
}

}  // namespace yingda::routing
