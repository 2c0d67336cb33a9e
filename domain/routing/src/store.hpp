// Rows of routing's own tables <-> values.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "board.hpp"
#include "silence.hpp"
#include "yingda/base/result.hpp"
#include "yingda/conversation/events.hpp"
#include "yingda/routing/entrance.hpp"
#include "yingda/routing/events.hpp"
#include "yingda/routing/states.hpp"
#include "yingda/routing/types.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::routing {

struct StoredState {
  UserId user;
  AgentState state = AgentState::offline;
  std::string reason;
  UtcTime since;
  std::optional<UtcTime> until, extend_until;  // wrap_up
};

Result<std::vector<StoredState>> load_states(storage::Transaction& tx, TenantId tenant);
/// None before his first change.
Result<std::optional<StoredState>> load_state(storage::Transaction& tx, TenantId tenant, UserId user);
/// Writes the state, its place in the timeline (without an id: the state stays, only its end moved) and the event
/// "agent.state_changed".
Status store_state(storage::Transaction& tx, TenantId tenant, std::optional<std::int64_t> timeline_id,
                   const AgentStatus& status, std::optional<UtcTime> extend_until = {});
/// The last change before `from` and all within [from, until), in order, at most `limit`.
Result<std::vector<StoredState>> load_timeline(storage::Transaction& tx, TenantId tenant, UserId user, UtcTime from,
                                               UtcTime until, int limit);
/// None where the tenant has saved none.
Result<std::optional<std::vector<ReasonCode>>> load_reason_codes(storage::Transaction& tx, TenantId tenant);
Status store_reason_codes(storage::Transaction& tx, TenantId tenant, const std::vector<ReasonCode>& codes, UtcTime now);
Result<std::vector<QueuePolicy>> load_policies(storage::Transaction& tx, TenantId tenant);
Status store_policy(storage::Transaction& tx, TenantId tenant, const QueuePolicy& policy, UtcTime now);
Status store_assignment(storage::Transaction& tx, TenantId tenant, std::int64_t id, const AssignmentRecord& record);
Result<std::vector<AssignmentRecord>> load_assignments(storage::Transaction& tx, TenantId tenant, ConversationId id);
/// What the agent was given within [from, until), newest first; and how many in all.
Result<std::vector<AssignmentRecord>> load_assignments_of(storage::Transaction& tx, TenantId tenant, UserId agent,
                                                          UtcTime from, UtcTime until, std::int64_t limit);
Result<std::int64_t> count_assignments_of(storage::Transaction& tx, TenantId tenant, UserId agent, UtcTime from,
                                          UtcTime until);

Result<std::vector<AgentProfile>> load_profiles(storage::Transaction& tx, TenantId tenant);
Status store_profile(storage::Transaction& tx, TenantId tenant, const AgentProfile& profile, UtcTime now);
/// Who was given the conversation last; none when nobody ever was.
Result<UserId> last_agent(storage::Transaction& tx, TenantId tenant, ConversationId id);

/// None before anything was done about the conversation.
Result<std::optional<Watch>> load_watch(storage::Transaction& tx, TenantId tenant, ConversationId id);
Result<std::vector<std::pair<ConversationId, Watch>>> load_watches(storage::Transaction& tx, TenantId tenant);
Status store_watch(storage::Transaction& tx, TenantId tenant, ConversationId id, const Watch& watch);
Status delete_watch(storage::Transaction& tx, TenantId tenant, ConversationId id);
void emit_attention(storage::Transaction& tx, TenantId tenant, std::string_view type, const AttentionEvent& event);

using QueueAlarms = std::unordered_map<TeamId, std::set<std::string, std::less<>>>;
Result<QueueAlarms> load_queue_alarms(storage::Transaction& tx, TenantId tenant);
/// False when it stands (does not stand) already: then nobody is told.
Result<bool> raise_queue_alarm(storage::Transaction& tx, TenantId tenant, const QueueAttentionEvent& event);
Result<bool> end_queue_alarm(storage::Transaction& tx, TenantId tenant, const QueueAttentionEvent& event);

/// The conversation of a "message.accepted" by its customer, found without parsing; none for others' messages. Text
/// cannot imitate the keys, because its quotation marks are escaped.
std::optional<ConversationId> peek_conversation(std::string_view payload);
/// The payloads of the events that routing reads.
Result<conversation::ConversationEvent> decode_conversation_event(const std::string& payload);
Result<AgentStatus> decode_agent_status(const std::string& payload);
Result<EntranceEvent> decode_entrance_event(const std::string& payload);
/// The `area` of "settings.changed".
Result<std::string> decode_settings_area(const std::string& payload);
std::string encode_settings_changed(std::string_view area, std::string_view id);
/// For audit records.
std::string encode_state(AgentState state, std::string_view reason);
std::string encode_codes(const std::vector<ReasonCode>& codes);

}  // namespace yingda::routing
