// "Who would get this now": one customer who does not exist, decided on a copy of the board's relevant part. Pure.
#pragma once

#include <optional>

#include "board.hpp"
#include "yingda/routing/advice.hpp"

namespace yingda::routing {

/// The queue's agents with their load and everything that waits in it, under the edited policy.
Board part_of(const Board& board, const QueuePolicy& policy);

/// Decides on `part` (see part_of), which is used up. Names are left empty. Hours that were checked before;
/// `overflow`: where the real board would send on who waits too long.
Preview preview(Board part, const PreviewRequest& request, std::optional<TeamId> overflow, UtcTime now);

}  // namespace yingda::routing
