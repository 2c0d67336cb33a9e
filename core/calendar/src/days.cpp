#include "yingda/calendar/days.hpp"

#include <date/tz.h>

#include <chrono>
#include <string>

#include "civil.hpp"

namespace yingda::calendar {
namespace {

using std::chrono::milliseconds;

Result<const date::time_zone*> find_zone(std::string_view name) {
  try {
    return date::locate_zone(std::string(name));
  } catch (const std::exception&) {
    return fail_fields({{"time_zone", "calendar.unknown_time_zone"}});
  }
}

UtcTime midnight(const date::time_zone& zone, DayNumber day) {
  // Where a midnight does not exist, the day begins when the clocks have jumped.
  const date::local_time<milliseconds> wall{date::days(day)};
  return {zone.to_sys(wall, date::choose::earliest).time_since_epoch().count()};
}

}  // namespace

Result<Interval> local_day(std::string_view time_zone, std::string_view date) {
  YD_TRY(const auto* zone, find_zone(time_zone));
  const auto day = parse_date(date);
  if (!day) return fail_fields({{"date", "calendar.invalid_date"}});
  return Interval{midnight(*zone, *day), midnight(*zone, *day + 1)};
}

Result<std::string> local_date(std::string_view time_zone, UtcTime at) {
  YD_TRY(const auto* zone, find_zone(time_zone));
  const date::sys_time<milliseconds> moment{milliseconds(at.ms)};
  return date::format("%F", date::floor<date::days>(zone->to_local(moment)));
}

}  // namespace yingda::calendar
