#include "timer_wheel.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace yingda::runtime {
namespace {

std::vector<std::int64_t> fire_until(TimerWheel& wheel, std::int64_t to) {
  std::vector<std::int64_t> fired;
  while (WheelNode* node = wheel.advance(to)) fired.push_back(node->when);
  return fired;
}

TEST(TimerWheel, Insert_AtLevelBorders_FiresExactlyWhenDue) {
  constexpr std::int64_t start = 1'767'225'600'123;
  for (const std::int64_t delay : {INT64_C(1), INT64_C(63), INT64_C(64), INT64_C(65), INT64_C(4095), INT64_C(4096),
                                   INT64_C(262'144), INT64_C(16'777'217), INT64_C(86'400'000) * 365}) {
    TimerWheel wheel(start);
    WheelNode node;
    wheel.insert(node, start + delay);
    EXPECT_EQ(wheel.advance(start + delay - 1), nullptr) << delay;
    EXPECT_EQ(wheel.advance(start + delay), &node) << delay;
    EXPECT_FALSE(node.linked());
    EXPECT_EQ(wheel.advance(start + delay), nullptr);
    EXPECT_EQ(wheel.next(), std::nullopt);
  }
}

TEST(TimerWheel, Insert_PastOrNow_IsDueAtOnce) {
  TimerWheel wheel(1000);
  WheelNode past, now;
  wheel.insert(past, 1);
  wheel.insert(now, 1000);
  EXPECT_EQ(wheel.next(), 1000);
  EXPECT_EQ(fire_until(wheel, 1000).size(), 2U);
}

TEST(TimerWheel, Insert_FurthestFuture_IsKept) {
  TimerWheel wheel(1000);
  WheelNode node;
  wheel.insert(node, INT64_MAX);
  EXPECT_EQ(wheel.advance(INT64_C(1) << 40), nullptr);
  EXPECT_TRUE(node.linked());
}

TEST(TimerWheel, Next_ManyTimers_IsNeverLateAndEndsAtTheEarliest) {
  TimerWheel wheel(0);
  std::vector<WheelNode> nodes(3);
  wheel.insert(nodes[0], 70'000);
  wheel.insert(nodes[1], 70'001);
  wheel.insert(nodes[2], 900'000);
  int wakes = 0;
  std::int64_t now = 0;
  for (;; ++wakes) {
    ASSERT_TRUE(wheel.next());
    ASSERT_LE(*wheel.next(), 70'000);
    ASSERT_GE(*wheel.next(), now);
    now = *wheel.next();
    if (WheelNode* node = wheel.advance(now)) {
      EXPECT_EQ(node, &nodes[0]);
      break;
    }
  }
  EXPECT_EQ(now, 70'000);
  EXPECT_LE(wakes, 3);  // once a level
}

TEST(TimerWheel, Reset_ClockWentBack_TimersKeepTheirMoment) {
  TimerWheel wheel(1'000'000);
  WheelNode node;
  wheel.insert(node, 1'000'500);
  ASSERT_EQ(wheel.any(), &node);
  wheel.remove(node);
  ASSERT_EQ(wheel.any(), nullptr);
  wheel.reset(10);
  wheel.insert(node, 1'000'500);
  EXPECT_EQ(wheel.advance(1'000'499), nullptr);
  EXPECT_EQ(wheel.advance(1'000'500), &node);
}

TEST(TimerWheel, RandomUse_AgainstSortedMap_FiresTheSame) {
  std::mt19937_64 random(7);
  std::int64_t now = 1'767'225'600'000;
  TimerWheel wheel(now);
  std::vector<WheelNode> nodes(500);
  std::multimap<std::int64_t, WheelNode*> model;
  const auto forget = [&](WheelNode* node) {
    for (auto at = model.begin(); at != model.end(); ++at) {
      if (at->second == node) return (void)model.erase(at);
    }
  };
  for (int round = 0; round < 50'000; ++round) {
    WheelNode& node = nodes[random() % nodes.size()];
    switch (random() % 4) {
      case 0:
      case 1: {
        if (node.linked()) break;
        const std::int64_t when = now - 5 + static_cast<std::int64_t>(random() % (UINT64_C(1) << (random() % 30)));
        wheel.insert(node, when);
        model.emplace(when, &node);
        break;
      }
      case 2:
        if (!node.linked()) break;
        wheel.remove(node);
        forget(&node);
        break;
      default: {
        now += static_cast<std::int64_t>(random() % (UINT64_C(1) << (random() % 18)));
        if (!model.empty()) ASSERT_LE(*wheel.next(), std::max(model.begin()->first, wheel.now()));
        std::set<WheelNode*> fired, expected;
        while (WheelNode* due = wheel.advance(now)) ASSERT_TRUE(fired.insert(due).second);
        while (!model.empty() && model.begin()->first <= now) {
          expected.insert(model.begin()->second);
          model.erase(model.begin());
        }
        ASSERT_EQ(fired, expected);
        ASSERT_EQ(wheel.next().has_value(), !model.empty());
      }
    }
  }
}

}  // namespace
}  // namespace yingda::runtime
