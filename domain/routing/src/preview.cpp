#include "preview.hpp"

#include <algorithm>
#include <limits>

#include "overflow.hpp"
#include "yingda/calendar/calendar.hpp"

namespace yingda::routing {
namespace {

// Behind everybody of the same arrival, as a newcomer is; no real id reaches it.
constexpr ConversationId kNewcomer{std::numeric_limits<std::int64_t>::max()};
constexpr std::int64_t kThousandth = 1'000;
constexpr std::int64_t kMillionth = 1'000'000;

WorkItem newcomer(const PreviewRequest& request, UtcTime now) {
  WorkItem item;
  item.id = kNewcomer;
  item.team = request.policy.team_id;
  item.arrived = now - milliseconds(request.waited_ms);
  item.vip = !request.level.empty();
  item.weight = weight_of(request.policy, request.channel);
  item.skills = request.policy.skills;
  item.skills.insert(item.skills.end(), request.skills.begin(), request.skills.end());
  item.language = request.language;
  return item;
}

std::optional<UtcTime> next_opening(const QueuePolicy& policy, UtcTime now) {
  if (!policy.hours) return std::nullopt;
  const auto hours = calendar::Calendar::make(*policy.hours);
  if (!hours || hours->is_open(now)) return std::nullopt;
  return hours->next_open(now);
}

/// Decides like the engine: room goes to whoever came first. True when it is the newcomer's turn.
std::optional<Assignment> decide(Board& board, UtcTime now) {
  while (auto decision = board.decide_for_item(kNewcomer, now)) {
    if (const auto earlier = board.decide_for_agent(decision->agent, now)) decision = earlier;
    if (decision->item == kNewcomer) return decision;
    board.apply_assignment(*decision, now);
  }
  return std::nullopt;
}

}  // namespace

std::vector<Board::Rank> Board::rank(ConversationId id, UtcTime now) const {
  const WorkItem* found = item(id);
  const Queue* q = found ? find_queue(found->team) : nullptr;
  if (!q) return {};
  const auto ability = [&](const AgentView& one) {
    if (one.state == AgentState::offline) return Ability::offline;
    if (one.state == AgentState::busy) return Ability::busy;
    if (one.state == AgentState::away) return Ability::away;
    if (one.state != AgentState::online) return Ability::wrap_up;
    if (!speaks(one, found->language)) return Ability::language;
    if (!skilled(one, found->skills, relaxed_levels(q->policy, now - found->arrived))) return Ability::skill;
    return able(one, *found, q->policy, now) ? Ability::able : Ability::full;
  };
  const auto score = [&](const AgentView& one) -> std::int64_t {
    switch (q->policy.strategy) {
      case Strategy::least_loaded:
      case Strategy::ring_several:
      case Strategy::pull: return load(one.id);
      case Strategy::longest_idle: return std::max<std::int64_t>((now - one.idle_since).ms, 0);
      case Strategy::round_robin: return std::max<std::int64_t>((now - one.last_assigned).ms, 0);
      case Strategy::weighted: return one.assigned_count * kThousandth / std::max<std::int64_t>(one.weight, 1);
      case Strategy::skill_score: return skill_fit(one, found->skills);
      case Strategy::occupancy_balanced: return load(one.id) * kMillionth / std::max<std::int64_t>(one.capacity, 1);
    }
    return 0;
  };
  std::vector<Rank> out;
  for (const UserId agent_id : q->agents) {
    const AgentView& one = agents_.at(agent_id);
    out.push_back({agent_id, ability(one), score(one)});
  }
  std::ranges::sort(out, [&](const Rank& a, const Rank& b) {
    const bool a_able = a.ability == Ability::able, b_able = b.ability == Ability::able;
    if (a_able != b_able) return a_able;
    return compare(agents_.at(a.agent), agents_.at(b.agent), *found, q->policy.strategy) < 0;
  });
  return out;
}

Board part_of(const Board& board, const QueuePolicy& policy) {
  Board part;
  part.put_policy(policy);
  std::int64_t stand_in = 0;
  for (const UserId id : board.agents_of(policy.team_id)) {
    AgentView view = *board.agent(id);
    view.teams = {policy.team_id};
    part.put_agent(std::move(view));
    // One stand-in carries all he has in hand.
    if (const std::int64_t load = board.load(id); load > 0) part.put_owned(ConversationId{--stand_in}, id, load);
  }
  for (const ConversationId id : board.waiting_in(policy.team_id)) part.put_waiting(*board.item(id));
  return part;
}

Preview preview(Board part, const PreviewRequest& request, std::optional<TeamId> overflow, UtcTime now) {
  const QueuePolicy& policy = request.policy;
  const WorkItem item = newcomer(request, now);
  part.put_waiting(item);
  Preview out;
  const auto ranks = part.rank(kNewcomer, now);
  out.agents = static_cast<std::int64_t>(ranks.size());
  for (const Board::Rank& rank : ranks) {
    if (out.candidates.size() == kCandidatesMax) break;
    out.candidates.push_back({rank.agent, "", rank.ability == Ability::able, rank.ability, part.load(rank.agent),
                              part.agent(rank.agent)->capacity, rank.score});
  }
  const bool anyone = !ranks.empty() && ranks.front().ability == Ability::able;
  if (anyone && policy.strategy == Strategy::pull) {
    out.outcome = PreviewOutcome::pulled;
    out.position = part.position(kNewcomer);
    return out;
  }
  if (anyone && policy.strategy == Strategy::ring_several) {
    out.outcome = PreviewOutcome::ringing;
    out.position = part.position(kNewcomer);
    for (const Board::Rank& rank : ranks) {
      if (rank.ability != Ability::able || static_cast<std::int64_t>(out.offered_to.size()) == policy.ring_count) break;
      out.offered_to.push_back(rank.agent);
    }
    return out;
  }
  if (const auto decision = decide(part, now)) {
    out.outcome = PreviewOutcome::assigned;
    out.assignment = PreviewAssignment{decision->agent, "", decision->why};
    return out;
  }
  out.position = part.position(kNewcomer);
  const auto opening = next_opening(policy, now);
  if (opening && !part.anyone_here(policy.team_id)) {
    out.outcome = PreviewOutcome::promised;
    out.next_open_at_ms = opening;
  } else if (overflow && over_bounds(part, item, now)) {
    out.outcome = PreviewOutcome::overflowed;
    out.overflow_team_id = *overflow;
  }
  return out;
}

}  // namespace yingda::routing
