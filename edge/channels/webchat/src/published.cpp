#include "published.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "yingda/base/json.hpp"
#include "yingda/calendar/days.hpp"
#include "yingda/conversation/conversation.hpp"

namespace yingda::webchat {
namespace {

constexpr DurationMs kSpecialDaysShown = days(30);
constexpr std::size_t kSpecialLinesMax = 8;
constexpr DurationMs kAlwaysOpen = days(14);  // hours that long are no hours: it is open around the clock
constexpr std::size_t kMonthDayAt = 5;        // of "2026-05-04"

struct InfoHours {
  std::vector<HoursLine> lines;
  std::string time_zone;
  bool always = false, holidays = false, open_now = false;
  std::optional<UtcTime> closes_at_ms, next_open_at_ms;
};
YD_DESCRIBE(InfoHours, (lines, time_zone, always, holidays, open_now, closes_at_ms, next_open_at_ms))
struct InfoPromises {
  std::int64_t remind_ms = 0, close_ms = 0;
};
YD_DESCRIBE(InfoPromises, (remind_ms, close_ms))
struct InfoLimits {
  std::int64_t file_bytes = 0, text_code_points = 0, queue_length_max = 0;
};
YD_DESCRIBE(InfoLimits, (file_bytes, text_code_points, queue_length_max))
struct Info {
  bool online = false;
  std::optional<InfoHours> hours;
  InfoPromises promises;
  InfoLimits limits;
  bool rating = false, history_kept = true;
};
YD_DESCRIBE(Info, (online, hours, promises, limits, rating, history_kept))

using Spans = std::vector<calendar::Span>;

std::string_view weekday_name(std::size_t weekday, bool chinese) {
  static constexpr std::array<std::string_view, 8> kChinese{"", "周一", "周二", "周三", "周四", "周五", "周六", "周日"};
  static constexpr std::array<std::string_view, 8> kEnglish{"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  return chinese ? kChinese.at(weekday) : kEnglish.at(weekday);
}

std::string clock_time(std::int64_t minute, bool chinese) {
  const bool next_day = minute > calendar::kMinutesPerDay;
  const std::int64_t of_day = next_day ? minute - calendar::kMinutesPerDay : minute;
  const std::string time = fmt::format("{:02}:{:02}", of_day / 60, of_day % 60);
  if (!next_day) return time;
  return chinese ? "次日 " + time : time + " (next day)";
}

std::string times_of(const Spans& spans, bool chinese) {
  if (spans.size() == 1 && spans[0].from_minute == 0 && spans[0].until_minute == calendar::kMinutesPerDay)
    return chinese ? "全天" : "24 hours";
  std::string out;
  for (const auto& span : spans) {
    if (!out.empty()) out += chinese ? "、" : ", ";
    out += clock_time(span.from_minute, chinese) + "–" + clock_time(span.until_minute, chinese);
  }
  return out;
}

/// `month_day` as in "06-15"; a season may run over New Year.
bool within(const calendar::Season& season, std::string_view month_day) {
  const bool after = month_day >= season.from, before = month_day <= season.until;
  return season.from <= season.until ? after && before : after || before;
}

Spans spans_of(const std::vector<calendar::DayHours>& week, std::size_t weekday) {
  const auto found =
      std::ranges::find(week, static_cast<std::int64_t>(weekday), [](const auto& day) { return day.weekday; });
  return found == week.end() ? Spans{} : found->spans;
}

}  // namespace

Published publish(const routing::QueuePolicy& policy) {
  Published out;
  if (policy.hours) {
    // Checked when it was saved; a zone that this system does not know any more publishes nothing.
    if (auto made = calendar::Calendar::make(*policy.hours)) out.calendar = *std::move(made);
  }
  const auto own =
      std::ranges::find(policy.channel_silence, conversation::Channel::webchat, &routing::ChannelSilence::channel);
  out.rules = own != policy.channel_silence.end() ? own->rules : policy.silence.value_or(routing::SilenceRules{});
  out.length_max = policy.length_max;
  return out;
}

std::vector<HoursLine> hours_lines(const calendar::Schedule& schedule, const InfoView& view) {
  const bool chinese = view.language == messages::Language::zh_CN;
  const auto today = calendar::local_date(schedule.time_zone, view.now);
  const auto last = calendar::local_date(schedule.time_zone, view.now + kSpecialDaysShown);
  const auto season = std::ranges::find_if(schedule.seasons, [&](const calendar::Season& one) {
    return today && within(one, std::string_view(*today).substr(kMonthDayAt));
  });
  const auto& week = season == schedule.seasons.end() ? schedule.week : season->week;
  std::vector<HoursLine> lines;
  for (std::size_t first = 1; first <= 7;) {
    const Spans spans = spans_of(week, first);
    std::size_t until = first;
    while (until < 7 && spans_of(week, until + 1) == spans) ++until;
    std::string named(weekday_name(first, chinese));
    if (until > first) named += std::string(chinese ? "至" : "–") + std::string(weekday_name(until, chinese));
    lines.push_back({std::move(named), times_of(spans, chinese)});
    first = until + 1;
  }
  if (!today || !last) return lines;
  auto special = schedule.special_days;
  std::ranges::sort(special, {}, &calendar::SpecialDay::date);
  std::size_t shown = 0;
  for (const auto& day : special) {
    if (day.date < *today || day.date > *last || shown++ == kSpecialLinesMax) continue;
    lines.push_back({day.name.empty() ? day.date : day.date + " " + day.name, times_of(day.spans, chinese)});
  }
  return lines;
}

std::string encode_info(const Published& queue, const InfoView& view) {
  Info info;
  info.online = view.online;
  if (queue.calendar) {
    InfoHours hours;
    hours.lines = hours_lines(queue.calendar->schedule(), view);
    hours.time_zone = queue.calendar->schedule().time_zone;
    hours.holidays = queue.calendar->schedule().chinese_holidays;
    hours.open_now = queue.calendar->is_open(view.now);
    const UtcTime closes = queue.calendar->next_close(view.now);
    hours.always = hours.open_now && closes - view.now > kAlwaysOpen;
    if (hours.open_now && !hours.always) hours.closes_at_ms = closes;
    if (!hours.open_now) hours.next_open_at_ms = queue.calendar->next_open(view.now);
    info.hours = std::move(hours);
  }
  info.promises = {queue.rules.remind_ms, queue.rules.close_ms};
  info.limits = {conversation::kFileBytesMax, conversation::kTextCodePointsMax, queue.length_max};
  info.rating = queue.rated;
  return json::encode(info);
}

PublishedPtr PublishedQueues::find(TenantId tenant, TeamId team) const {
  const std::scoped_lock lock(mutex_);
  const auto found = queues_.find({tenant, team});
  return found == queues_.end() ? nullptr : found->second;
}

std::int64_t PublishedQueues::changes() const {
  const std::scoped_lock lock(mutex_);
  return changes_;
}

PublishedPtr PublishedQueues::put(TenantId tenant, TeamId team, Published queue, std::int64_t changes) {
  auto made = std::make_shared<const Published>(std::move(queue));
  const std::scoped_lock lock(mutex_);
  if (changes == changes_) queues_[{tenant, team}] = made;
  return made;
}

void PublishedQueues::forget(TenantId tenant) {
  const std::scoped_lock lock(mutex_);
  ++changes_;
  std::erase_if(queues_, [&](const auto& entry) { return entry.first.first == tenant; });
}

}  // namespace yingda::webchat
