#include "yingda/routing/simulate.hpp"

#include <gtest/gtest.h>

#include "patience.hpp"

namespace yingda::routing {
namespace {

const TeamId kSales{11};
const TeamId kCare{12};
constexpr std::int64_t kMinute = 60'000;

RecordedItem served(std::int64_t id, std::int64_t arrived_ms, std::int64_t waited_ms, std::int64_t handled_ms) {
  RecordedItem item;
  item.id = EpisodeId{id};
  item.team_id = kSales;
  item.arrived_at_ms = UtcTime{arrived_ms};
  item.waited_ms = waited_ms;
  item.handled_ms = handled_ms;
  item.agent_id = UserId{1};
  return item;
}

RecordedItem left(std::int64_t id, std::int64_t arrived_ms, std::int64_t waited_ms) {
  RecordedItem item = served(id, arrived_ms, waited_ms, 0);
  item.outcome = Outcome::abandoned;
  item.agent_id = {};
  return item;
}

RecordedAgent agent(std::int64_t id, std::int64_t capacity, std::int64_t until_ms, TeamId team = kSales) {
  RecordedAgent one;
  one.id = UserId{id};
  one.name = "agent " + std::to_string(id);
  one.capacity = capacity;
  one.team_ids = {team};
  one.online = {{UtcTime{0}, UtcTime{until_ms}}};
  return one;
}

QueuePolicy policy(TeamId team, Strategy strategy) {
  QueuePolicy rules;
  rules.team_id = team;
  rules.strategy = strategy;
  return rules;
}

Recording office(std::vector<RecordedAgent> agents, std::vector<RecordedItem> items) {
  Recording day;
  day.until_at_ms = UtcTime{60 * kMinute};
  day.agents = std::move(agents);
  day.items = std::move(items);
  day.policies = {policy(kSales, Strategy::least_loaded)};
  return day;
}

TEST(Simulate, OneAgentOneAtATime_WaitsAreThoseOfASingleServerQueue) {
  // Three arrive together, each takes 10 minutes: waits 0, 10, 20 minutes (Lindley's recursion).
  const Recording day =
      office({agent(1, 1, 60 * kMinute)},
             {served(1, 0, 0, 10 * kMinute), served(2, 0, 0, 10 * kMinute), served(3, 0, 0, 10 * kMinute)});
  const SimulationReport report = simulate(day, {}, 10 * kMinute);
  EXPECT_EQ(report.served, 3);
  EXPECT_EQ(report.wait_ms_sum, 30 * kMinute);
  EXPECT_EQ(report.wait_ms_max, 20 * kMinute);
  EXPECT_EQ(report.wait_ms_p50, 10 * kMinute);
  EXPECT_EQ(report.within_target, 2);
  EXPECT_EQ(report.occupied_ms, 30 * kMinute);
  EXPECT_EQ(report.capacity_ms, 60 * kMinute);
}

TEST(Simulate, SecondAgentAdded_WaitsFall) {
  std::vector<RecordedItem> items;
  for (std::int64_t i = 0; i < 20; ++i) items.push_back(served(i + 1, i * kMinute, 0, 4 * kMinute));
  const auto alone = simulate(office({agent(1, 1, 60 * kMinute)}, items), {}, kMinute);
  const auto pair = simulate(office({agent(1, 1, 60 * kMinute), agent(2, 1, 60 * kMinute)}, items), {}, kMinute);
  EXPECT_LT(pair.wait_ms_sum, alone.wait_ms_sum);
  EXPECT_GE(pair.served, alone.served);
}

TEST(Simulate, NobodyOnline_CustomersWhoLeftLeaveAtTheirTime) {
  const auto report = simulate(office({}, {left(1, 0, 5 * kMinute), served(2, 0, kMinute, kMinute)}), {}, kMinute);
  EXPECT_EQ(report.served, 0);
  EXPECT_EQ(report.abandoned + report.waiting, 2);
  EXPECT_GE(report.abandoned, 1);
}

TEST(Simulate, AgentLeavesTheShift_WaitingOnesStay) {
  const auto report = simulate(
      office({agent(1, 1, 5 * kMinute)}, {served(1, 0, 0, 10 * kMinute), served(2, 0, 0, 10 * kMinute)}), {}, kMinute);
  EXPECT_EQ(report.served, 1);
  EXPECT_EQ(report.waiting, 1);
}

TEST(Simulate, LongQueueOverflows_OtherTeamServes) {
  Recording day = office({agent(1, 1, 60 * kMinute), agent(2, 1, 60 * kMinute, kCare)},
                         {served(1, 0, 0, 30 * kMinute), served(2, 0, 0, 30 * kMinute), served(3, 0, 0, 30 * kMinute)});
  EXPECT_EQ(simulate(day, {}, kMinute).overflowed, 0);
  QueuePolicy bounded = policy(kSales, Strategy::least_loaded);
  bounded.wait_ms_max = 2 * kMinute;
  bounded.overflow_team_ids = {kCare};
  const auto report = simulate(day, {bounded, policy(kCare, Strategy::least_loaded)}, kMinute);
  EXPECT_EQ(report.overflowed, 2);
  EXPECT_EQ(report.by_agent.size(), 2U);
  EXPECT_EQ(report.served, 3);
}

TEST(Simulate, PullQueue_IsServedAsIfGrabbedAtOnce) {
  const Recording day = office({agent(1, 2, 60 * kMinute)}, {served(1, 0, 0, kMinute)});
  EXPECT_EQ(simulate(day, {policy(kSales, Strategy::pull)}, kMinute).served, 1);
}

TEST(Simulate, SameRecordingTwice_SameReport) {
  std::vector<RecordedItem> items;
  for (std::int64_t i = 0; i < 200; ++i)
    items.push_back(i % 5 == 0 ? left(i + 1, i * 7'000, 20'000 + i * 100)
                               : served(i + 1, i * 7'000, 1'000 + i, 90'000));
  const Recording day = office({agent(1, 1, 60 * kMinute), agent(2, 2, 60 * kMinute)}, items);
  const auto one = simulate(day, {}, kMinute);
  const auto two = simulate(day, {}, kMinute);
  EXPECT_EQ(one.wait_ms_sum, two.wait_ms_sum);
  EXPECT_EQ(one.abandoned, two.abandoned);
  EXPECT_EQ(one.arrivals, one.served + one.abandoned + one.waiting);
}

TEST(Summarise, RecordedDay_CountsWhatHappened) {
  const auto report = summarise(
      office({agent(1, 2, 60 * kMinute)}, {served(1, 0, kMinute, 4 * kMinute), left(2, 0, kMinute)}), kMinute);
  EXPECT_EQ(report.arrivals, 2);
  EXPECT_EQ(report.served, 1);
  EXPECT_EQ(report.abandoned, 1);
  EXPECT_EQ(report.within_target, 1);
  EXPECT_EQ(report.occupied_ms, 4 * kMinute);
  EXPECT_EQ(report.capacity_ms, 120 * kMinute);
}

TEST(Patience, TextbookSample_IsTheProductLimitEstimate) {
  // Kaplan and Meier (1958), example of 8 items: losses and deaths at 0.8, 1.0+, 2.7+, 3.1, 5.4, 7.0+, 9.2, 12.1+.
  const std::vector<RecordedItem> items{left(1, 0, 800),   served(2, 0, 1'000, 1), served(3, 0, 2'700, 1),
                                        left(4, 0, 3'100), left(5, 0, 5'400),      served(6, 0, 7'000, 1),
                                        left(7, 0, 9'200), served(8, 0, 12'100, 1)};
  const Patience patience(items);
  EXPECT_DOUBLE_EQ(patience.survival(0), 1);
  EXPECT_NEAR(patience.survival(800), 7.0 / 8, 1e-12);
  EXPECT_NEAR(patience.survival(3'100), 7.0 / 8 * 4 / 5, 1e-12);
  EXPECT_NEAR(patience.survival(5'400), 7.0 / 8 * 3 / 5, 1e-12);
  EXPECT_NEAR(patience.survival(9'200), 7.0 / 8 * 3 / 5 / 2, 1e-12);
  EXPECT_EQ(patience.of(items[0]), 800);
  for (std::int64_t id = 100; id < 200; ++id) {
    const auto drawn = patience.of(served(id, 0, 4'000, 1));
    EXPECT_TRUE(!drawn || *drawn > 4'000);
  }
}

TEST(RecordingCodec, Encoded_DecodesToTheSame) {
  Recording day = office({agent(1, 2, 60 * kMinute)}, {served(1, 0, kMinute, 4 * kMinute), left(2, 5, kMinute)});
  day.items[0].skills = {{"法语", 3}};
  const auto again = decode_recording(encode_recording(day));
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(encode_recording(*again), encode_recording(day));
  EXPECT_EQ(again->items.size(), 2U);
}

TEST(RecordingCodec, BrokenText_SaysTheLine) {
  const std::string good = encode_recording(office({}, {served(1, 9, 0, 0)}));
  for (const std::string& bad : {std::string(), std::string("{}\n"), good + "not json\n", good + R"({"item":{}})"}) {
    const auto result = decode_recording(bad);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().reason, "routing.invalid_recording");
  }
  const auto unordered = decode_recording(good + encode_recording(office({}, {served(2, 3, 0, 0)})));
  ASSERT_FALSE(unordered);
  EXPECT_EQ(unordered.error().reason, "routing.invalid_recording");
}

}  // namespace
}  // namespace yingda::routing
