// Public holidays (节假日) and working weekends (调休) of mainland China. Immutable, thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "yingda/base/result.hpp"

namespace yingda::calendar {

/// Days since 1970-01-01, of a civil date.
using DayNumber = std::int64_t;

enum class DayKind {
  ordinary,  ///< as its weekday says
  off,       ///< public holiday
  work,      ///< a weekend that is worked
};

class ChineseDays {
 public:
  struct Day {
    DayKind kind = DayKind::ordinary;
    std::string name_zh_CN, name_en;
  };

  /// The table that this program was built with.
  static const ChineseDays& built_in();
  /// What calendars go by: the installed table, else the built-in one.
  static const ChineseDays& current();
  /// Replaces what current() gives, for the life of the program: once, before any other thread asks.
  static void install(ChineseDays table);
  /// Lines `2026-01-01 off 元旦 New Year's Day`, `work` for working weekends, `#` comments; invalid_argument
  /// `calendar.invalid_days` with the line's number in detail.
  static Result<ChineseDays> decode(std::string_view text);
  /// `dist/chinese-days.json` of the npm package chinese-days: {"holidays": {"2026-01-01": "English,中文,1"},
  /// "workdays": {…}}. The errors of json::decode; invalid_argument `calendar.invalid_days` with the date in detail.
  static Result<ChineseDays> decode_json(std::string_view json);
  /// This table with the years that `newer` knows taken from there.
  ChineseDays updated_by(const ChineseDays& newer) const;
  /// The form that decode() reads, in order of days.
  std::string encode() const;

  /// Ordinary for days that the table does not name.
  const Day& day(DayNumber date) const;
  /// The last day of the last year the table knows; later holidays are not announced yet.
  DayNumber known_until() const { return known_until_; }
  std::size_t size() const { return days_.size(); }

 private:
  std::map<DayNumber, Day> days_;
  DayNumber known_until_ = 0;
};

}  // namespace yingda::calendar
