// How fast decisions are, measured on a board of a large company. Pure memory; for `yingda bench routing`.
#pragma once

#include <cstdint>

#include "yingda/base/describe.hpp"

namespace yingda::routing {

inline constexpr std::int64_t kBenchAgents = 2'000;
inline constexpr std::int64_t kBenchQueues = 500;
inline constexpr std::int64_t kBenchWaiting = 10'000;

/// One decision is: choose an item for a freed agent or an agent for a new item, with its explanation. One assignment
/// is the whole step in memory: an agent is freed, the decision is made and applied, a new item comes into the queue.
struct RoutingBenchResult {
  std::int64_t agents = 0, queues = 0, waiting = 0;
  std::int64_t decisions = 0;
  double decisions_per_s = 0;
  double decision_us_p50 = 0, decision_us_p99 = 0, decision_us_max = 0;
  double assign_us_p50 = 0, assign_us_p99 = 0;
};
YD_DESCRIBE(RoutingBenchResult, (agents, queues, waiting, decisions, decisions_per_s, decision_us_p50, decision_us_p99,
                                 decision_us_max, assign_us_p50, assign_us_p99))

/// Runs for about so long on the calling thread.
RoutingBenchResult bench_decisions(double seconds);

}  // namespace yingda::routing
