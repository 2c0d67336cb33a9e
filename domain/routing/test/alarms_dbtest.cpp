// Alarms of queues: raised once, ended once, also across restarts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "office.hpp"

namespace yingda::routing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class QueueAlarms : public ::testing::Test {
 protected:
  /// "+kind" and "-kind" in the order they were told.
  std::vector<std::string> told() {
    std::vector<std::string> out;
    for (const auto& event : office_.events()) {
      const bool raised = event.type == "routing.queue_alarm_raised";
      if (!raised && event.type != "routing.queue_alarm_ended") continue;
      const auto at = event.payload.find(R"("kind":")") + 8;
      out.push_back((raised ? "+" : "-") + event.payload.substr(at, event.payload.find('"', at) - at));
    }
    return out;
  }
  void rules(std::int64_t length, DurationMs wait) {
    auto policy = office_.policy(office_.care);
    policy.alarm_length = length;
    policy.alarm_wait_ms = wait.ms;
    office_.save(policy);
  }
  ConversationId arrive() {
    const auto c = office_.say(office_.make_customer());
    office_.settle();
    return c.id;
  }

  Office office_;
};

TEST_F(QueueAlarms, LongQueue_IsRaisedAndEndsWhenItShrinks) {
  rules(2, {});
  const auto li = office_.make_agent("li", {office_.care});
  must(office_.try_state(li, AgentState::busy));
  arrive(), arrive();
  EXPECT_THAT(told(), IsEmpty());
  arrive();
  EXPECT_THAT(told(), ElementsAre("+queue_long"));
  arrive();
  EXPECT_THAT(told(), ElementsAre("+queue_long"));
  office_.online(li);
  office_.settle();
  EXPECT_THAT(told(), ElementsAre("+queue_long", "-queue_long"));
}

TEST_F(QueueAlarms, LongWait_IsRaisedByTheClockAndSurvivesARestart) {
  rules(0, minutes(3));
  const auto li = office_.make_agent("li", {office_.care});
  must(office_.try_state(li, AgentState::busy));
  arrive();
  office_.pass(minutes(2));
  EXPECT_THAT(told(), IsEmpty());
  office_.restart();
  office_.routing().agent_connected(office_.tenant, li.user);
  office_.pass(seconds(61));
  EXPECT_THAT(told(), ElementsAre("+wait_long"));
  office_.restart();
  office_.routing().agent_connected(office_.tenant, li.user);
  office_.pass(minutes(1));
  EXPECT_THAT(told(), ElementsAre("+wait_long"));  // it stands already: no news
  office_.online(li);
  office_.settle();
  EXPECT_THAT(told(), ElementsAre("+wait_long", "-wait_long"));
}

TEST_F(QueueAlarms, NobodyHere_WhileSomebodyWaits_IsRaisedAndEnds) {
  rules(0, {});
  const auto li = office_.make_agent("li", {office_.care});
  EXPECT_THAT(told(), IsEmpty());
  arrive();
  EXPECT_THAT(told(), ElementsAre("+nobody_online"));
  must(office_.try_state(li, AgentState::busy));
  office_.settle();
  EXPECT_THAT(told(), ElementsAre("+nobody_online", "-nobody_online"));
}

TEST_F(QueueAlarms, HoursOpen_WithNobodyThere_IsRaisedAtTheOpening) {
  office_.clock.set({1'777'824'000'000 + hours(8).ms + minutes(59).ms});  // a Monday, 08:59 in Shanghai
  office_.make_agent("li", {office_.care});
  auto policy = office_.policy(office_.care);
  policy.hours.emplace();
  policy.hours->chinese_holidays = false;
  policy.hours->week = {{.weekday = 1, .spans = {{540, 1'080}}}};
  office_.save(policy);
  EXPECT_THAT(told(), IsEmpty());
  office_.pass(minutes(1));
  EXPECT_THAT(told(), ElementsAre("+nobody_online"));
  office_.pass(hours(9));
  EXPECT_THAT(told(), ElementsAre("+nobody_online", "-nobody_online"));
}

}  // namespace
}  // namespace yingda::routing
