// Days as a wall calendar of a time zone has them: for "today" in lists and reports. Pure. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"
#include "yingda/calendar/calendar.hpp"

namespace yingda::calendar {

/// From midnight to the next midnight of `date` ("2026-05-04"); 23 to 25 hours long. invalid_argument with the field
/// `date` (`calendar.invalid_date`) or `time_zone` (`calendar.unknown_time_zone`).
Result<Interval> local_day(std::string_view time_zone, std::string_view date);
/// The date that a calendar on the wall shows there at that moment.
Result<std::string> local_date(std::string_view time_zone, UtcTime at);

}  // namespace yingda::calendar
