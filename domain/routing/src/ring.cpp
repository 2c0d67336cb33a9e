// The board's part in ringing several agents: who is rung, and what stays untouched while it rings.
#include <algorithm>

#include "board.hpp"

namespace yingda::routing {

void Board::put_ring(ConversationId item, const std::vector<UserId>& agents) {
  end_ring(item);
  const auto it = waiting_.find(item);
  Ring& ring = rings_[item];
  ring.weight = it == waiting_.end() ? 1 : it->second.weight;
  ring.agents = agents;
  for (const UserId agent : agents) ringing_[agent] += ring.weight;
}

void Board::leave_ring(ConversationId item, UserId agent) {
  const auto it = rings_.find(item);
  if (it == rings_.end() || std::erase(it->second.agents, agent) == 0) return;
  if ((ringing_[agent] -= it->second.weight) == 0) ringing_.erase(agent);
}

void Board::end_ring(ConversationId item) {
  const auto it = rings_.find(item);
  if (it == rings_.end()) return;
  const std::vector<UserId> agents = it->second.agents;
  for (const UserId agent : agents) leave_ring(item, agent);
  rings_.erase(item);
}

std::int64_t Board::ringing(UserId agent) const {
  const auto it = ringing_.find(agent);
  return it == ringing_.end() ? 0 : it->second;
}

void Board::set_refusals(ConversationId item, const std::vector<Refusal>& refusals) {
  const auto it = waiting_.find(item);
  if (it != waiting_.end()) it->second.refusals = refusals;
}

bool Board::refused(const WorkItem& item, UserId agent, UtcTime now) {
  return std::ranges::any_of(item.refusals,
                             [&](const Refusal& refusal) { return refusal.agent == agent && now < refusal.until; });
}

std::vector<UserId> Board::choose_ring(const Queue& queue, const WorkItem& item, UserId chosen, UtcTime now) const {
  if (chosen == item.preferred && preference_holds(item, queue.policy, now)) return {chosen};
  std::vector<const AgentView*> able_ones;
  for (const UserId id : queue.agents) {
    const AgentView& candidate = agents_.at(id);
    if (able(candidate, item, queue.policy, now)) able_ones.push_back(&candidate);
  }
  const auto count =
      std::min(able_ones.size(), static_cast<std::size_t>(std::max<std::int64_t>(queue.policy.ring_count, 1)));
  std::ranges::partial_sort(
      able_ones, able_ones.begin() + static_cast<std::ptrdiff_t>(count),
      [&](const AgentView* a, const AgentView* b) { return compare(*a, *b, item, queue.policy.strategy) < 0; });
  std::vector<UserId> ring;
  for (std::size_t i = 0; i < count; ++i) ring.push_back(able_ones[i]->id);
  return ring;
}

Assignment Board::assignment(const Queue& queue, const WorkItem& item, const AgentView& chosen, UtcTime now) const {
  Assignment made{item.id, chosen.id, item.team, item.version, explain(queue, item, chosen, now), {}, {}};
  if (queue.policy.strategy != Strategy::ring_several) return made;
  made.ring = choose_ring(queue, item, chosen.id, now);
  return made;
}

}  // namespace yingda::routing
