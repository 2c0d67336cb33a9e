#include <gtest/gtest.h>

#include "yingda/calendar/calendar.hpp"

namespace yingda::calendar {
namespace {

const Span kDay{540, 1'080};

Schedule office() {
  Schedule schedule;
  for (std::int64_t weekday = 1; weekday <= 5; ++weekday) schedule.week.push_back({weekday, {kDay}});
  return schedule;
}

TEST(PlanDays, ANewYear_NamesWhatDecides) {
  Schedule schedule = office();
  schedule.seasons.push_back({"summer", "07-01", "07-02", {{3, {{600, 700}}}}});
  schedule.special_days.push_back({"2026-01-02", "stocktaking", {}});
  const auto plan = plan_days(schedule, "2026-01-01", 366);
  ASSERT_TRUE(plan) << plan.error().reason;
  ASSERT_EQ(plan->days.size(), 366U);
  EXPECT_EQ(plan->days[0].date, "2026-01-01");
  EXPECT_EQ(plan->days[0].source, DaySource::holiday);
  EXPECT_EQ(plan->days[0].holiday_zh_CN, "元旦");
  EXPECT_TRUE(plan->days[0].spans.empty());
  EXPECT_EQ(plan->days[1].source, DaySource::special);
  EXPECT_EQ(plan->days[1].name, "stocktaking");
  EXPECT_EQ(plan->days[1].holiday_zh_CN, "元旦");  // what the own day goes before
  EXPECT_EQ(plan->days[181].date, "2026-07-01");
  EXPECT_EQ(plan->days[181].source, DaySource::season);
  EXPECT_EQ(plan->days[181].name, "summer");
  EXPECT_EQ(plan->days[181].spans, (std::vector{Span{600, 700}}));
  EXPECT_EQ(plan->days[365].date, "2027-01-01");
}

TEST(PlanDays, WorkingWeekend_HasTheHoursOfAWorkingDay) {
  const auto plan = plan_days(office(), "2026-01-04", 1);  // Sunday, worked for the New Year holiday
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->days[0].source, DaySource::working_weekend);
  EXPECT_EQ(plan->days[0].spans, std::vector{kDay});
}

TEST(PlanDays, HolidaysOff_AreOrdinaryDays) {
  Schedule schedule = office();
  schedule.chinese_holidays = false;
  const auto plan = plan_days(schedule, "2026-01-01", 1);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->days[0].source, DaySource::week);
  EXPECT_EQ(plan->days[0].spans, std::vector{kDay});
}

TEST(PlanDays, BadQuestions_NameTheField) {
  const auto field = [](const Result<DayPlan>& plan) {
    return plan || plan.error().fields.empty() ? std::string() : plan.error().fields[0].field;
  };
  EXPECT_EQ(field(plan_days(office(), "2026-02-30", 1)), "from");
  EXPECT_EQ(field(plan_days(office(), "2026-01-01", 0)), "days");
  EXPECT_EQ(field(plan_days(office(), "2026-01-01", kPlannedDaysMax + 1)), "days");
  EXPECT_EQ(field(plan_days(Schedule{}, "2026-01-01", 1)), "schedule.week");
}

}  // namespace
}  // namespace yingda::calendar
