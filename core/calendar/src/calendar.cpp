#include "yingda/calendar/calendar.hpp"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>

#include "civil.hpp"

namespace yingda::calendar {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

using Week = std::array<std::vector<Span>, 8>;  // by weekday, 1 … 7

constexpr DurationMs kFirstLook = days(9);  // most openings are near; then the window grows

Week week_of(const std::vector<DayHours>& hours) {
  Week week;
  for (const DayHours& day : hours) {
    auto& spans = week.at(static_cast<std::size_t>(day.weekday));
    spans.insert(spans.end(), day.spans.begin(), day.spans.end());
  }
  return week;
}

const date::time_zone* find_zone(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return nullptr;
  }
}

date::sys_time<milliseconds> sys(UtcTime at) { return date::sys_time<milliseconds>(milliseconds(at.ms)); }

}  // namespace

struct Calendar::Impl {
  struct YearPart {
    unsigned from = 0, until = 0;  // month * 100 + day
    Week week;
    bool holds(unsigned day) const { return from <= until ? day >= from && day <= until : day >= from || day <= until; }
  };

  Schedule schedule;
  const ChineseDays& holidays;
  const date::time_zone* zone;
  Week week;
  std::vector<YearPart> seasons;
  std::map<DayNumber, std::vector<Span>> special;

  Impl(Schedule given, const ChineseDays& days, const date::time_zone* where)
      : schedule(std::move(given)), holidays(days), zone(where), week(week_of(schedule.week)) {
    for (const Season& season : schedule.seasons)
      seasons.push_back({*parse_month_day(season.from), *parse_month_day(season.until), week_of(season.week)});
    for (const SpecialDay& day : schedule.special_days) special[*parse_date(day.date)] = day.spans;
  }

  const Week& week_at(DayNumber day) const {
    const unsigned month_day = month_day_of(day);
    const auto season = std::ranges::find_if(seasons, [&](const YearPart& part) { return part.holds(month_day); });
    return season == seasons.end() ? week : season->week;
  }

  const std::vector<Span>& spans_of(DayNumber day) const {
    static const std::vector<Span> closed;
    if (const auto own = special.find(day); own != special.end()) return own->second;
    const Week& hours = week_at(day);
    if (schedule.chinese_holidays) {
      const DayKind kind = holidays.day(day).kind;
      if (kind == DayKind::off) return closed;
      if (kind == DayKind::work) {  // the hours of the first weekday that is worked
        const auto worked =
            std::find_if(hours.begin() + 1, hours.begin() + 6, [](const auto& s) { return !s.empty(); });
        if (worked != hours.begin() + 6) return *worked;
      }
    }
    return hours.at(static_cast<std::size_t>(weekday_of(day)));
  }

  DayNumber local_day(UtcTime at) const {
    return date::floor<date::days>(zone->to_local(sys(at))).time_since_epoch().count();
  }

  /// A wall-clock moment; in the hour that autumn repeats the first, in the one that spring leaves out its end.
  UtcTime instant(DayNumber day, std::int64_t minute, date::choose which) const {
    const date::local_time<milliseconds> wall{date::days(day) + minutes(minute)};
    return {zone->to_sys(wall, which).time_since_epoch().count()};
  }
};

Result<Calendar> Calendar::make(Schedule schedule, const ChineseDays& holidays) {
  if (auto wrong = check_schedule(schedule); !wrong.empty()) return fail_fields(std::move(wrong));
  const date::time_zone* zone = find_zone(schedule.time_zone);
  if (!zone) return fail_fields({{"time_zone", "calendar.unknown_time_zone"}});
  Calendar calendar(std::make_shared<const Impl>(std::move(schedule), holidays, zone));
  // Fixed: the check must not depend on the day it is made.
  if (!calendar.next_open({1'767'225'600'000})) return fail_fields({{"week", "calendar.never_opens"}});
  return calendar;
}

std::vector<Interval> Calendar::open_hours(UtcTime from, UtcTime until) const {
  std::vector<Interval> found;
  if (until <= from) return found;
  // A span begins up to 24 h into its day and lasts up to 24 h more.
  const DayNumber last = impl_->local_day(until) + 1;
  for (DayNumber day = impl_->local_day(from) - 2; day <= last; ++day) {
    for (const Span& span : impl_->spans_of(day)) {
      const Interval open{impl_->instant(day, span.from_minute, date::choose::earliest),
                          impl_->instant(day, span.until_minute, date::choose::latest)};
      if (open.until <= from || open.from >= until || open.until <= open.from) continue;
      found.push_back({std::max(open.from, from), std::min(open.until, until)});
    }
  }
  std::ranges::sort(found, {}, &Interval::from);
  std::vector<Interval> joined;
  for (const Interval& one : found) {
    if (!joined.empty() && one.from <= joined.back().until)
      joined.back().until = std::max(joined.back().until, one.until);
    else
      joined.push_back(one);
  }
  return joined;
}

bool Calendar::is_open(UtcTime at) const { return !open_hours(at, at + DurationMs{1}).empty(); }

std::optional<UtcTime> Calendar::next_open(UtcTime at) const {
  DurationMs window = kFirstLook;
  for (UtcTime from = at; from < at + kHorizon;) {
    const auto open = open_hours(from, from + window);
    if (!open.empty()) return open.front().from;
    from = from + window;
    window = days(60);
  }
  return std::nullopt;
}

UtcTime Calendar::next_close(UtcTime at) const {
  UtcTime end = at;
  for (const UtcTime last = at + kHorizon; end < last;) {
    const auto open = open_hours(end, end + days(9));
    if (open.empty() || open.front().from != end) return end;
    end = open.front().until;
  }
  return end;  // round the clock
}

std::optional<UtcTime> Calendar::add_working_time(UtcTime from, DurationMs amount) const {
  if (amount.ms <= 0) return from;
  std::int64_t left = amount.ms;
  DurationMs window = kFirstLook;
  for (UtcTime begin = from; begin < from + kHorizon;) {
    for (const Interval& open : open_hours(begin, begin + window)) {
      const std::int64_t length = (open.until - open.from).ms;
      if (length >= left) return open.from + DurationMs{left};
      left -= length;
    }
    begin = begin + window;
    window = days(60);
  }
  return std::nullopt;
}

DurationMs Calendar::working_time(UtcTime from, UtcTime until) const {
  DurationMs sum;
  for (const Interval& open : open_hours(from, until)) sum.ms += (open.until - open.from).ms;
  return sum;
}

const Schedule& Calendar::schedule() const { return impl_->schedule; }

}  // namespace yingda::calendar
