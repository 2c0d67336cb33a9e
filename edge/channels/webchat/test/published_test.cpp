#include "published.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yingda::webchat {
namespace {

using calendar::DayHours;
using calendar::Schedule;
using messages::Language;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Wednesday 2026-11-04, 10:00 in Shanghai.
constexpr UtcTime kMorning{1'793'757'600'000};

Schedule week(std::int64_t from_minute = 540, std::int64_t until_minute = 1'080) {
  Schedule out;
  out.chinese_holidays = false;
  for (std::int64_t day = 1; day <= 5; ++day) out.week.push_back(DayHours{day, {{from_minute, until_minute}}});
  return out;
}
InfoView at(UtcTime now, Language language = Language::zh_CN) { return {now, language, false}; }

TEST(HoursLines, EqualDays_StandTogether) {
  EXPECT_THAT(hours_lines(week(), at(kMorning)),
              ElementsAre(HoursLine{"周一至周五", "09:00–18:00"}, HoursLine{"周六至周日", ""}));
  EXPECT_THAT(hours_lines(week(), at(kMorning, Language::en)),
              ElementsAre(HoursLine{"Mon–Fri", "09:00–18:00"}, HoursLine{"Sat–Sun", ""}));
}

TEST(HoursLines, SplitNightAndWholeDays_ReadAsPeopleSayThem) {
  Schedule schedule;
  schedule.week = {{1, {{540, 720}, {780, 1'080}}}, {2, {{1'320, 1'800}}}, {3, {{0, 1'440}}}};
  EXPECT_THAT(hours_lines(schedule, at(kMorning)),
              ElementsAre(HoursLine{"周一", "09:00–12:00、13:00–18:00"}, HoursLine{"周二", "22:00–次日 06:00"},
                          HoursLine{"周三", "全天"}, HoursLine{"周四至周日", ""}));
  EXPECT_EQ(hours_lines(schedule, at(kMorning, Language::en))[1].times, "22:00–06:00 (next day)");
}

TEST(HoursLines, SeasonOverNewYear_CountsWhileItLasts) {
  Schedule schedule = week();
  schedule.seasons.push_back({"winter", "11-01", "02-28", {{1, {{600, 960}}}}});
  EXPECT_EQ(hours_lines(schedule, at(kMorning))[0], (HoursLine{"周一", "10:00–16:00"}));
  EXPECT_EQ(hours_lines(schedule, at(kMorning - days(10)))[0], (HoursLine{"周一至周五", "09:00–18:00"}));
}

TEST(HoursLines, SpecialDays_OnlyThoseAhead) {
  Schedule schedule = week();
  schedule.special_days = {{"2026-11-11", "双十一", {{480, 1'440}}},
                           {"2026-11-03", "昨天", {}},
                           {"2026-11-06", "", {}},
                           {"2027-11-11", "太远", {}}};
  const auto lines = hours_lines(schedule, at(kMorning));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[2], (HoursLine{"2026-11-06", ""}));
  EXPECT_EQ(lines[3], (HoursLine{"2026-11-11 双十一", "08:00–24:00"}));
}

TEST(Info, WithinHours_SaysUntilWhen) {
  routing::QueuePolicy policy;
  policy.hours = week();
  const std::string info = encode_info(publish(policy), at(kMorning));
  EXPECT_THAT(info, HasSubstr(R"("open_now":true,"closes_at_ms":)" + std::to_string((kMorning + hours(8)).ms)));
  EXPECT_THAT(info, Not(HasSubstr("next_open_at_ms")));
}

TEST(Info, OutsideHours_SaysWhenNext) {
  routing::QueuePolicy policy;
  policy.hours = week();
  const std::string info = encode_info(publish(policy), at(kMorning + hours(10)));
  EXPECT_THAT(info, HasSubstr(R"("open_now":false,"next_open_at_ms":)" + std::to_string((kMorning + hours(23)).ms)));
}

TEST(Info, AroundTheClock_HasNoEnd) {
  routing::QueuePolicy policy;
  policy.hours = week(0, 1'440);
  policy.hours->week.push_back({6, {{0, 1'440}}});
  policy.hours->week.push_back({7, {{0, 1'440}}});
  const std::string info = encode_info(publish(policy), at(kMorning));
  EXPECT_THAT(info, HasSubstr(R"("always":true)"));
  EXPECT_THAT(info, Not(HasSubstr("closes_at_ms")));
}

TEST(Info, NoHours_PublishesNoneButTheTimers) {
  routing::QueuePolicy policy;
  policy.length_max = 40;
  policy.silence = routing::SilenceRules{};
  policy.silence->remind_ms = 61'000;
  policy.channel_silence = {{conversation::Channel::email, {}}};
  const std::string info = encode_info(publish(policy), at(kMorning));
  EXPECT_THAT(info, Not(HasSubstr("lines")));
  EXPECT_THAT(info, HasSubstr(R"("remind_ms":61000)"));
  EXPECT_THAT(info, HasSubstr(R"("queue_length_max":40)"));
}

TEST(Info, ChannelHasTimersOfItsOwn_TheyCount) {
  routing::QueuePolicy policy;
  policy.silence = routing::SilenceRules{};
  routing::SilenceRules own;
  own.close_ms = 99'000;
  policy.channel_silence = {{conversation::Channel::webchat, own}};
  EXPECT_THAT(encode_info(publish(policy), at(kMorning)), HasSubstr(R"("close_ms":99000)"));
}

TEST(PublishedQueues, ForgottenWhileRead_OldAnswerIsNotKept) {
  PublishedQueues queues;
  const TenantId tenant{1};
  const TeamId team{2};
  const auto before = queues.changes();
  queues.forget(tenant);
  EXPECT_TRUE(queues.put(tenant, team, {}, before));
  EXPECT_EQ(queues.find(tenant, team), nullptr);
  EXPECT_TRUE(queues.put(tenant, team, {}, queues.changes()));
  EXPECT_NE(queues.find(tenant, team), nullptr);
  EXPECT_EQ(queues.find(TenantId{3}, team), nullptr);
  queues.forget(tenant);
  EXPECT_EQ(queues.find(tenant, team), nullptr);
}

}  // namespace
}  // namespace yingda::webchat
