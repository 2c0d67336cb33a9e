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

/// "routing.agent_warned": for the owner. "routing.alarm_raised": for supervisors of the team's scope.
struct AttentionEvent {
  conversation::Conversation conversation;
  std::optional<UserId> agent_id;  // the owner
  /// "agent_silent", "waiting_long" (in the queue), "redispatch_limit" (passed on too often), "nobody_to_redispatch",
  /// "nobody_online" (within working hours), "queue_full" (nowhere to overflow to).
  std::string kind;
  std::int64_t waited_ms = 0;  // the customer, for this agent or in this queue
  UtcTime at_ms;
};
YD_DESCRIBE(AttentionEvent, (conversation, agent_id, kind, waited_ms, at_ms))

}  // namespace yingda::routing
