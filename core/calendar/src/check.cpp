#include <date/tz.h>

#include <algorithm>

#include "civil.hpp"
#include "yingda/calendar/schedule.hpp"

namespace yingda::calendar {
namespace {

class Checker {
 public:
  std::vector<FieldError> found;

  void zone(const std::string& name) {
    try {
      date::locate_zone(name);
    } catch (const std::exception&) {
      add("time_zone", "calendar.unknown_time_zone");
    }
  }
  void spans(const std::string& field, std::vector<Span> all) {
    if (all.size() > static_cast<std::size_t>(kSpansMax)) add(field, "request.too_many");
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Span& s = all[i];
      if (s.from_minute < 0 || s.from_minute >= kMinutesPerDay || s.until_minute <= s.from_minute ||
          s.until_minute - s.from_minute > kMinutesPerDay)
        add(field + '[' + std::to_string(i) + ']', "calendar.invalid_span");
    }
    std::ranges::sort(all, {}, &Span::from_minute);
    for (std::size_t i = 1; i < all.size(); ++i)
      if (all[i].from_minute < all[i - 1].until_minute) return add(field, "calendar.overlapping_spans");
  }
  void week(const std::string& field, const std::vector<DayHours>& days) {
    if (days.size() > 7) add(field, "request.too_many");
    for (std::size_t i = 0; i < days.size(); ++i) {
      const std::string at = field + '[' + std::to_string(i) + ']';
      const auto same = [&](const DayHours& other) { return other.weekday == days[i].weekday; };
      if (days[i].weekday < 1 || days[i].weekday > 7 || std::ranges::count_if(days, same) > 1)
        add(at + ".weekday", "calendar.invalid_weekday");
      spans(at + ".spans", days[i].spans);
    }
  }
  void add(std::string field, std::string reason) { found.push_back({std::move(field), std::move(reason)}); }
};

bool opens(const std::vector<DayHours>& week) {
  return std::ranges::any_of(week, [](const DayHours& day) { return !day.spans.empty(); });
}

}  // namespace

std::vector<FieldError> check_schedule(const Schedule& schedule) {
  Checker check;
  check.zone(schedule.time_zone);
  check.week("week", schedule.week);
  if (schedule.seasons.size() > static_cast<std::size_t>(kSeasonsMax)) check.add("seasons", "request.too_many");
  for (std::size_t i = 0; i < schedule.seasons.size(); ++i) {
    const Season& season = schedule.seasons[i];
    const std::string at = "seasons[" + std::to_string(i) + ']';
    if (!parse_month_day(season.from)) check.add(at + ".from", "calendar.invalid_date");
    if (!parse_month_day(season.until)) check.add(at + ".until", "calendar.invalid_date");
    check.week(at + ".week", season.week);
  }
  if (schedule.special_days.size() > static_cast<std::size_t>(kSpecialDaysMax))
    check.add("special_days", "request.too_many");
  for (std::size_t i = 0; i < schedule.special_days.size(); ++i) {
    const std::string at = "special_days[" + std::to_string(i) + ']';
    if (!parse_date(schedule.special_days[i].date)) check.add(at + ".date", "calendar.invalid_date");
    check.spans(at + ".spans", schedule.special_days[i].spans);
  }
  const bool any = opens(schedule.week) ||
                   std::ranges::any_of(schedule.seasons, [](const Season& s) { return opens(s.week); }) ||
                   std::ranges::any_of(schedule.special_days, [](const SpecialDay& d) { return !d.spans.empty(); });
  if (!any) check.add("week", "calendar.never_opens");
  return std::move(check.found);
}

}  // namespace yingda::calendar
