// Rows of webchat_* to values and back.
#pragma once

#include <optional>
#include <vector>

#include "registry.hpp"
#include "tokens.hpp"
#include "yingda/base/result.hpp"
#include "yingda/storage/database.hpp"
#include "yingda/webchat/types.hpp"

namespace yingda::webchat::store {

Status insert_widget(storage::Transaction& tx, const WidgetEntry& entry, UtcTime now);
Status update_widget(storage::Transaction& tx, const WidgetEntry& entry, UtcTime now);
Status update_identity_key(storage::Transaction& tx, const WidgetEntry& entry, UtcTime now);
Status delete_widget(storage::Transaction& tx, TenantId tenant, WidgetId widget);
/// not_found `webchat.widget_not_found`.
Result<WidgetEntry> load_widget(storage::Transaction& tx, TenantId tenant, WidgetId widget);
Result<std::vector<WidgetEntry>> list_widgets(storage::Transaction& tx, TenantId tenant);
/// Every tenant's, page after page; for the start of the program.
Result<std::vector<WidgetEntry>> all_widgets(storage::Transaction& tx);

/// Newest first.
Result<std::vector<Secret>> list_secrets(storage::Transaction& tx, TenantId tenant);
/// Adds a secret when there is none or the newest is older than kSecretLife, forgets those beyond kSecretsKept.
Result<std::vector<Secret>> renew_secrets(storage::Transaction& tx, TenantId tenant, UtcTime now);

}  // namespace yingda::webchat::store
