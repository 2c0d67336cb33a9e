#include "check_policy.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace yingda::routing {
namespace {

const TeamId kCare{1}, kSales{2}, kNight{3};

/// Care and sales have one agent each, night has none.
std::unordered_map<TeamId, TeamFacts> company() {
  std::unordered_map<TeamId, TeamFacts> teams;
  teams[kCare].agents = {{.skills = {{"refund", 3}}, .capacity = 5}};
  teams[kSales].agents = {{.skills = {}, .capacity = 5}};
  teams[kNight];
  return teams;
}

QueuePolicy care() {
  QueuePolicy policy;
  policy.team_id = kCare;
  return policy;
}

bool has(const std::vector<PolicyWarning>& found, const std::string& field, const std::string& reason) {
  return std::ranges::find(found, PolicyWarning{field, reason, false}) != found.end();
}

TEST(Advise, DefaultPolicyOfAStaffedTeam_SaysNothing) { EXPECT_TRUE(advise(care(), company()).empty()); }

TEST(Advise, TeamWithoutAgents_IsNamed) {
  QueuePolicy policy;
  policy.team_id = kNight;
  EXPECT_TRUE(has(advise(policy, company()), "team_id", "routing.warn.no_agents"));
}

TEST(Advise, NumbersOutOfRange_AreMarkedAsRefused) {
  auto policy = care();
  policy.vip_priority = 99;
  const auto found = advise(policy, company());
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front(), (PolicyWarning{"vip_priority", "request.out_of_range", true}));
}

TEST(Advise, ChainThatComesBack_IsALoop) {
  auto teams = company();
  teams[kSales].overflow_team_ids = {kNight};
  auto policy = care();
  policy.length_max = 10;
  policy.overflow_team_ids = {kSales};
  EXPECT_FALSE(has(advise(policy, teams), "overflow_team_ids[0]", "routing.warn.overflow_loop"));
  teams[kNight].overflow_team_ids = {kCare};
  EXPECT_TRUE(has(advise(policy, teams), "overflow_team_ids[0]", "routing.warn.overflow_loop"));
}

TEST(Advise, ChainAmongOthers_EndsAndIsNoLoopOfThisTeam) {
  auto teams = company();
  teams[kSales].overflow_team_ids = {kNight};
  teams[kNight].overflow_team_ids = {kSales};
  auto policy = care();
  policy.length_max = 10;
  policy.overflow_team_ids = {kSales};
  EXPECT_TRUE(advise(policy, teams).empty());
}

TEST(Advise, OverflowTargets_AreLookedAtOneByOne) {
  auto policy = care();
  policy.wait_ms_max = 600'000;
  policy.overflow_team_ids = {kNight, kCare, kSales, kSales};
  const auto found = advise(policy, company());
  EXPECT_TRUE(has(found, "overflow_team_ids[0]", "routing.warn.overflow_without_agents"));
  EXPECT_TRUE(has(found, "overflow_team_ids[1]", "routing.warn.overflow_to_itself"));
  EXPECT_TRUE(has(found, "overflow_team_ids[3]", "routing.warn.overflow_twice"));
  EXPECT_EQ(found.size(), 3U);
}

TEST(Advise, BoundAndOverflow_NeedEachOther) {
  auto policy = care();
  policy.overflow_team_ids = {kSales};
  EXPECT_TRUE(has(advise(policy, company()), "overflow_team_ids", "routing.warn.overflow_never_used"));
  policy = care();
  policy.length_max = 10;
  EXPECT_TRUE(has(advise(policy, company()), "overflow_team_ids", "routing.warn.overflow_to_nobody"));
}

TEST(Advise, WaitBoundBelowTheAlarm_TheAlarmNeverRings) {
  auto policy = care();
  policy.overflow_team_ids = {kSales};
  policy.wait_ms_max = 120'000;
  policy.last_agent_wait_ms = 0;
  policy.alarm_wait_ms = 120'000;
  EXPECT_TRUE(has(advise(policy, company()), "alarm_wait_ms", "routing.warn.alarm_after_overflow"));
  policy.alarm_wait_ms = 119'000;
  EXPECT_TRUE(advise(policy, company()).empty());
}

