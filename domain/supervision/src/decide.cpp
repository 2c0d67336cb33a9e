#include "decide.hpp"

#include <algorithm>

namespace yingda::supervision {

using conversation::Conversation;
using conversation::State;

bool of_queue(AlarmKind kind) {
  switch (kind) {
    case AlarmKind::nobody_online:
    case AlarmKind::queue_long:
    case AlarmKind::wait_long: return true;
    case AlarmKind::waiting_long:
    case AlarmKind::agent_silent:
    case AlarmKind::redispatch_limit:
    case AlarmKind::nobody_to_redispatch:
    case AlarmKind::queue_full: return false;
  }
  return false;
}

std::int64_t subject_of(const Alarm& alarm) {
  if (!of_queue(alarm.kind) && alarm.conversation_id) return alarm.conversation_id->value;
  return alarm.team_id ? alarm.team_id->value : 0;
}

std::int64_t subject_of(const Cause& cause) {
  if (!of_queue(cause.kind) && cause.conversation) return cause.conversation->id.value;
  return cause.team.value;
}

Alarm decide_raised(const std::optional<Alarm>& open, const Cause& cause, AlarmId fresh_id) {
  Alarm alarm;
  if (open) {
    alarm = *open;
  } else {
    alarm.id = fresh_id;
    alarm.kind = cause.kind;
    alarm.raised_at_ms = cause.at;
    alarm.count = 0;
  }
  alarm.team_id = cause.team ? std::optional(cause.team) : std::nullopt;
  alarm.value_ms = cause.value_ms;
  alarm.count = cause.count.value_or(alarm.count + 1);
  if (!cause.conversation) return alarm;

  const Conversation& c = *cause.conversation;
  const auto owner = c.state == State::assigned && c.agent ? std::optional(c.agent->id) : std::nullopt;
  if (open && owner != open->agent_id) {
    alarm.acknowledged_by_id.reset();
    alarm.acknowledged_by_name.reset();
    alarm.acknowledged_at_ms.reset();
  }
  alarm.conversation_id = c.id;
  alarm.customer_name = c.customer.name.empty() ? c.customer.label : c.customer.name;
  alarm.agent_id = owner;
  alarm.agent_name = owner ? std::optional(c.agent->name) : std::nullopt;
  return alarm;
}

bool is_over(const Alarm& alarm, const Conversation& c) {
  if (c.state == State::closed) return true;
  const bool waits = c.state == State::queued || c.state == State::promised;
  switch (alarm.kind) {
    case AlarmKind::waiting_long: return !waits;
    case AlarmKind::queue_full: return !waits || (alarm.team_id && c.team_id && c.team_id != *alarm.team_id);
    case AlarmKind::agent_silent:
      return !c.waiting_since_ms || waits || !c.agent || (alarm.agent_id && c.agent->id != *alarm.agent_id);
    case AlarmKind::redispatch_limit:
    case AlarmKind::nobody_to_redispatch: return !c.waiting_since_ms;
    case AlarmKind::nobody_online:
    case AlarmKind::queue_long:
    case AlarmKind::wait_long: return false;
  }
  return false;
}

}  // namespace yingda::supervision
