// Rows of supervision's tables as values. Every row is found through its tenant.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/storage/database.hpp"
#include "yingda/supervision/types.hpp"

namespace yingda::supervision::store {

/// The newest event seq that became alarms; holds the row until the commit.
Result<std::int64_t> lock_cursor(storage::Transaction& tx, TenantId tenant);
Status store_cursor(storage::Transaction& tx, TenantId tenant, std::int64_t seq);

Result<std::optional<Alarm>> open_alarm(storage::Transaction& tx, TenantId tenant, AlarmKind kind,
                                        std::int64_t subject);
Result<std::vector<Alarm>> open_alarms_of(storage::Transaction& tx, TenantId tenant, ConversationId conversation);
Result<std::vector<Alarm>> open_alarms(storage::Transaction& tx, TenantId tenant);
Result<std::optional<Alarm>> find_alarm(storage::Transaction& tx, TenantId tenant, AlarmId id);
enum class Which { all, open };
/// Newest first, strictly before `before`.
Result<std::vector<Alarm>> alarms_before(storage::Transaction& tx, TenantId tenant, Which which, std::int64_t before,
                                         int limit);
Status store_alarm(storage::Transaction& tx, TenantId tenant, const Alarm& alarm);
Status forget_alarms(storage::Transaction& tx, TenantId tenant, UtcTime ended_before);

/// A webhook as stored: the secret is sealed, "" for none.
struct WebhookRow {
  WebhookId id;
  std::string url, sealed_secret;
  std::vector<AlarmKind> kinds;
  bool enabled = true;
  bool wants(AlarmKind kind) const;
};
Result<std::vector<WebhookRow>> webhooks(storage::Transaction& tx, TenantId tenant);
Status replace_webhooks(storage::Transaction& tx, TenantId tenant, const std::vector<WebhookRow>& webhooks);

struct DeliveryRow {
  Delivery shown;
  std::string alarm;  // JSON; "" for a test
};
Status insert_delivery(storage::Transaction& tx, TenantId tenant, const DeliveryRow& delivery);
Status update_delivery(storage::Transaction& tx, TenantId tenant, const Delivery& delivery);
Result<std::optional<DeliveryRow>> find_delivery(storage::Transaction& tx, TenantId tenant, DeliveryId id);
Result<std::vector<DeliveryRow>> newest_deliveries(storage::Transaction& tx, TenantId tenant, int limit);
Result<std::int64_t> count_pending(storage::Transaction& tx, TenantId tenant);
Status forget_deliveries(storage::Transaction& tx, TenantId tenant, UtcTime created_before);

}  // namespace yingda::supervision::store