TEST(Advise, SkillAboveEverybody_IsHopelessUntilRelaxed) {
  auto policy = care();
  policy.skills = {{"refund", 5}, {"refund", 3}, {"wine", 1}};
  auto found = advise(policy, company());
  EXPECT_TRUE(has(found, "skills[0]", "routing.warn.skill_nobody_has"));
  EXPECT_TRUE(has(found, "skills[2]", "routing.warn.skill_nobody_has"));
  EXPECT_EQ(found.size(), 2U);
  policy.relaxations = {{60'000, 2}};
  found = advise(policy, company());
  EXPECT_TRUE(has(found, "skills[0]", "routing.warn.skill_only_relaxed"));
  EXPECT_TRUE(has(found, "skills[2]", "routing.warn.skill_only_relaxed"));
}

TEST(Advise, RelaxationBehindADeeperOne_ChangesNothing) {
  auto policy = care();
  policy.relaxations = {{30'000, 2}, {60'000, 1}, {90'000, 3}};
  const auto found = advise(policy, company());
  EXPECT_TRUE(has(found, "relaxations[1]", "routing.warn.relaxation_idle"));
  EXPECT_EQ(found.size(), 1U);
}

TEST(Advise, RemindedAfterTheClose_InAnyChannel) {
  auto policy = care();
  policy.silence = SilenceRules{.remind_ms = 1'800'000, .close_ms = 1'800'000};
  policy.channel_silence = {{conversation::Channel::email, {.remind_ms = 0, .close_ms = 60'000}},
                            {conversation::Channel::wechat, {.remind_ms = 90'000, .close_ms = 60'000}}};
  const auto found = advise(policy, company());
  EXPECT_TRUE(has(found, "silence.remind_ms", "routing.warn.reminder_after_close"));
  EXPECT_TRUE(has(found, "channel_silence[1].rules.remind_ms", "routing.warn.reminder_after_close"));
  EXPECT_EQ(found.size(), 2U);
}

TEST(Advise, WarnedAfterPassingOn_IsNeverHeard) {
  auto policy = care();
  policy.silence = SilenceRules{.warn_ms = 400'000, .alarm_ms = 300'000, .redispatch_ms = 300'000};
  const auto found = advise(policy, company());
  EXPECT_TRUE(has(found, "silence.warn_ms", "routing.warn.warned_after_redispatch"));
  EXPECT_TRUE(has(found, "silence.alarm_ms", "routing.warn.alarm_after_redispatch"));
}

TEST(Advise, ChannelHeavierThanAnyAgent_CanNeverBeAssigned) {
  auto policy = care();
  policy.weights = {{conversation::Channel::webchat, 5}, {conversation::Channel::voice, 6}};
  const auto found = advise(policy, company());
  EXPECT_TRUE(has(found, "weights[1]", "routing.warn.weight_over_capacity"));
  EXPECT_EQ(found.size(), 1U);
}

TEST(Advise, HoursThatNeverOpen_AreRefused) {
  auto policy = care();
  policy.hours = calendar::Schedule{};
  const auto found = advise(policy, company());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front(), (PolicyWarning{"hours.week", "calendar.never_opens", true}));
}

TEST(Advise, StrategiesWithoutTheirMeans_AreNamed) {
  QueuePolicy policy;
  policy.team_id = kSales;
  policy.strategy = Strategy::skill_score;
  EXPECT_TRUE(has(advise(policy, company()), "strategy", "routing.warn.nobody_skilled"));
  policy.strategy = Strategy::ring_several;
  policy.ring_count = 1;
  EXPECT_TRUE(has(advise(policy, company()), "ring_count", "routing.warn.rings_one"));
  policy = care();
  policy.priority_step_ms = 0;
  EXPECT_TRUE(has(advise(policy, company()), "vip_priority", "routing.warn.priority_without_step"));
}

}  // namespace
}  // namespace yingda::routing
