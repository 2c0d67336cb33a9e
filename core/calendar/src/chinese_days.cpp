#include "yingda/calendar/chinese_days.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <optional>

#include "chinese_days_text.gen.hpp"
#include "civil.hpp"
#include "yingda/base/assert.hpp"
#include "yingda/base/json.hpp"

namespace yingda::calendar {

/// Names by date: "English,中文,days".
struct PackageDays {
  std::map<std::string, std::string> holidays, workdays;
};
YD_DESCRIBE(PackageDays, (holidays, workdays))

namespace {

/// Cuts the first word off.
std::string_view take_word(std::string_view& line, char separator = ' ') {
  const std::size_t end = line.find(separator);
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return word;
}

DayNumber end_of_year(DayNumber day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  return std::chrono::sys_days(date.year() / std::chrono::December / 31).time_since_epoch().count();
}

std::optional<ChineseDays>& installed() {
  static std::optional<ChineseDays> table;
  return table;
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

Result<ChineseDays> ChineseDays::decode_json(std::string_view json) {
  YD_TRY(const auto package, json::decode<PackageDays>(json));
  ChineseDays out;
  const auto add = [&](const std::map<std::string, std::string>& named, DayKind kind) -> Status {
    for (const auto& [text, names] : named) {
      const auto date = parse_date(text);
      std::string_view rest = names;
      const std::string_view english = take_word(rest, ',');
      const std::string_view chinese = take_word(rest, ',');
      if (!date || english.empty() || chinese.empty())
        return fail(Code::invalid_argument, "calendar.invalid_days", text);
      out.days_.insert_or_assign(*date, Day{kind, std::string(chinese), std::string(english)});
    }
    return {};
  };
  YD_CHECK(add(package.holidays, DayKind::off));
  YD_CHECK(add(package.workdays, DayKind::work));
  if (out.days_.empty()) return fail(Code::invalid_argument, "calendar.invalid_days", "no days");
  out.known_until_ = end_of_year(out.days_.rbegin()->first);
  return out;
}

ChineseDays ChineseDays::updated_by(const ChineseDays& newer) const {
  ChineseDays out = *this;
  std::erase_if(out.days_, [&](const auto& entry) {
    const DayNumber end = end_of_year(entry.first);
    const auto same_year = newer.days_.upper_bound(end);
    return same_year != newer.days_.begin() && end_of_year(std::prev(same_year)->first) == end;
  });
  for (const auto& [number, day] : newer.days_) out.days_.insert_or_assign(number, day);
  out.known_until_ = std::max(known_until_, newer.known_until_);
  return out;
}

std::string ChineseDays::encode() const {
  std::string out;
  for (const auto& [number, day] : days_) {
    out += date_text(number);
    out += day.kind == DayKind::off ? " off " : " work ";
    out += day.name_zh_CN + " " + day.name_en + "\n";
  }
  return out;
}

const ChineseDays& ChineseDays::current() {
  const auto& table = installed();
  return table ? *table : built_in();
}

void ChineseDays::install(ChineseDays table) {
  YD_ASSERT(!installed());
  installed() = std::move(table);
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
