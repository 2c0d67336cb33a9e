#include "yingda/calendar/calendar.hpp"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>

#include "civil.hpp"
#include "yingda/base/assert.hpp"

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
    for (const Season& season : schedule.seasons) {
      const auto from = parse_month_day(season.from), until = parse_month_day(season.until);
      YD_ASSERT(from && until);
      seasons.push_back({*from, *until, week_of(season.week)});
    }
    for (const SpecialDay& day : schedule.special_days) {
      const auto date = parse_date(day.date);
      YD_ASSERT(date);
      special[*date] = day.spans;
    }
  }

  /// What decides about a day, and its hours.
  struct Found {
    DaySource source = DaySource::week;
    std::size_t season = 0;  // index, of a day of a season
    const std::vector<Span>* spans = nullptr;
  };

  Found find(DayNumber day) const {
    static const std::vector<Span> closed;
    if (const auto own = special.find(day); own != special.end()) return {DaySource::special, 0, &own->second};
    Found found;
    const Week* hours = &week;
    const unsigned month_day = month_day_of(day);
    const auto season = std::ranges::find_if(seasons, [&](const YearPart& part) { return part.holds(month_day); });
    if (season != seasons.end()) {
      found = {DaySource::season, static_cast<std::size_t>(season - seasons.begin()), nullptr};
      hours = &season->week;
    }
    if (schedule.chinese_holidays) {
      const DayKind kind = holidays.day(day).kind;
      if (kind == DayKind::off) return {DaySource::holiday, 0, &closed};
      if (kind == DayKind::work) {  // the hours of the first weekday that is worked
        const auto worked =
            std::find_if(hours->begin() + 1, hours->begin() + 6, [](const auto& s) { return !s.empty(); });
        if (worked != hours->begin() + 6) return {DaySource::working_weekend, 0, &*worked};
      }
    }
    found.spans = &hours->at(static_cast<std::size_t>(weekday_of(day)));
    return found;
  }

  const std::vector<Span>& spans_of(DayNumber day) const { return *find(day).spans; }

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

PlannedDay Calendar::plan(DayNumber day) const {
  const Impl::Found found = impl_->find(day);
  PlannedDay out;
  out.date = date_text(day);
  out.source = found.source;
  out.spans = *found.spans;
  if (found.source == DaySource::season) out.name = impl_->schedule.seasons[found.season].name;
  if (found.source == DaySource::special) {
    const auto own = std::ranges::find(impl_->schedule.special_days, out.date, &SpecialDay::date);
    if (own != impl_->schedule.special_days.end()) out.name = own->name;
  }
  // Holidays are named also where own hours go before them: then one sees what they were made for.
  const auto& public_day = impl_->holidays.day(day);
  out.holiday_zh_CN = public_day.name_zh_CN;
  out.holiday_en = public_day.name_en;
  return out;
}

Result<DayPlan> plan_days(const Schedule& schedule, std::string_view from, std::int64_t days) {
  std::vector<FieldError> wrong;
  const auto first = parse_date(from);
  if (!first) wrong.push_back({"from", "calendar.invalid_date"});
  if (days < 1 || days > kPlannedDaysMax) wrong.push_back({"days", "request.out_of_range"});
  if (!first || !wrong.empty()) return fail_fields(std::move(wrong));
  auto made = Calendar::make(schedule);
  if (!made) {
    auto error = std::move(made).error();
    for (FieldError& field : error.fields) field.field = "schedule." + field.field;
    return std::unexpected(std::move(error));
  }
  DayPlan out;
  out.known_until = date_text(ChineseDays::current().known_until());
  for (std::int64_t i = 0; i < days; ++i) out.days.push_back(made->plan(*first + i));
  return out;
}

const Schedule& Calendar::schedule() const { return impl_->schedule; }

}  // namespace yingda::calendar
