// The working calendar: when are we open, when next, how much working time lies between. Pure: no clock, no I/O but
// reading the system's time zones once. Immutable, thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <vector>

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

class Calendar {
 public:
  /// invalid_argument `request.invalid_fields` with what check_schedule finds. `holidays` must outlive the calendar.
  static Result<Calendar> make(Schedule schedule, const ChineseDays& holidays = ChineseDays::built_in());

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
  const Schedule& schedule() const;

 private:
  struct Impl;
  explicit Calendar(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace yingda::calendar
