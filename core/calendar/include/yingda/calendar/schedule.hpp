// Working hours as people write them down. API shapes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/result.hpp"

namespace yingda::calendar {

inline constexpr std::int64_t kMinutesPerDay = 1'440;
inline constexpr int kSpansMax = 8;            // a day
inline constexpr int kSeasonsMax = 12;         // a schedule
inline constexpr int kSpecialDaysMax = 1'000;  // a schedule

/// Minutes since midnight of the day it belongs to, [from, until). It may run past midnight: 22:00 to 06:00 is
/// {1320, 1800}. At most 24 hours long.
struct Span {
  std::int64_t from_minute = 540;
  std::int64_t until_minute = 1'080;
  bool operator==(const Span&) const = default;
};
YD_DESCRIBE(Span, (from_minute, until_minute))

/// A weekday's hours; a weekday that is not named is closed.
struct DayHours {
  std::int64_t weekday = 1;  // 1 Monday … 7 Sunday
  std::vector<Span> spans;
  bool operator==(const DayHours&) const = default;
};
YD_DESCRIBE(DayHours, (weekday, spans))

/// Hours of their own for a part of every year, both ends included; it may run over New Year.
struct Season {
  std::string name;
  std::string from;   // "06-15"
  std::string until;  // "09-15"
  std::vector<DayHours> week;
  bool operator==(const Season&) const = default;
};
YD_DESCRIBE(Season, (name, from, until, week))

/// One date's own hours, before everything else; without spans: closed.
struct SpecialDay {
  std::string date;  // "2026-05-04"
  std::string name;
  std::vector<Span> spans;
  bool operator==(const SpecialDay&) const = default;
};
YD_DESCRIBE(SpecialDay, (date, name, spans))

/// What counts, first to last: special day, Chinese public holiday or working weekend, season, week.
struct Schedule {
  std::string time_zone = "Asia/Shanghai";  // IANA name
  /// Closed on mainland China's public holidays; a working weekend (调休) has the hours of a working day.
  bool chinese_holidays = true;
  std::vector<DayHours> week;
  std::vector<Season> seasons;
  std::vector<SpecialDay> special_days;
  bool operator==(const Schedule&) const = default;
};
YD_DESCRIBE(Schedule, (time_zone, chinese_holidays, week, seasons, special_days))

/// What is wrong with a schedule, field by field: `calendar.unknown_time_zone`, `.invalid_span`, `.overlapping_spans`,
/// `.invalid_weekday`, `.invalid_date`, `.never_opens`, `request.too_many`. Empty: it is good.
std::vector<FieldError> check_schedule(const Schedule& schedule);

}  // namespace yingda::calendar
