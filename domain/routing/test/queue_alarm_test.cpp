#include "queue_alarm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yingda::routing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr UtcTime kNow{1'000'000};

QueuePolicy policy(std::int64_t length, DurationMs wait) {
  QueuePolicy policy;
  policy.alarm_length = length;
  policy.alarm_wait_ms = wait.ms;
  return policy;
}

TEST(QueueAlarm, MoreWaitThanTheThreshold_IsLongUntilFewerDo) {
  QueueScene scene{.waiting = 10, .anyone_here = true, .has_agents = true};
  const auto rules = policy(10, {});
  EXPECT_THAT(decide_queue_alarms(scene, rules, {}, kNow).kinds, IsEmpty());
  scene.waiting = 11;
  EXPECT_THAT(decide_queue_alarms(scene, rules, {}, kNow).kinds, ElementsAre("queue_long"));
  scene.waiting = 10;
  EXPECT_THAT(decide_queue_alarms(scene, rules, {"queue_long"}, kNow).kinds, ElementsAre("queue_long"));
  scene.waiting = 9;
  EXPECT_THAT(decide_queue_alarms(scene, rules, {"queue_long"}, kNow).kinds, IsEmpty());
  scene.waiting = 1'000;
  EXPECT_THAT(decide_queue_alarms(scene, policy(0, {}), {}, kNow).kinds, IsEmpty());
}

TEST(QueueAlarm, OldestWaitsTooLong_IsToldAndLookedForInTime) {
  QueueScene scene{.waiting = 1, .oldest = kNow - seconds(59), .anyone_here = true, .has_agents = true};
  const auto rules = policy(0, minutes(1));
  const auto before = decide_queue_alarms(scene, rules, {}, kNow);
  EXPECT_THAT(before.kinds, IsEmpty());
  ASSERT_TRUE(before.look_at);
  EXPECT_THAT(decide_queue_alarms(scene, rules, {}, *before.look_at).kinds, ElementsAre("wait_long"));
  scene.oldest.reset();
  EXPECT_THAT(decide_queue_alarms(scene, rules, {"wait_long"}, kNow).kinds, IsEmpty());
}

TEST(QueueAlarm, NobodyHere_WithinHoursAlways_WithoutHoursWhenSomebodyWaits) {
  QueueScene scene{.has_agents = true, .within_hours = true, .hours_turn = kNow + hours(8)};
  EXPECT_THAT(decide_queue_alarms(scene, policy(0, {}), {}, kNow).kinds, ElementsAre("nobody_online"));
  scene.anyone_here = true;
  EXPECT_THAT(decide_queue_alarms(scene, policy(0, {}), {"nobody_online"}, kNow).kinds, IsEmpty());
  scene.anyone_here = false;
  scene.within_hours = false;
  const auto closed = decide_queue_alarms(scene, policy(0, {}), {}, kNow);
  EXPECT_THAT(closed.kinds, IsEmpty());
  EXPECT_EQ(closed.look_at, kNow + hours(8));
  scene.within_hours.reset();
  EXPECT_THAT(decide_queue_alarms(scene, policy(0, {}), {}, kNow).kinds, IsEmpty());
  scene.waiting = 1;
  EXPECT_THAT(decide_queue_alarms(scene, policy(0, {}), {}, kNow).kinds, ElementsAre("nobody_online"));
}

TEST(QueueAlarm, TeamWithoutAgents_IsMissedByWhoWaitsOnly) {
  QueueScene scene{.has_agents = false, .within_hours = true};
  EXPECT_THAT(decide_queue_alarms(scene, policy(0, {}), {}, kNow).kinds, IsEmpty());
  scene.waiting = 1;
  EXPECT_THAT(decide_queue_alarms(scene, policy(0, {}), {}, kNow).kinds, ElementsAre("nobody_online"));
}

}  // namespace
}  // namespace yingda::routing
