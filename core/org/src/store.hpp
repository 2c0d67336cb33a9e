// Rows of the organisation's tables as values. Loads give not_found for ids of another tenant as for unknown ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/org/types.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::org::store {

Tenant tenant_of(const storage::Row& row);
Unit unit_of(const storage::Row& row);
Team team_of(const storage::Row& row);
Role role_of(const storage::Row& row);
ApiToken token_of(const storage::Row& row);
AuditRecord audit_of(const storage::Row& row);

/// not_found `org.tenant_not_found`, `org.unit_not_found`, `org.team_not_found`, `org.role_not_found`,
/// `org.user_not_found`, `org.token_not_found`.
Result<Tenant> load_tenant(storage::Transaction& tx, TenantId tenant);
Result<Unit> load_unit(storage::Transaction& tx, TenantId tenant, UnitId unit);
Result<Unit> load_root_unit(storage::Transaction& tx, TenantId tenant);
Result<Team> load_team(storage::Transaction& tx, TenantId tenant, TeamId team);
Result<Role> load_role(storage::Transaction& tx, TenantId tenant, RoleId role);
Result<User> load_user(storage::Transaction& tx, TenantId tenant, UserId user);
Result<ApiToken> load_token(storage::Transaction& tx, TenantId tenant, ApiTokenId token);

/// What proves a user; never leaves this room.
struct Credentials {
  std::string login, password_hash;
  std::string totp_secret, totp_pending;  // base32
  std::int64_t totp_step = 0;             // newest step that was used
  bool disabled = false;
};
Result<Credentials> load_credentials(storage::Transaction& tx, TenantId tenant, UserId user);

/// At most `limit` users behind `after` in id order.
Result<std::vector<User>> list_users(storage::Transaction& tx, TenantId tenant, std::int64_t after,
                                     std::string_view pattern, int limit);
Status insert_user(storage::Transaction& tx, TenantId tenant, const User& user, std::string_view password_hash);
Status update_user(storage::Transaction& tx, TenantId tenant, const User& user);

/// A number that a query gives in its first column.
template <class... Args>
Result<std::int64_t> count(storage::Transaction& tx, const storage::Query& query, const Args&... args) {
  YD_TRY(const auto n, tx.one(query, [](const storage::Row& row) { return row.int64(0); }, args...));
  return n.value_or(0);
}

}  // namespace yingda::org::store
