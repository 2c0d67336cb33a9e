#include "yingda/calendar/days.hpp"

#include <gtest/gtest.h>

namespace yingda::calendar {
namespace {

TEST(LocalDay, InShanghai_BeginsAtSixteenHundredUtc) {
  const auto day = local_day("Asia/Shanghai", "2026-05-04");
  ASSERT_TRUE(day);
  EXPECT_EQ(day->from.ms, 1'777'824'000'000);  // 2026-05-03T16:00:00Z
  EXPECT_EQ(day->until - day->from, hours(24));
}

TEST(LocalDay, WhenClocksChange_IsShorterOrLonger) {
  EXPECT_EQ(local_day("Europe/Berlin", "2026-03-29")->until - local_day("Europe/Berlin", "2026-03-29")->from,
            hours(23));
  EXPECT_EQ(local_day("Europe/Berlin", "2026-10-25")->until - local_day("Europe/Berlin", "2026-10-25")->from,
            hours(25));
}

TEST(LocalDate, AroundMidnight_ChangesThere) {
  const auto day = local_day("Asia/Shanghai", "2026-05-04");
  EXPECT_EQ(*local_date("Asia/Shanghai", day->from), "2026-05-04");
  EXPECT_EQ(*local_date("Asia/Shanghai", day->from - milliseconds(1)), "2026-05-03");
  EXPECT_EQ(*local_date("America/New_York", day->from), "2026-05-03");
}

TEST(LocalDay, OfNonsense_NamesTheField) {
  const auto date = local_day("Asia/Shanghai", "2026-02-30");
  ASSERT_FALSE(date);
  EXPECT_EQ(date.error().fields.front().field, "date");
  EXPECT_FALSE(local_day("Moon/Crater", "2026-05-04"));
  EXPECT_FALSE(local_date("Moon/Crater", {0}));
}

}  // namespace
}  // namespace yingda::calendar
