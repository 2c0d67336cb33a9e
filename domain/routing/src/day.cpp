// An agent's own day: his states on a line, his conversations.
#include <algorithm>

#include "impl.hpp"
#include "yingda/calendar/days.hpp"

namespace yingda::routing {
namespace {

constexpr int kChangesMax = 2'000;  // of one day

/// The states of [from, until) without gaps; offline before the first change that is known. The last one stands there
/// also when it began at this very moment.
std::vector<StateSpan> spans_of(const std::vector<StoredState>& changes, UtcTime from, UtcTime until) {
  std::vector<StateSpan> spans;
  const auto add = [&](AgentState state, const std::string& reason, UtcTime begin, UtcTime end, bool last = false) {
    begin = std::max(begin, from), end = std::min(end, until);
    if (end < begin || (begin == end && !last)) return;
    if (!spans.empty() && spans.back().state == state && spans.back().reason == reason)
      spans.back().until_at_ms = end;
    else
      spans.push_back({state, reason, begin, end});
  };
  add(AgentState::offline, "", from, changes.empty() ? until : changes.front().since);
  for (std::size_t i = 0; i < changes.size(); ++i)
    add(changes[i].state, changes[i].reason, changes[i].since, i + 1 < changes.size() ? changes[i + 1].since : until,
        i + 1 == changes.size());
  return spans;
}

std::vector<StateTotal> totals_of(const std::vector<StateSpan>& spans) {
  std::vector<StateTotal> totals;
  for (const AgentState state :
       {AgentState::offline, AgentState::online, AgentState::busy, AgentState::away, AgentState::wrap_up})
    totals.push_back({state, 0});
  for (const StateSpan& span : spans)
    std::ranges::find(totals, span.state, &StateTotal::state)->ms += (span.until_at_ms - span.from_at_ms).ms;
  return totals;
}

}  // namespace

Result<AgentDay> Routing::day_of(storage::Transaction& tx, const org::Actor& actor, UserId user,
                                 std::string_view date) {
  YD_TRY(const auto world, impl_->ensure(tx, actor.tenant));
  YD_TRY(const AgentStatus agent, impl_->known_agent(tx, world, user));
  if (user != actor.user) {
    if (!actor.may(org::Permission::analytics_view))
      YD_CHECK(org::check_may(actor, org::Permission::conversation_supervise));
    if (!in_scope(actor, agent)) return fail(Code::permission_denied, "org.out_of_scope");
  }
  YD_TRY(const auto tenant, impl_->org.load_tenant(tx, actor.tenant));
  const UtcTime now = impl_->clock.now();
  AgentDay day;
  day.user_id = user;
  day.date = date;
  if (day.date.empty()) {
    YD_TRY(day.date, calendar::local_date(tenant.time_zone, now));
  }
  YD_TRY(const auto hours, calendar::local_day(tenant.time_zone, day.date));
  const UtcTime until = std::min(hours.until, now);
  YD_TRY(const auto changes, load_timeline(tx, actor.tenant, user, hours.from, hours.until, kChangesMax));
  day.spans = spans_of(changes, hours.from, until);
  day.totals = totals_of(day.spans);
  YD_TRY(day.assigned, count_assignments_of(tx, actor.tenant, user, hours.from, hours.until));
  YD_TRY(const auto given, load_assignments_of(tx, actor.tenant, user, hours.from, hours.until, kDayConversationsMax));
  for (const AssignmentRecord& record : given) {
    DayConversation& one = day.conversations.emplace_back();
    one.conversation_id = record.conversation_id;
    one.assigned_at_ms = record.at_ms;
    one.rule = record.why.rule;
    YD_TRY(const auto conversation, impl_->conversations.load(tx, actor.tenant, record.conversation_id));
    one.customer_name = conversation.customer.name.empty() ? conversation.customer.label : conversation.customer.name;
  }
  return day;
}

}  // namespace yingda::routing
