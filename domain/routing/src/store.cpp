#include "store.hpp"

#include <functional>

#include "routing_queries.gen.hpp"
#include "yingda/base/json.hpp"

namespace yingda::routing {
namespace {

struct SettingsChanged {
  std::string area;
  std::string id;
};
YD_DESCRIBE(SettingsChanged, (area, id))

struct StateTrace {
  AgentState state = AgentState::offline;
  std::string reason;
};
YD_DESCRIBE(StateTrace, (state, reason))

struct CodesTrace {
  std::vector<ReasonCode> items;
};
YD_DESCRIBE(CodesTrace, (items))

/// A state of a newer release counts as offline.
AgentState state_of(std::string_view name) {
  for (const AgentState state : {AgentState::online, AgentState::busy, AgentState::away, AgentState::wrap_up}) {
    if (name == enum_name(state)) return state;
  }
  return AgentState::offline;
}

StoredState stored_state(const storage::Row& row) {
  return {row.id<UserId>(0), state_of(row.text(1)), row.string(2),
          row.time(3),       row.optional_time(4),  row.optional_time(5)};
}

StoredState timeline_row(const storage::Row& row) {
  return {row.id<UserId>(0), state_of(row.text(1)), row.string(2), row.time(3), {}, {}};
}

/// Rows of assignments: the explanations are read when the statement is done.
struct AssignmentRows {
  std::vector<std::string> reasons;
  AssignmentRecord operator()(const storage::Row& row) {
    reasons.push_back(row.string(5));
    return {row.id<ConversationId>(0), row.id<EpisodeId>(1), row.id<UserId>(2), row.id<TeamId>(3), row.time(4), {}};
  }
  Result<std::vector<AssignmentRecord>> explained(std::vector<AssignmentRecord> records) const {
    for (std::size_t i = 0; i < records.size(); ++i) {
      YD_TRY(records[i].why, json::decode<Explanation>(reasons[i]));
    }
    return records;
  }
};

}  // namespace

Result<std::vector<StoredState>> load_states(storage::Transaction& tx, TenantId tenant) {
  return tx.all(queries::agent_states, stored_state, tenant);
}

Result<std::optional<StoredState>> load_state(storage::Transaction& tx, TenantId tenant, UserId user) {
  return tx.one(queries::agent_state, stored_state, tenant, user);
}

Status store_state(storage::Transaction& tx, TenantId tenant, std::optional<std::int64_t> timeline_id,
                   const AgentStatus& status, std::optional<UtcTime> extend_until) {
  YD_CHECK(tx.exec_deferred(queries::upsert_agent, tenant, status.user_id, enum_name(status.state), status.reason,
                            status.since_at_ms, status.until_at_ms, extend_until));
  if (timeline_id) {
    YD_CHECK(tx.exec_deferred(queries::insert_timeline, tenant, status.user_id, *timeline_id, status.since_at_ms,
                              enum_name(status.state), status.reason));
  }
  tx.emit({tenant, "agent.state_changed", json::encode(status)});
  return {};
}

Result<std::vector<StoredState>> load_timeline(storage::Transaction& tx, TenantId tenant, UserId user, UtcTime from,
                                               UtcTime until, int limit) {
  YD_TRY(const auto before, tx.one(queries::timeline_before, timeline_row, tenant, user, from));
  YD_TRY(auto changes, tx.all(queries::timeline_within, timeline_row, tenant, user, from, until, limit));
  if (before) changes.insert(changes.begin(), *before);
  return changes;
}

Result<std::optional<std::vector<ReasonCode>>> load_reason_codes(storage::Transaction& tx, TenantId tenant) {
  YD_TRY(const auto text, tx.one(queries::reason_codes, [](const storage::Row& row) { return row.string(0); }, tenant));
  if (!text) return std::optional<std::vector<ReasonCode>>{};
  YD_TRY(auto codes, json::decode<std::vector<ReasonCode>>(*text));
  return std::optional(std::move(codes));
}

Status store_reason_codes(storage::Transaction& tx, TenantId tenant, const std::vector<ReasonCode>& codes,
                          UtcTime now) {
  return tx.exec_deferred(queries::upsert_reason_codes, tenant, json::encode(codes), now);
}

Result<std::vector<QueuePolicy>> load_policies(storage::Transaction& tx, TenantId tenant) {
  std::vector<QueuePolicy> out;
  YD_TRY(const auto texts, tx.all(queries::policies, [](const storage::Row& row) { return row.string(0); }, tenant));
  for (const std::string& text : texts) {
    YD_TRY(auto policy, json::decode<QueuePolicy>(text));
    out.push_back(std::move(policy));
  }
  return out;
}

Status store_policy(storage::Transaction& tx, TenantId tenant, const QueuePolicy& policy, UtcTime now) {
  return tx.exec_deferred(queries::upsert_policy, tenant, policy.team_id, json::encode(policy), now);
}

Status store_assignment(storage::Transaction& tx, TenantId tenant, std::int64_t id, const AssignmentRecord& record) {
  return tx.exec_deferred(queries::insert_assignment, tenant, record.conversation_id, id, record.episode_id,
                          record.agent_id, record.team_id, record.at_ms, json::encode(record.why));
}

Result<std::vector<AssignmentRecord>> load_assignments(storage::Transaction& tx, TenantId tenant, ConversationId id) {
  AssignmentRows rows;
  YD_TRY(auto records, tx.all(queries::assignments, std::ref(rows), tenant, id));
  return rows.explained(std::move(records));
}

Result<std::vector<AssignmentRecord>> load_assignments_of(storage::Transaction& tx, TenantId tenant, UserId agent,
                                                          UtcTime from, UtcTime until, std::int64_t limit) {
  AssignmentRows rows;
  YD_TRY(auto records, tx.all(queries::assignments_of, std::ref(rows), tenant, agent, from, until, limit));
  return rows.explained(std::move(records));
}

Result<std::int64_t> count_assignments_of(storage::Transaction& tx, TenantId tenant, UserId agent, UtcTime from,
                                          UtcTime until) {
  YD_TRY(const auto count, tx.one(
                               queries::count_assignments_of, [](const storage::Row& row) { return row.int64(0); },
                               tenant, agent, from, until));
  return count.value_or(0);
}

Result<std::vector<AgentProfile>> load_profiles(storage::Transaction& tx, TenantId tenant) {
  std::vector<AgentProfile> out;
  YD_TRY(const auto texts, tx.all(queries::profiles, [](const storage::Row& row) { return row.string(0); }, tenant));
  for (const std::string& text : texts) {
    YD_TRY(auto profile, json::decode<AgentProfile>(text));
    out.push_back(std::move(profile));
  }
  return out;
}

Status store_profile(storage::Transaction& tx, TenantId tenant, const AgentProfile& profile, UtcTime now) {
  return tx.exec_deferred(queries::upsert_profile, tenant, profile.user_id, json::encode(profile), now);
}

Result<UserId> last_agent(storage::Transaction& tx, TenantId tenant, ConversationId id) {
  YD_TRY(const auto found,
         tx.one(queries::last_assigned_agent, [](const storage::Row& row) { return row.id<UserId>(0); }, tenant, id));
  return found.value_or(UserId{});
}

Result<std::optional<Watch>> load_watch(storage::Transaction& tx, TenantId tenant, ConversationId id) {
  YD_TRY(const auto text, tx.one(queries::watch, [](const storage::Row& row) { return row.string(0); }, tenant, id));
  if (!text) return std::optional<Watch>{};
  YD_TRY(auto watch, json::decode<Watch>(*text));
  return std::optional(std::move(watch));
}

Result<std::vector<std::pair<ConversationId, Watch>>> load_watches(storage::Transaction& tx, TenantId tenant) {
  YD_TRY(const auto rows,
         tx.all(
             queries::watches,
             [](const storage::Row& row) { return std::pair(row.id<ConversationId>(0), row.string(1)); }, tenant));
  std::vector<std::pair<ConversationId, Watch>> out;
  for (const auto& [id, text] : rows) {
    YD_TRY(auto watch, json::decode<Watch>(text));
    out.emplace_back(id, std::move(watch));
  }
  return out;
}

Status store_watch(storage::Transaction& tx, TenantId tenant, ConversationId id, const Watch& watch) {
  return tx.exec_deferred(queries::upsert_watch, tenant, id, json::encode(watch));
}

Status delete_watch(storage::Transaction& tx, TenantId tenant, ConversationId id) {
  return tx.exec_deferred(queries::delete_watch, tenant, id);
}

void emit_attention(storage::Transaction& tx, TenantId tenant, std::string_view type, const AttentionEvent& event) {
  tx.emit({tenant, std::string(type), json::encode(event)});
}

Result<QueueAlarms> load_queue_alarms(storage::Transaction& tx, TenantId tenant) {
  YD_TRY(const auto rows,
         tx.all(
             queries::queue_alarms, [](const storage::Row& row) { return std::pair(row.id<TeamId>(0), row.string(1)); },
             tenant));
  QueueAlarms out;
  for (const auto& [team, kind] : rows) out[team].insert(kind);
  return out;
}

Result<bool> raise_queue_alarm(storage::Transaction& tx, TenantId tenant, const QueueAttentionEvent& event) {
  YD_TRY(const auto rows, tx.exec(queries::insert_queue_alarm, tenant, event.team_id, event.kind, event.at_ms));
  if (rows == 1) tx.emit({tenant, "routing.queue_alarm_raised", json::encode(event)});
  return rows == 1;
}

Result<bool> end_queue_alarm(storage::Transaction& tx, TenantId tenant, const QueueAttentionEvent& event) {
  YD_TRY(const auto rows, tx.exec(queries::delete_queue_alarm, tenant, event.team_id, event.kind));
  if (rows == 1) tx.emit({tenant, "routing.queue_alarm_ended", json::encode(event)});
  return rows == 1;
}

std::optional<ConversationId> peek_conversation(std::string_view payload) {
  constexpr std::string_view kHead = R"({"conversation":{"id":")";
  if (!payload.starts_with(kHead) || payload.find(R"("last_author":"customer")") == std::string_view::npos)
    return std::nullopt;
  const std::string_view rest = payload.substr(kHead.size());
  const auto id = parse_id<ConversationId>(rest.substr(0, rest.find('"')));
  return id ? std::optional(*id) : std::nullopt;
}

Result<conversation::ConversationEvent> decode_conversation_event(const std::string& payload) {
  return json::decode<conversation::ConversationEvent>(payload);
}

Result<AgentStatus> decode_agent_status(const std::string& payload) { return json::decode<AgentStatus>(payload); }

Result<EntranceEvent> decode_entrance_event(const std::string& payload) { return json::decode<EntranceEvent>(payload); }

Result<std::string> decode_settings_area(const std::string& payload) {
  YD_TRY(auto changed, json::decode<SettingsChanged>(payload));
  return std::move(changed.area);
}

std::string encode_settings_changed(std::string_view area, std::string_view id) {
  return json::encode(SettingsChanged{std::string(area), std::string(id)});
}

std::string encode_state(AgentState state, std::string_view reason) {
  return json::encode(StateTrace{state, std::string(reason)});
}

std::string encode_codes(const std::vector<ReasonCode>& codes) { return json::encode(CodesTrace{codes}); }

}  // namespace yingda::routing
