// What is going on now and what happened today, as supervisors see it: copies out of routing's memory, no query.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/conversation/types.hpp"
#include "yingda/routing/policy.hpp"
#include "yingda/routing/types.hpp"

namespace yingda::routing {

/// One queue since midnight of the tenant's time zone. Counts and sums, never ratios. An episode counts for the queue
/// that it waited in last before it was first assigned: `offered` on the day it came, `served` and its wait on the day
/// of its first assignment, `abandoned` on the day it ended without ever having had an agent.
struct QueueDay {
  std::int64_t offered = 0, served = 0, abandoned = 0;
  std::int64_t wait_ms_sum = 0, wait_ms_max = 0;  // of the served: from coming to the first assignment
  std::int64_t within_target = 0;                 // served no later than the queue's alarm_wait_ms of that moment
  /// Of the served that were told an estimate: how far it was from the truth.
  std::int64_t estimate_error_ms_sum = 0, estimates = 0;
  bool operator==(const QueueDay&) const = default;
};
YD_DESCRIBE(QueueDay,
            (offered, served, abandoned, wait_ms_sum, wait_ms_max, within_target, estimate_error_ms_sum, estimates))

/// One agent since midnight: episodes he got for the first time today, episodes that ended with him as the owner.
struct AgentDayCount {
  std::int64_t assigned = 0, closed = 0;
  bool operator==(const AgentDayCount&) const = default;
};
YD_DESCRIBE(AgentDayCount, (assigned, closed))

struct LiveQueue {
  TeamId team_id;
  Strategy strategy = Strategy::least_loaded;
  std::optional<std::int64_t> estimated_wait_ms;  // for who comes now; nothing while the pace is unknown
  std::int64_t alarm_wait_ms = 0;                 // a wait in the queue from here on is at risk; 0: never
  std::int64_t silence_alarm_ms = 0;              // the same for who waits for his agent's word
  std::vector<std::pair<conversation::Channel, std::int64_t>> silence_alarm_of;  // channels with times of their own
  QueueDay today;
};

struct LiveAgent {
  AgentStatus status;
  AgentDayCount today;
};

struct Live {
  std::vector<LiveQueue> queues;  // one a team, in the order they were asked for
  std::vector<LiveAgent> agents;  // everybody who answers customers, in id order
};

}  // namespace yingda::routing
