#include "overflow.hpp"

namespace yingda::routing {

bool over_bounds(const Board& board, const WorkItem& item, UtcTime now) {
  const QueuePolicy& policy = board.policy(item.team);
  if (policy.wait_ms_max > 0 && (now - item.arrived).ms >= policy.wait_ms_max) return true;
  return policy.length_max > 0 && board.position(item.id) > policy.length_max;
}

std::optional<TeamId> first_open_team(const Board& board, TeamId from, std::span<const TeamId> teams,
                                      const std::set<TeamId>& been) {
  for (const TeamId team : teams) {
    if (team == from || been.contains(team)) continue;
    const QueuePolicy& other = board.policy(team);
    if (other.length_max > 0 && board.queue_length(team) >= other.length_max) continue;
    if (board.anyone_here(team)) return team;
  }
  return std::nullopt;
}

std::optional<TeamId> overflow_target(const Board& board, const WorkItem& item, const std::set<TeamId>& been) {
  return first_open_team(board, item.team, board.policy(item.team).overflow_team_ids, been);
}

}  // namespace yingda::routing
