#include "yingda/calendar/chinese_days.hpp"

#include <chrono>

#include "chinese_days_text.gen.hpp"
#include "civil.hpp"
#include "yingda/base/assert.hpp"

namespace yingda::calendar {
namespace {

/// Cuts the first word off.
std::string_view take_word(std::string_view& line) {
  const std::size_t end = line.find(' ');
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return word;
}

DayNumber end_of_year(DayNumber day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  return std::chrono::sys_days(date.year() / std::chrono::December / 31).time_since_epoch().count();
}

}  // namespace

Result<ChineseDays> ChineseDays::decode(std::string_view text) {
  ChineseDays out;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const auto date = parse_date(take_word(line));
    const std::string_view kind = take_word(line);
    if (!date || (kind != "off" && kind != "work"))
      return fail(Code::invalid_argument, "calendar.invalid_days", "line " + std::to_string(number));
    Day day;
    day.kind = kind == "off" ? DayKind::off : DayKind::work;
    day.name_zh_CN = take_word(line);
    day.name_en = line;
    out.days_.insert_or_assign(*date, std::move(day));
  }
  if (!out.days_.empty()) out.known_until_ = end_of_year(out.days_.rbegin()->first);
  return out;
}

const ChineseDays& ChineseDays::built_in() {
  static const ChineseDays table = [] {
    auto decoded = decode(kChineseDaysText);
    YD_ASSERT(decoded.has_value());
    return *std::move(decoded);
  }();
  return table;
}

const ChineseDays::Day& ChineseDays::day(DayNumber date) const {
  static const Day ordinary;
  const auto it = days_.find(date);
  return it == days_.end() ? ordinary : it->second;
}

}  // namespace yingda::calendar
