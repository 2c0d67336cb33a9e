// The alarms' state machine, pure: what a cause makes of the open alarm of its (kind, subject), and when a
// conversation's own history ends it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "yingda/conversation/types.hpp"
#include "yingda/supervision/types.hpp"

namespace yingda::supervision {

/// Why an alarm is to be there now.
struct Cause {
  AlarmKind kind = AlarmKind::waiting_long;
  TeamId team;
  const conversation::Conversation* conversation = nullptr;  // none: of the queue
  std::int64_t value_ms = 0;
  std::optional<std::int64_t> count;  // of a queue: how many wait
  UtcTime at;
};

/// Whether the subject is a queue, not a conversation.
bool of_queue(AlarmKind kind);
/// The number of the team or of the conversation.
std::int64_t subject_of(const Alarm& alarm);
std::int64_t subject_of(const Cause& cause);

/// The alarm as the cause makes it: a new one with `fresh_id` (raised), or the open one brought up to date (changed).
/// What somebody acknowledged stays acknowledged, unless it is another agent's silence now.
Alarm decide_raised(const std::optional<Alarm>& open, const Cause& cause, AlarmId fresh_id);

/// Whether the cause of a conversation's alarm is over: waiting_long and queue_full when it no longer waits in that
/// queue, agent_silent when he answered or lost it, the others when somebody answered or it ended.
bool is_over(const Alarm& alarm, const conversation::Conversation& conversation);

}  // namespace yingda::supervision
