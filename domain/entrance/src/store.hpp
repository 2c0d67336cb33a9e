// Rows of the entrance's own tables <-> values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "yingda/base/result.hpp"
#include "yingda/entrance/types.hpp"
#include "yingda/org/types.hpp"
#include "yingda/routing/entrance.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::entrance::store {

/// As it was saved: its secret is sealed.
Result<std::optional<EntrancePlan>> newest_plan(storage::Transaction& tx, TenantId tenant);
/// False when this version was saved by somebody else. Forgets versions that are too old.
Result<bool> insert_plan(storage::Transaction& tx, TenantId tenant, const EntrancePlan& plan, UtcTime now, UserId by);

Result<std::optional<EntranceRecord>> find_decision(storage::Transaction& tx, TenantId tenant, ConversationId id,
                                                    EpisodeId episode);
/// False when another process has decided this episode.
Result<bool> insert_decision(storage::Transaction& tx, TenantId tenant, ConversationId id,
                             const EntranceRecord& record);
Status update_decision(storage::Transaction& tx, TenantId tenant, ConversationId id, const EntranceRecord& record);

/// Adds to the counters; an empty error keeps the last one, `last_at_ms` counts when it is given.
Status count_external(storage::Transaction& tx, TenantId tenant, const ExternalStatus& more);
Result<ExternalStatus> external_status(storage::Transaction& tx, TenantId tenant);

// Payloads of events and timers.
std::string encode_plan_for_audit(const EntrancePlan& plan);
std::string encode_settings_changed(std::int64_t version);
/// Whether a "settings.changed" is about the entrance.
bool is_entrance_change(std::string_view payload);
std::string encode_decided(const routing::EntranceEvent& event);

/// Whose deadline a timer is.
struct DeadlineOf {
  ConversationId conversation_id;
  EpisodeId episode_id;
};
YD_DESCRIBE(DeadlineOf, (conversation_id, episode_id))
std::string encode_deadline(const DeadlineOf& deadline);
Result<DeadlineOf> decode_deadline(std::string_view payload);

}  // namespace yingda::entrance::store
