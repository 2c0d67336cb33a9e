#include "overflow.hpp"

namespace yingda::routing {

bool over_bounds(const Board& board, const WorkItem& item, UtcTime now) {
  const QueuePolicy& policy = board.policy(item.team);
  if (policy.wait_ms_max > 0 && (now - item.arrived).ms >= policy.wait_ms_max) return true;
  return policy.length_max > 0 && board.position(item.id) > policy.length_max;
}

std::optional<TeamId> overflow_target(const Board& board, const WorkItem& item, const std::set<TeamId>& been) {
  for (const TeamId team : board.policy(item.team).overflow_team_ids) {
    if (team == item.team || been.contains(team)) continue;
    const QueuePolicy& other = board.policy(team);
    if (other.length_max > 0 && board.queue_length(team) >= other.length_max) continue;
    if (board.anyone_here(team)) return team;
  }
  return std::nullopt;
}

}  // namespace yingda::routing
