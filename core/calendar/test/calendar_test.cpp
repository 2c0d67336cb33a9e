#include "yingda/calendar/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>

namespace yingda::calendar {
namespace {

/// A moment written in UTC.
UtcTime utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  const std::chrono::sys_days date{std::chrono::year(year) / month / day};
  return UtcTime{date.time_since_epoch().count() * days(1).ms} + hours(hour) + minutes(minute);
}
/// A moment on Shanghai's clocks.
UtcTime shanghai(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  return utc(year, month, day, hour, minute) - hours(8);
}

std::vector<DayHours> office_week(std::vector<Span> spans = {{540, 720}, {780, 1'080}}) {
  std::vector<DayHours> week;
  for (std::int64_t day = 1; day <= 5; ++day) week.push_back({day, spans});
  return week;
}

Schedule office() {
  Schedule schedule;
  schedule.week = office_week();
  return schedule;
}

Calendar made(Schedule schedule) {
  auto calendar = Calendar::make(std::move(schedule));
  if (!calendar) throw std::runtime_error(describe(calendar.error()));
  return *std::move(calendar);
}

std::string reason_of(const std::vector<FieldError>& wrong) { return wrong.empty() ? "" : wrong.front().reason; }

TEST(Calendar_IsOpen, SeveralSpansADay_ClosedAtLunch) {
  const auto c = made(office());
  EXPECT_FALSE(c.is_open(shanghai(2026, 3, 4, 8, 59)));
  EXPECT_TRUE(c.is_open(shanghai(2026, 3, 4, 9)));
  EXPECT_FALSE(c.is_open(shanghai(2026, 3, 4, 12)));
  EXPECT_TRUE(c.is_open(shanghai(2026, 3, 4, 13)));
  EXPECT_FALSE(c.is_open(shanghai(2026, 3, 4, 18)));
  EXPECT_FALSE(c.is_open(shanghai(2026, 3, 7, 10))) << "Saturday";
}

TEST(Calendar_IsOpen, NationalDayAndItsWorkingSaturday_FollowTheState) {
  const auto c = made(office());
  EXPECT_FALSE(c.is_open(shanghai(2026, 10, 1, 10))) << "Thursday, National Day";
  EXPECT_TRUE(c.is_open(shanghai(2026, 10, 10, 10))) << "Saturday, worked";
  auto without = office();
  without.chinese_holidays = false;
  EXPECT_TRUE(made(without).is_open(shanghai(2026, 10, 1, 10)));
  EXPECT_FALSE(made(without).is_open(shanghai(2026, 10, 10, 10)));
}

TEST(Calendar_IsOpen, PastMidnight_BelongsToTheDayItBegan) {
  Schedule night;
  night.chinese_holidays = false;
  night.week = {{5, {{1'320, 1'800}}}};  // Friday 22:00 to Saturday 06:00
  const auto c = made(night);
  EXPECT_FALSE(c.is_open(shanghai(2026, 3, 6, 21, 59)));
  EXPECT_TRUE(c.is_open(shanghai(2026, 3, 6, 22)));
  EXPECT_TRUE(c.is_open(shanghai(2026, 3, 7, 5, 59)));
  EXPECT_FALSE(c.is_open(shanghai(2026, 3, 7, 6)));
  EXPECT_EQ(c.next_close(shanghai(2026, 3, 6, 23)), shanghai(2026, 3, 7, 6));
}

TEST(Calendar_IsOpen, SeasonOverNewYear_HasItsOwnHours) {
  auto schedule = office();
  schedule.chinese_holidays = false;
  schedule.seasons = {{"winter", "12-01", "02-28", office_week({{600, 960}})}};
  const auto c = made(schedule);
  EXPECT_FALSE(c.is_open(shanghai(2026, 1, 7, 9, 30)));
  EXPECT_TRUE(c.is_open(shanghai(2026, 1, 7, 12, 30)));
  EXPECT_TRUE(c.is_open(shanghai(2026, 3, 4, 9, 30)));
}

TEST(Calendar_IsOpen, SpecialDay_GoesBeforeEverything) {
  auto schedule = office();
  schedule.special_days = {{"2026-10-01", "on duty", {{600, 720}}}, {"2026-03-04", "outing", {}}};
  const auto c = made(schedule);
  EXPECT_TRUE(c.is_open(shanghai(2026, 10, 1, 11)));
  EXPECT_FALSE(c.is_open(shanghai(2026, 3, 4, 11)));
}

TEST(Calendar_NextOpen, FridayEvening_IsMondayMorning) {
  const auto c = made(office());
  EXPECT_EQ(c.next_open(shanghai(2026, 3, 6, 18)), shanghai(2026, 3, 9, 9));
  EXPECT_EQ(c.next_open(shanghai(2026, 3, 6, 10)), shanghai(2026, 3, 6, 10));
  EXPECT_EQ(c.next_open(shanghai(2026, 9, 30, 20)), shanghai(2026, 10, 8, 9)) << "behind the golden week";
}

TEST(Calendar_NextOpen, SummerTime_MovesTheUtcHour) {
  auto schedule = office();
  schedule.chinese_holidays = false;
  schedule.time_zone = "Europe/Berlin";
  const auto c = made(schedule);
  EXPECT_EQ(c.next_open(utc(2026, 3, 27, 20)), utc(2026, 3, 30, 7)) << "summer time began on Sunday";
  EXPECT_EQ(c.next_open(utc(2026, 3, 20, 20)), utc(2026, 3, 23, 8));
}

TEST(Calendar_WorkingTime, HourThatSpringLeavesOut_DoesNotCount) {
  Schedule night;
  night.chinese_holidays = false;
  night.time_zone = "Europe/Berlin";
  night.week = {{7, {{0, 360}}}};  // Sunday 00:00 to 06:00
  const auto c = made(night);
  EXPECT_EQ(c.working_time(utc(2026, 3, 28), utc(2026, 3, 30)), hours(5));
  EXPECT_EQ(c.working_time(utc(2026, 10, 24), utc(2026, 10, 26)), hours(7));
  EXPECT_EQ(c.working_time(utc(2026, 5, 2), utc(2026, 5, 4)), hours(6));
}

TEST(Calendar_AddWorkingTime, OverNightAndWeekend_CountsOnlyOpenHours) {
  const auto c = made(office());
  EXPECT_EQ(c.add_working_time(shanghai(2026, 3, 6, 17), hours(2)), shanghai(2026, 3, 9, 10));
  EXPECT_EQ(c.add_working_time(shanghai(2026, 3, 6, 11), hours(2)), shanghai(2026, 3, 6, 14));
  EXPECT_EQ(c.add_working_time(shanghai(2026, 3, 6, 20), DurationMs{0}), shanghai(2026, 3, 6, 20));
}

TEST(Calendar_NextClose, RoundTheClock_IsTheHorizon) {
  Schedule always;
  always.chinese_holidays = false;
  for (std::int64_t day = 1; day <= 7; ++day) always.week.push_back({day, {{0, 1'440}}});
  const auto c = made(always);
  const UtcTime at = shanghai(2026, 3, 4, 3);
  EXPECT_TRUE(c.is_open(at));
  EXPECT_GE(c.next_close(at), at + kHorizon);
  EXPECT_EQ(c.working_time(at, at + days(30)), days(30));
}

TEST(Calendar_Check, BadSchedules_AreNamed) {
  auto schedule = office();
  schedule.time_zone = "Mars/Olympus";
  EXPECT_EQ(reason_of(check_schedule(schedule)), "calendar.unknown_time_zone");
  EXPECT_EQ(reason_of(check_schedule({})), "calendar.never_opens");
  schedule = office();
  schedule.week[0].spans = {{540, 720}, {700, 800}};
  EXPECT_EQ(reason_of(check_schedule(schedule)), "calendar.overlapping_spans");
  schedule.week[0].spans = {{540, 540}};
  EXPECT_EQ(reason_of(check_schedule(schedule)), "calendar.invalid_span");
  schedule = office();
  schedule.week[0].weekday = 8;
  EXPECT_EQ(reason_of(check_schedule(schedule)), "calendar.invalid_weekday");
  schedule = office();
  schedule.special_days = {{"2026-02-30", "", {}}};
  EXPECT_EQ(reason_of(check_schedule(schedule)), "calendar.invalid_date");
  schedule.special_days.clear();
  schedule.seasons = {{"x", "13-01", "02-01", {}}};
  EXPECT_EQ(reason_of(check_schedule(schedule)), "calendar.invalid_date");
}

TEST(Calendar_Make, OnlyOpenOnAPastDay_IsRefused) {
  Schedule schedule;
  schedule.special_days = {{"2020-01-01", "", {{0, 60}}}};
  const auto calendar = Calendar::make(schedule);
  ASSERT_FALSE(calendar);
  EXPECT_EQ(calendar.error().fields.at(0).reason, "calendar.never_opens");
}

TEST(ChineseDays_Decode, BadLine_SaysWhichOne) {
  EXPECT_TRUE(ChineseDays::decode("# nothing\n2027-01-01 off 元旦 New Year's Day\n"));
  const auto bad = ChineseDays::decode("# one\n2027-01-01 maybe 元旦 x\n");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().reason, "calendar.invalid_days");
  EXPECT_EQ(bad.error().detail, "line 2");
  EXPECT_FALSE(ChineseDays::decode("2027-13-01 off x y"));
}

TEST(ChineseDays_DecodeJson, PackageOfTheYear_EncodesToLines) {
  const auto table = ChineseDays::decode_json(
      R"({"holidays":{"2027-01-01":"New Year's Day,元旦,1"},"workdays":{"2027-02-06":"Spring Festival,春节,4"},"inLieuDays":{}})");
  ASSERT_TRUE(table) << table.error().detail;
  EXPECT_EQ(table->encode(), "2027-01-01 off 元旦 New Year's Day\n2027-02-06 work 春节 Spring Festival\n");
  EXPECT_EQ(table->known_until(), utc(2027, 12, 31).ms / days(1).ms);
  const auto again = ChineseDays::decode(table->encode());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->encode(), table->encode());
}

TEST(ChineseDays_DecodeJson, Broken_SaysWhere) {
  EXPECT_FALSE(ChineseDays::decode_json("[]"));
  EXPECT_FALSE(ChineseDays::decode_json(R"({"holidays":{},"workdays":{}})"));
  for (const char* names : {"", "x", ",元旦,1"}) {
    const auto bad =
        ChineseDays::decode_json(std::string(R"({"holidays":{"2027-01-01":")") + names + R"("},"workdays":{}})");
    ASSERT_FALSE(bad) << names;
    EXPECT_EQ(bad.error().detail, "2027-01-01");
  }
}

TEST(ChineseDays_UpdatedBy, NewerTable_ReplacesItsYearsOnly) {
  const auto old =
      ChineseDays::decode("2026-01-01 off 元旦 New Year\n2026-10-01 off 国庆 National Day\n2027-01-01 off 元旦 x\n");
  const auto fresh = ChineseDays::decode("2027-02-06 work 春节 Spring Festival\n2028-01-01 off 元旦 New Year\n");
  ASSERT_TRUE(old && fresh);
  const auto both = old->updated_by(*fresh);
  EXPECT_EQ(both.encode(), "2026-01-01 off 元旦 New Year\n2026-10-01 off 国庆 National Day\n" + fresh->encode());
  EXPECT_EQ(both.known_until(), fresh->known_until());
}

TEST(ChineseDays_BuiltIn, EncodedAndDecoded_IsTheSame) {
  const auto again = ChineseDays::decode(ChineseDays::built_in().encode());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->encode(), ChineseDays::built_in().encode());
  EXPECT_EQ(again->known_until(), ChineseDays::built_in().known_until());
}

TEST(ChineseDays_BuiltIn, KnowsNamesAndItsEnd) {
  const auto& table = ChineseDays::built_in();
  const DayNumber new_year = utc(2026, 1, 1).ms / days(1).ms;
  EXPECT_EQ(table.day(new_year).kind, DayKind::off);
  EXPECT_EQ(table.day(new_year).name_zh_CN, "元旦");
  EXPECT_EQ(table.day(new_year).name_en, "New Year's Day");
  EXPECT_GE(table.known_until(), utc(2026, 12, 31).ms / days(1).ms);
}

// Random schedules against their own definition, minute by minute where it is cheap.
class CalendarProperties : public testing::TestWithParam<unsigned> {
 protected:
  std::int64_t pick(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  std::vector<Span> random_spans() {
    std::vector<Span> spans;
    std::int64_t at = pick(0, 600);
    for (std::int64_t n = pick(0, 3); n > 0 && at < kMinutesPerDay; --n) {
      const std::int64_t end = at + pick(1, 500);
      spans.push_back({at, end});
      at = end + pick(0, 300);
    }
    return spans;
  }
  std::vector<DayHours> random_week() {
    std::vector<DayHours> week;
    for (std::int64_t day = 1; day <= 7; ++day)
      if (pick(0, 3) > 0) week.push_back({day, random_spans()});
    return week;
  }
  Schedule random_schedule() {
    static const char* const kZones[] = {"Asia/Shanghai",
                                         "Europe/Berlin",
                                         "America/New_York",
                                         "Asia/Kathmandu",
                                         "Australia/Lord_Howe",
                                         "Pacific/Apia",
                                         "UTC"};
    Schedule schedule;
    schedule.time_zone = kZones[pick(0, 6)];
    schedule.chinese_holidays = pick(0, 1) == 1;
    schedule.week = random_week();
    schedule.week.push_back({1, {}});
    std::erase_if(schedule.week, [seen = false](const DayHours& day) mutable {
      return day.weekday == 1 && std::exchange(seen, true);
    });
    if (schedule.week.empty() || pick(0, 2) == 0) schedule.seasons = {{"s", "11-10", "03-20", random_week()}};
    if (pick(0, 1) == 0) schedule.special_days = {{"2026-03-29", "x", random_spans()}};
    return schedule;
  }

  std::mt19937_64 random_{GetParam()};
};

TEST_P(CalendarProperties, Answers_AgreeWithEachOther) {
  for (int round = 0; round < 60; ++round) {
    const auto calendar = Calendar::make(random_schedule());
    if (!calendar) continue;  // never opens
    const UtcTime t{utc(2025, 6, 1).ms + pick(0, days(500).ms)};
    const auto open = calendar->next_open(t);
    if (!open) {  // its one special day has gone by
      EXPECT_EQ(calendar->working_time(t, t + kHorizon).ms, 0);
      continue;
    }
    EXPECT_GE(*open, t);
    EXPECT_TRUE(calendar->is_open(*open));
    EXPECT_EQ(calendar->working_time(t, *open).ms, 0);
    EXPECT_EQ(*open == t, calendar->is_open(t));
    const UtcTime close = calendar->next_close(*open);
    EXPECT_GT(close, *open);
    EXPECT_EQ(calendar->working_time(*open, close), close - *open);
    if (close < *open + kHorizon) EXPECT_FALSE(calendar->is_open(close));
    for (int i = 0; i < 5; ++i) {
      const DurationMs amount{pick(1, days(4).ms)};
      const auto end = calendar->add_working_time(t, amount);
      if (!end) continue;
      EXPECT_EQ(calendar->working_time(t, *end), amount);
      EXPECT_LT(calendar->working_time(t, *end - DurationMs{1}), amount) << "the earliest such moment";
      const UtcTime cut{pick(t.ms, end->ms)};
      EXPECT_EQ(calendar->working_time(t, cut).ms + calendar->working_time(cut, *end).ms, amount.ms);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, CalendarProperties, testing::Range(1U, 9U));

}  // namespace
}  // namespace yingda::calendar
