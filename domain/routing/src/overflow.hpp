// When an item leaves its queue for another one. Pure.
#pragma once

#include <optional>
#include <set>
#include <span>

#include "board.hpp"

namespace yingda::routing {

/// Its queue is longer, or its wait is, than the queue's policy bears.
bool over_bounds(const Board& board, const WorkItem& item, UtcTime now);

/// The first of `teams` that has room and where somebody is; neither `from` nor one of `been`.
std::optional<TeamId> first_open_team(const Board& board, TeamId from, std::span<const TeamId> teams,
                                      const std::set<TeamId>& been);
/// The first named team that has room and where somebody is; never one of `been`, so an item does not go in circles.
std::optional<TeamId> overflow_target(const Board& board, const WorkItem& item, const std::set<TeamId>& been);

}  // namespace yingda::routing
