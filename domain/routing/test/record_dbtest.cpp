// Today's counters on the store: they follow the events, survive a restart and begin anew at the tenant's midnight.
#include <gtest/gtest.h>

#include "office.hpp"
#include "yingda/calendar/days.hpp"

namespace yingda::routing {
namespace {

QueueDay today(Office& office, TeamId team) {
  office.settle();
  const std::vector<TeamId> teams{team};
  return must(office.routing().live(office.tenant, teams)).queues.at(0).today;
}

AgentDayCount today(Office& office, const org::Actor& agent) {
  office.settle();
  for (const LiveAgent& one : must(office.routing().live(office.tenant, {})).agents)
    if (one.status.user_id == agent.user) return one.today;
  throw std::runtime_error("no such agent");
}

/// Noon in the tenant's zone, so that no test meets midnight by accident.
void begin_at_noon(Office& office) {
  const auto date = must(calendar::local_date("Asia/Shanghai", office.clock.now()));
  const auto day = must(calendar::local_day("Asia/Shanghai", date));
  const UtcTime noon = day.from + hours(12);
  office.pass(noon > office.clock.now() ? noon - office.clock.now() : noon + days(1) - office.clock.now());
}

TEST(Counters, ServedAndClosed_CountForQueueAndAgent) {
  Office office;
  begin_at_noon(office);
  const org::Actor wang = office.make_agent("wang", {office.care});
  const auto c = office.say(office.make_customer());
  EXPECT_EQ(today(office, office.care).offered, 1);
  EXPECT_EQ(today(office, office.care).served, 0);
  office.pass(seconds(40));
  office.online(wang);
  const QueueDay served = today(office, office.care);
  EXPECT_EQ(served.served, 1);
  EXPECT_EQ(served.wait_ms_sum, 40'000);
  EXPECT_EQ(served.within_target, 1);
  EXPECT_EQ(today(office, wang).assigned, 1);
  EXPECT_EQ(today(office, wang).closed, 0);
  must(office.close(wang, c.id));
  EXPECT_EQ(today(office, wang).closed, 1);
  EXPECT_EQ(today(office, office.care).abandoned, 0);
}

TEST(Counters, ClosedWhileWaiting_IsAbandoned) {
  Office office;
  begin_at_noon(office);
  const auto c = office.say(office.make_customer());
  office.settle();
  must(office.close(office.boss, c.id));
  const QueueDay day = today(office, office.care);
  EXPECT_EQ(day.abandoned, 1);
  EXPECT_EQ(day.served, 0);
}

TEST(Counters, PassedOnAndBack_CountsEachAgentOnce) {
  Office office;
  begin_at_noon(office);
  const org::Actor wang = office.make_agent("wang", {office.care}), li = office.make_agent("li", {office.care});
  office.online(wang);
  const auto c = office.say(office.make_customer());
  office.settle();
  office.online(li);
  must(office.transfer(wang, c.id, {.agent = li.user, .team = {}, .reason = {}, .note = {}, .expected_version = {}}));
  office.settle();
  must(office.transfer(li, c.id, {.agent = wang.user, .team = {}, .reason = {}, .note = {}, .expected_version = {}}));
  EXPECT_EQ(today(office, wang).assigned, 1);
  EXPECT_EQ(today(office, li).assigned, 1);
  EXPECT_EQ(today(office, office.care).served, 1);
}

TEST(Counters, AfterARestart_AreTheSame) {
  Office office;
  begin_at_noon(office);
  const org::Actor wang = office.make_agent("wang", {office.care});
  office.say(office.make_customer());
  const auto left = office.say(office.make_customer());
  office.settle();
  must(office.close(office.boss, left.id));
  office.pass(seconds(15));
  office.online(wang);
  const QueueDay before = today(office, office.care);
  const AgentDayCount mine = today(office, wang);
  ASSERT_EQ(before.served, 1);
  ASSERT_EQ(before.abandoned, 1);
  office.restart();
  EXPECT_EQ(today(office, office.care), before);
  EXPECT_EQ(today(office, wang), mine);
}

TEST(Counters, AtMidnightOfTheTenant_BeginAnew) {
  Office office;
  begin_at_noon(office);
  const org::Actor wang = office.make_agent("wang", {office.care});
  office.online(wang);
  const auto open = office.say(office.make_customer());
  ASSERT_EQ(today(office, office.care).served, 1);
  office.pass(hours(11));
  EXPECT_EQ(today(office, office.care).served, 1) << "still the same day";
  office.pass(hours(2));
  EXPECT_EQ(today(office, office.care), QueueDay{});
  EXPECT_EQ(today(office, wang), AgentDayCount{});
  if (office.load(open.id).state == conversation::State::assigned) must(office.close(office.boss, open.id));
  office.say(office.make_customer());
  EXPECT_EQ(today(office, office.care).offered, 1);
}

TEST(Counters, OfAnotherTenant_AreNotSeen) {
  Office office;
  begin_at_noon(office);
  office.say(office.make_customer());
  office.settle();
  const TenantId other = must(office.process().write(TenantId{1}, [&](auto& tx) {
                           return office.process().org.create_tenant(tx, {.name = "other"});
                         })).id;
  const std::vector<TeamId> teams{office.care};
  EXPECT_EQ(must(office.routing().live(other, teams)).queues.at(0).today, QueueDay{});
}

}  // namespace
}  // namespace yingda::routing
