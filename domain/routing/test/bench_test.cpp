#include "yingda/routing/bench.hpp"

#include <gtest/gtest.h>

namespace yingda::routing {
namespace {

TEST(RoutingBench_Run, Short_MeasuresTheWholeCompany) {
  const auto result = bench_decisions(0.05);
  EXPECT_EQ(result.agents, kBenchAgents);
  EXPECT_GE(result.waiting, kBenchWaiting - 1);
  EXPECT_GT(result.decisions, 0);
  EXPECT_LE(result.decision_us_p50, result.decision_us_p99);
  std::printf("decision p50 %.1f us, p99 %.1f us, max %.1f us, %.0f/s\n", result.decision_us_p50,
              result.decision_us_p99, result.decision_us_max, result.decisions_per_s);
}

}  // namespace
}  // namespace yingda::routing
