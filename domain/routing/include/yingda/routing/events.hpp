// Events of routing, beside "agent.state_changed" (an AgentStatus). Payloads carry the whole conversation, so that
// whoever shows them needs no read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/types.hpp"

namespace yingda::routing {

/// "routing.agent_warned": for the owner. "routing.alarm_raised": for supervisors of the team's scope. How they end is
/// told by the conversation's own events: answered, given to somebody else, closed.
struct AttentionEvent {
  conversation::Conversation conversation;
  std::optional<UserId> agent_id;  // the owner
  /// "agent_silent", "waiting_long" (in the queue), "redispatch_limit" (passed on too often), "queue_full" (nowhere to
  /// overflow to).
  std::string kind;
  std::int64_t waited_ms = 0;  // the customer, for this agent or in this queue
  UtcTime at_ms;
};
YD_DESCRIBE(AttentionEvent, (conversation, agent_id, kind, waited_ms, at_ms))

/// "routing.queue_alarm_raised", "routing.queue_alarm_ended": once each for one (team, kind), across restarts.
struct QueueAttentionEvent {
  TeamId team_id;
  /// "queue_long": more wait than QueuePolicy::alarm_length. "wait_long": the oldest waits longer than alarm_wait_ms.
  /// "nobody_online": within the queue's hours nobody of the team is here; without hours: while somebody waits.
  std::string kind;
  std::int64_t value_ms = 0;  // how long the oldest waits
  std::int64_t count = 0;     // how many wait
  UtcTime at_ms;
};
YD_DESCRIBE(QueueAttentionEvent, (team_id, kind, value_ms, count, at_ms))

}  // namespace yingda::routing
