// What a replay of recorded arrivals costs: 50,000 of a month, 50 agents with three conversations each; and reading the
// same as JSON lines.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>

#include "yingda/routing/simulate.hpp"

namespace yingda::routing {
namespace {

constexpr std::int64_t kAgents = 50, kArrivals = 50'000, kDays = 30;
constexpr TeamId kTeam{1};
constexpr UtcTime kBegin{1'767'225'600'000};

Recording month() {
  std::mt19937_64 random(7);  // the same month in every run
  const auto pick = [&](std::int64_t below) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(below));
  };
  Recording out;
  out.from_at_ms = kBegin;
  out.until_at_ms = kBegin + days(kDays);
  for (std::int64_t i = 0; i < kAgents; ++i) {
    RecordedAgent& agent = out.agents.emplace_back();
    agent.id = UserId{2 + i};
    agent.capacity = 3;
    agent.team_ids = {kTeam};
    for (std::int64_t day = 0; day < kDays; ++day) {
      const UtcTime morning = kBegin + days(day) + hours(9);
      if (pick(5) > 0) agent.online.push_back({morning, morning + hours(9)});
    }
  }
  for (std::int64_t i = 0; i < kArrivals; ++i) {
    RecordedItem& item = out.items.emplace_back();
    item.id = EpisodeId{1'000 + i};
    item.team_id = kTeam;
    item.arrived_at_ms = kBegin + days(pick(kDays)) + hours(9) + milliseconds(pick(hours(9).ms));
    item.waited_ms = pick(120'000);
    if (pick(20) == 0)
      item.outcome = Outcome::abandoned;
    else
      item.handled_ms = pick(1'800'000);
  }
  std::ranges::sort(out.items, {}, &RecordedItem::arrived_at_ms);
  return out;
}

void replay_month(benchmark::State& state) {
  const Recording recording = month();
  for (auto _ : state) benchmark::DoNotOptimize(simulate(recording, {}, minutes(1).ms).served);
}
BENCHMARK(replay_month)->Unit(benchmark::kMillisecond);

void read_month(benchmark::State& state) {
  const std::string lines = encode_recording(month());
  for (auto _ : state) benchmark::DoNotOptimize(decode_recording(lines)->items.size());
}
BENCHMARK(read_month)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace yingda::routing

BENCHMARK_MAIN();
