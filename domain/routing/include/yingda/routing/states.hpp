// What belongs to agents' states: reason codes, wrap-up, an agent's day. API shapes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"
#include "yingda/routing/types.hpp"

namespace yingda::routing {

inline constexpr std::size_t kReasonCodesMax = 50;
inline constexpr std::int64_t kDayConversationsMax = 200;

/// 小休原因码: why an agent is busy or away. A code that is not enabled stays readable in old days and cannot be
/// chosen.
struct ReasonCode {
  std::string code;                     // a–z, 0–9 and "_", at most 32; unique
  AgentState state = AgentState::away;  // busy or away
  std::string zh_CN, en;
  bool enabled = true;
  bool operator==(const ReasonCode&) const = default;
};
YD_DESCRIBE(ReasonCode, (code, state, zh_CN, en, enabled))

/// Makes one's wrap-up longer, or ends it.
struct WrapUpChange {
  std::optional<std::int64_t> extend_ms;
  std::optional<bool> end;
};
YD_DESCRIBE(WrapUpChange, (extend_ms, end))

/// [from, until) in one state.
struct StateSpan {
  AgentState state = AgentState::offline;
  std::string reason;
  UtcTime from_at_ms, until_at_ms;
  bool operator==(const StateSpan&) const = default;
};
YD_DESCRIBE(StateSpan, (state, reason, from_at_ms, until_at_ms))

struct StateTotal {
  AgentState state = AgentState::offline;
  std::int64_t ms = 0;
  bool operator==(const StateTotal&) const = default;
};
YD_DESCRIBE(StateTotal, (state, ms))

struct DayConversation {
  ConversationId conversation_id;
  std::string customer_name;
  UtcTime assigned_at_ms;
  std::string rule;  // of the explanation
};
YD_DESCRIBE(DayConversation, (conversation_id, customer_name, assigned_at_ms, rule))

/// One agent's day in the tenant's time zone, up to now when it is today.
struct AgentDay {
  UserId user_id;
  std::string date;
  std::vector<StateSpan> spans;
  std::vector<StateTotal> totals;              // every state, in the order of the enum
  std::int64_t assigned = 0;                   // conversations he got
  std::vector<DayConversation> conversations;  // the newest kDayConversationsMax of them, newest first
};
YD_DESCRIBE(AgentDay, (user_id, date, spans, totals, assigned, conversations))

}  // namespace yingda::routing
