// Which alarms a queue deserves. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "yingda/base/time.hpp"
#include "yingda/routing/policy.hpp"

namespace yingda::routing {

inline constexpr std::string_view kQueueLong = "queue_long", kWaitLong = "wait_long", kNobodyOnline = "nobody_online";

/// A queue at one moment.
struct QueueScene {
  std::int64_t waiting = 0;
  std::optional<UtcTime> oldest;      // arrival of the oldest that waits without a promise
  bool anyone_here = false;           // somebody of the team is not offline
  bool has_agents = false;            // somebody could be
  std::optional<bool> within_hours;   // none: the queue has no hours
  std::optional<UtcTime> hours_turn;  // when that changes
};

struct QueueVerdict {
  std::set<std::string, std::less<>> kinds;
  std::optional<UtcTime> look_at;  // when time alone may change it
};

/// `open`: what was raised and has not ended. A queue that is long again at once is no news: queue_long ends one below
/// its threshold.
QueueVerdict decide_queue_alarms(const QueueScene& scene, const QueuePolicy& policy,
                                 const std::set<std::string, std::less<>>& open, UtcTime now);

}  // namespace yingda::routing
