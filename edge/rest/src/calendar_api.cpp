// A schedule as days: for the editor's picture of the year.
#include "api.hpp"
#include "areas.hpp"
#include "yingda/calendar/calendar.hpp"

namespace yingda::rest {

namespace {

struct CalendarQuestion {
  calendar::Schedule schedule;
  std::string from;  // "2026-01-01"
  std::int64_t days = 366;
  BOOST_DESCRIBE_CLASS(CalendarQuestion, (), (schedule, from, days), (), ())
};

}  // namespace

void declare_calendar(Api& api, Ground) {
  using net::Method;

  api.write(Method::post, "/calendar/preview", "What a schedule means day by day; saves nothing", signed_in(),
            [](Call&, storage::Transaction&, const CalendarQuestion& input) {
              return calendar::plan_days(input.schedule, input.from, input.days);
            });
}

}  // namespace yingda::rest
