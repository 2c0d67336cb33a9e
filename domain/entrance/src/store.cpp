#include "store.hpp"

#include "entrance_queries.gen.hpp"
#include "yingda/base/json.hpp"

namespace yingda::entrance {

struct SettingsChanged {
  std::string area;
  std::string id;
};
YD_DESCRIBE(SettingsChanged, (area, id))

}  // namespace yingda::entrance

namespace yingda::entrance::store {
namespace {

std::string text_of(const storage::Row& row) { return row.string(0); }

}  // namespace

Result<std::optional<EntrancePlan>> newest_plan(storage::Transaction& tx, TenantId tenant) {
  YD_TRY(const auto text, tx.one(queries::newest_plan, text_of, tenant));
  if (!text) return std::optional<EntrancePlan>{};
  YD_TRY(auto plan, json::decode<EntrancePlan>(*text));
  return std::optional(std::move(plan));
}

Result<bool> insert_plan(storage::Transaction& tx, TenantId tenant, const EntrancePlan& plan, UtcTime now, UserId by) {
  YD_TRY(const auto count, tx.exec(queries::insert_plan, tenant, plan.version, json::encode(plan), now, by.value));
  if (count == 0) return false;
  YD_CHECK(tx.exec_deferred(queries::forget_plans, tenant, plan.version - kVersionsKept));
  return true;
}

Result<std::optional<EntranceRecord>> find_decision(storage::Transaction& tx, TenantId tenant, ConversationId id,
                                                    EpisodeId episode) {
  YD_TRY(const auto text, tx.one(queries::decision, text_of, tenant, id, episode));
  if (!text) return std::optional<EntranceRecord>{};
  YD_TRY(auto record, json::decode<EntranceRecord>(*text));
  return std::optional(std::move(record));
}

Result<bool> insert_decision(storage::Transaction& tx, TenantId tenant, ConversationId id,
                             const EntranceRecord& record) {
  YD_TRY(const auto count, tx.exec(queries::insert_decision, tenant, id, record.episode_id, json::encode(record)));
  return count == 1;
}

Status update_decision(storage::Transaction& tx, TenantId tenant, ConversationId id, const EntranceRecord& record) {
  return tx.exec_deferred(queries::update_decision, tenant, id, record.episode_id, json::encode(record));
}

Status count_external(storage::Transaction& tx, TenantId tenant, const ExternalStatus& more) {
  return tx.exec_deferred(queries::count_external, tenant, more.asked, more.answered, more.late, more.failed,
                          more.last_error, more.last_at_ms);
}

Result<ExternalStatus> external_status(storage::Transaction& tx, TenantId tenant) {
  YD_TRY(const auto status, tx.one(
                                queries::external_status,
                                [](const storage::Row& row) {
                                  return ExternalStatus{row.int64(0), row.int64(1),  row.int64(2),
                                                        row.int64(3), row.string(4), row.optional_time(5)};
                                },
                                tenant));
  return status.value_or(ExternalStatus{});
}

std::string encode_plan_for_audit(const EntrancePlan& plan) {
  EntrancePlan shown = plan;
  shown.external.has_secret = plan.external.secret && !plan.external.secret->empty();
  shown.external.secret.reset();
  shown.warnings.clear();
  return json::encode(shown);
}

std::string encode_settings_changed(std::int64_t version) {
  return json::encode(SettingsChanged{"entrance", std::to_string(version)});
}

bool is_entrance_change(std::string_view payload) {
  const auto change = json::decode<SettingsChanged>(payload);
  return change && change->area == "entrance";
}

std::string encode_decided(const routing::EntranceEvent& event) { return json::encode(event); }

std::string encode_deadline(const DeadlineOf& deadline) { return json::encode(deadline); }

Result<DeadlineOf> decode_deadline(std::string_view payload) { return json::decode<DeadlineOf>(payload); }

}  // namespace yingda::entrance::store
