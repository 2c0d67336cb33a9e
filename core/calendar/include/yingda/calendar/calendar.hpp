// The working calendar: when are we open, when next, how much working time lies between. Pure: no clock, no I/O but
// reading the system's time zones once. Immutable, thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"
#include "yingda/calendar/chinese_days.hpp"
#include "yingda/calendar/schedule.hpp"

namespace yingda::calendar {

/// How far ahead the calendar looks for an opening.
inline constexpr DurationMs kHorizon = days(800);

/// [from, until)
struct Interval {
  UtcTime from, until;
  bool operator==(const Interval&) const = default;
};

inline constexpr std::int64_t kPlannedDaysMax = 400;  // of one plan: a year and some weeks

/// What decided about a day.
enum class DaySource { week, season, holiday, working_weekend, special };
YD_DESCRIBE_ENUM(DaySource, week, season, holiday, working_weekend, special)

/// One day as the schedule means it. API shape.
struct PlannedDay {
  std::string date;  // "2026-05-04"
  DaySource source = DaySource::week;
  std::string name;                       // of the special day or the season
  std::string holiday_zh_CN, holiday_en;  // public holiday or working weekend; "" none
  std::vector<Span> spans;                // that begin on this day; none: closed
};
YD_DESCRIBE(PlannedDay, (date, source, name, holiday_zh_CN, holiday_en, spans))

struct DayPlan {
  std::vector<PlannedDay> days;
  std::string known_until;  // public holidays behind this date are not announced yet
};
YD_DESCRIBE(DayPlan, (days, known_until))

class Calendar {
 public:
  /// invalid_argument `request.invalid_fields` with what check_schedule finds. `holidays` must outlive the calendar.
  static Result<Calendar> make(Schedule schedule, const ChineseDays& holidays = ChineseDays::current());

  bool is_open(UtcTime at) const;
  /// `at` itself when open, else the next opening; nullopt when there is none within kHorizon.
  std::optional<UtcTime> next_open(UtcTime at) const;
  /// When the hours that contain `at` end; `at` itself when closed.
  UtcTime next_close(UtcTime at) const;
  /// The earliest moment by which `amount` (>= 0) of working time has passed since `from`; nullopt beyond kHorizon.
  std::optional<UtcTime> add_working_time(UtcTime from, DurationMs amount) const;
  /// Working time within [from, until); 0 when `until` is not after `from`.
  DurationMs working_time(UtcTime from, UtcTime until) const;
  /// The open hours within [from, until), in order, cut to it, touching ones joined.
  std::vector<Interval> open_hours(UtcTime from, UtcTime until) const;
  PlannedDay plan(DayNumber day) const;
  const Schedule& schedule() const;

 private:
  struct Impl;
  explicit Calendar(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// The days from a date on, 1 to kPlannedDaysMax of them; invalid_argument with the fields `from`, `days` or
/// `schedule.…`.
Result<DayPlan> plan_days(const Schedule& schedule, std::string_view from, std::int64_t days);

}  // namespace yingda::calendar
