// Civil dates as texts and day numbers.
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "yingda/calendar/chinese_days.hpp"

namespace yingda::calendar {

inline std::optional<unsigned> parse_digits(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "2026-05-04"
inline std::optional<DayNumber> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_digits(text.substr(0, 4)), month = parse_digits(text.substr(5, 2)),
             day = parse_digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

/// "06-15" as month * 100 + day; 29 February is a date.
inline std::optional<unsigned> parse_month_day(std::string_view text) {
  if (text.size() != 5 || text[2] != '-') return std::nullopt;
  const auto month = parse_digits(text.substr(0, 2)), day = parse_digits(text.substr(3, 2));
  if (!month || !day || !(std::chrono::month(*month) / std::chrono::day(*day)).ok()) return std::nullopt;
  return *month * 100 + *day;
}

/// The reverse of parse_date, for years 0 to 9999.
inline std::string date_text(DayNumber day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  const auto digits = [](unsigned value, std::size_t width) {
    const std::string text = std::to_string(value);
    return std::string(width - std::min(width, text.size()), '0') + text;
  };
  return digits(static_cast<unsigned>(static_cast<int>(date.year())), 4) + "-" +
         digits(static_cast<unsigned>(date.month()), 2) + "-" + digits(static_cast<unsigned>(date.day()), 2);
}

inline unsigned month_day_of(DayNumber day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  return static_cast<unsigned>(date.month()) * 100 + static_cast<unsigned>(date.day());
}

/// 1 Monday … 7 Sunday.
inline std::int64_t weekday_of(DayNumber day) {
  return std::chrono::weekday{std::chrono::sys_days(std::chrono::days(day))}.iso_encoding();
}

}  // namespace yingda::calendar
