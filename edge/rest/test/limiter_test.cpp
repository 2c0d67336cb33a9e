#include "limiter.hpp"

#include <gmock/gmock.h>

namespace yingda::rest {
namespace {

constexpr UtcTime kStart{1'000'000};

TEST(Limiter_Take, BurstThenRefill_FollowsTheClock) {
  Limiter limiter(2, 3, 100);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.take("a", kStart), 0);
  const auto wait = limiter.take("a", kStart);
  EXPECT_GT(wait, 0);
  EXPECT_LE(wait, 501);
  EXPECT_EQ(limiter.take("a", kStart + milliseconds(wait)), 0);
  EXPECT_GT(limiter.take("a", kStart + milliseconds(wait)), 0);
}

TEST(Limiter_Take, OneKey_DoesNotTouchAnother) {
  Limiter limiter(1, 1, 100);
  EXPECT_EQ(limiter.take("a", kStart), 0);
  EXPECT_GT(limiter.take("a", kStart), 0);
  EXPECT_EQ(limiter.take("b", kStart), 0);
}

TEST(Limiter_Look, TakesNothing) {
  Limiter limiter(1, 1, 100);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limiter.look("a", kStart), 0);
  EXPECT_EQ(limiter.size(), 0U);
  limiter.take("a", kStart);
  EXPECT_GT(limiter.look("a", kStart), 0);
}

TEST(Limiter_Take, MoreKeysThanBound_MemoryStaysAndTheBusyOnesAreKeptLongest) {
  Limiter limiter(1, 10, 100);
  for (int i = 0; i < 10; ++i) limiter.take("busy", kStart);
  for (int i = 0; i < 1'000; ++i) {
    limiter.take("key" + std::to_string(i), kStart - seconds(60));
    EXPECT_LE(limiter.size(), 100U);
  }
}

TEST(Limiter_Take, ClockStepsBack_NeverLocksAKeyOut) {
  Limiter limiter(1, 1, 100);
  limiter.take("a", kStart);
  limiter.take("a", kStart - hours(1));
  EXPECT_EQ(limiter.take("a", kStart + seconds(2)), 0);
}

}  // namespace
}  // namespace yingda::rest
