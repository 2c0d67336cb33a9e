// The rules of the facts of service.
#include "record.hpp"

#include <gtest/gtest.h>

namespace yingda::routing {
namespace {

using conversation::Conversation;
using conversation::State;

constexpr TeamId kCare{1}, kSales{2};
constexpr UserId kWang{11}, kLi{12};
constexpr UtcTime kDay{1'780'000'000'000};

/// A conversation at `second` of the day.
Conversation at(std::int64_t second, State state, std::int64_t version, TeamId team = kCare, UserId agent = {}) {
  Conversation c;
  c.id = {100};
  c.episode_id = {200};
  c.state = state;
  c.version = version;
  c.team_id = team;
  c.updated_at_ms = kDay + seconds(second);
  if (state == State::queued || state == State::promised) c.queued_at_ms = kDay;
  if (agent) c.agent = {agent, "agent"};
  if (state == State::closed) c.closed_at_ms = c.updated_at_ms;
  return c;
}

EpisodeFact after(std::initializer_list<Conversation> changes) {
  EpisodeFact fact;
  for (const Conversation& c : changes) apply_event(fact, c, 30'000);
  return fact;
}

DayCounts counted(const EpisodeFact& fact, calendar::Interval day = {kDay, kDay + days(1)}) {
  DayCounts counts(day);
  counts.add(fact);
  return counts;
}

TEST(EpisodeFact, ServedInTime_CountsWaitAndTarget) {
  const auto fact = after(
      {at(0, State::queued, 1), at(20, State::assigned, 2, kCare, kWang), at(80, State::closed, 3, kCare, kWang)});
  EXPECT_EQ(fact.outcome, Outcome::served);
  EXPECT_EQ(fact.handled_ms, 60'000);
  const QueueDay day = counted(fact).queue(kCare);
  EXPECT_EQ(day.offered, 1);
  EXPECT_EQ(day.served, 1);
  EXPECT_EQ(day.abandoned, 0);
  EXPECT_EQ(day.wait_ms_sum, 20'000);
  EXPECT_EQ(day.wait_ms_max, 20'000);
  EXPECT_EQ(day.within_target, 1);
  EXPECT_EQ(counted(fact).agent(kWang).closed, 1);
}

TEST(EpisodeFact, ServedLate_IsNotWithinTarget) {
  const auto fact = after({at(0, State::queued, 1), at(31, State::assigned, 2, kCare, kWang)});
  EXPECT_EQ(counted(fact).queue(kCare).within_target, 0);
  EXPECT_EQ(counted(fact).queue(kCare).served, 1);
}

TEST(EpisodeFact, ClosedWithoutAgent_IsAbandoned) {
  const auto fact = after({at(0, State::queued, 1), at(90, State::closed, 2)});
  EXPECT_EQ(fact.outcome, Outcome::abandoned);
  const QueueDay day = counted(fact).queue(kCare);
  EXPECT_EQ(day.abandoned, 1);
  EXPECT_EQ(day.served, 0);
  EXPECT_EQ(day.wait_ms_sum, 0);
}

TEST(EpisodeFact, Overflowed_CountsForTheQueueThatServedIt) {
  const auto fact = after({at(0, State::queued, 1, kCare), at(5, State::queued, 2, kSales),
                           at(9, State::assigned, 3, kSales, kLi), at(20, State::queued, 4, kCare)});
  EXPECT_EQ(fact.team, kSales) << "what comes after the first assignment changes nothing";
  EXPECT_EQ(counted(fact).queue(kSales).offered, 1);
  EXPECT_EQ(counted(fact).queue(kCare), QueueDay{});
}

TEST(EpisodeFact, OlderEventAgain_ChangesNothing) {
  const auto once = after(
      {at(0, State::queued, 1), at(20, State::assigned, 2, kCare, kWang), at(80, State::closed, 3, kCare, kWang)});
  const auto again =
      after({at(0, State::queued, 1), at(20, State::assigned, 2, kCare, kWang), at(80, State::closed, 3, kCare, kWang),
             at(0, State::queued, 1), at(20, State::assigned, 2, kCare, kWang)});
  EXPECT_EQ(once, again);
}

TEST(EpisodeFact, Reopened_IsOpenAgainAndServedOnce) {
  const auto fact = after({at(0, State::queued, 1), at(20, State::assigned, 2, kCare, kWang),
                           at(80, State::closed, 3, kCare, kWang), at(90, State::assigned, 4, kCare, kLi)});
  EXPECT_FALSE(fact.closed);
  EXPECT_EQ(counted(fact).queue(kCare).served, 1);
  EXPECT_EQ(counted(fact).agent(kWang).closed, 0);
}

TEST(DayCounts, EachPartCountsOnItsOwnDay) {
  const auto fact = after({at(-3'600, State::queued, 1), at(20, State::assigned, 2, kCare, kWang),
                           at(90'000, State::closed, 3, kCare, kWang)});
  EpisodeFact came_yesterday = fact;
  came_yesterday.arrived = kDay - seconds(3'600);
  const DayCounts today = counted(came_yesterday);
  EXPECT_EQ(today.queue(kCare).offered, 0);
  EXPECT_EQ(today.queue(kCare).served, 1);
  EXPECT_EQ(today.queue(kCare).wait_ms_max, 3'620'000);
  EXPECT_EQ(today.agent(kWang).closed, 0);
  const DayCounts tomorrow = counted(came_yesterday, {kDay + days(1), kDay + days(2)});
  EXPECT_EQ(tomorrow.queue(kCare).served, 0);
  EXPECT_EQ(tomorrow.agent(kWang).closed, 1);
}

TEST(DayCounts, EstimateIsMeasuredAgainstTheTruth) {
  EpisodeFact fact = after({at(0, State::queued, 1), at(20, State::assigned, 2, kCare, kWang)});
  fact.estimated_wait_ms = 26'000;
  const QueueDay day = counted(fact).queue(kCare);
  EXPECT_EQ(day.estimates, 1);
  EXPECT_EQ(day.estimate_error_ms_sum, 6'000);
}

TEST(DayCounts, RemovedAndAddedAnew_IsTheNewestState) {
  const auto waiting = after({at(0, State::queued, 1)});
  const auto served = after({at(0, State::queued, 1), at(20, State::assigned, 2, kCare, kWang)});
  DayCounts counts({kDay, kDay + days(1)});
  counts.add(waiting);
  counts.remove(waiting);
  counts.add(served);
  EXPECT_EQ(counts.queue(kCare), counted(served).queue(kCare));
}

}  // namespace
}  // namespace yingda::routing
