#include "store.hpp"

#include <array>
#include <utility>

#include "names.hpp"
#include "org_queries.gen.hpp"
#include "rights.hpp"
#include "yingda/org/paging.hpp"

namespace yingda::org::store {
namespace {

using storage::Row;
using storage::Transaction;

template <class T>
Result<T> found(Result<std::optional<T>> row, const char* reason) {
  YD_TRY(std::optional<T> value, std::move(row));
  if (!value) return fail(Code::not_found, reason);
  return *std::move(value);
}

User user_of(const Row& row) {
  User user;
  user.id = row.id<UserId>(0);
  user.login = row.string(1);
  user.name = row.string(2);
  user.display_name = row.string(3);
  user.role_id = row.id<RoleId>(4);
  user.unit_id = row.id<UnitId>(5);
  user.locale = value_of(row.text(6), kLocaleNames, Locale::zh_CN);
  user.capacity = row.int64(7);
  user.disabled = row.boolean(8);
  user.totp_enabled = !row.text(9).empty();
  user.created_at_ms = row.time(10);
  return user;
}

// One row for each membership, all rows of a user together.
Result<std::vector<User>> read_users(Transaction& tx, const storage::Query& query,
                                     std::span<const storage::Value> values) {
  std::vector<User> users;
  YD_CHECK(tx.each(query, values, [&](const Row& row) -> Status {
    if (users.empty() || users.back().id != row.id<UserId>(0)) users.push_back(user_of(row));
    if (!row.is_null(11)) users.back().team_ids.push_back(row.id<TeamId>(11));
    return {};
  }));
  return users;
}

std::string search_text(const User& user) { return fold_search({user.name, user.display_name, user.login}); }

}  // namespace

Tenant tenant_of(const Row& row) {
  return {row.id<TenantId>(0), row.string(1), value_of(row.text(2), kLocaleNames, Locale::zh_CN),
          row.string(3),       row.int64(4),  row.boolean(5),
          row.time(6)};
}

Unit unit_of(const Row& row) {
  return {row.id<UnitId>(0), row.id<UnitId>(1), value_of(row.text(2), kUnitKindNames, UnitKind::centre), row.string(3),
          row.string(4)};
}

Team team_of(const Row& row) { return {row.id<TeamId>(0), row.id<UnitId>(1), row.string(2), row.int64(3)}; }

Role role_of(const Row& row) {
  const Rights rights = effective_rights(row.text(1), value_of(row.text(3), kScopeNames, DataScope::own),
                                         static_cast<std::uint32_t>(row.int64(4)));
  return {row.id<RoleId>(0), row.string(1), row.string(2), rights.scope, permissions_of(rights.permissions)};
}

ApiToken token_of(const Row& row) {
  return {row.id<ApiTokenId>(0), row.string(1),
          row.string(2),         permissions_of(static_cast<std::uint32_t>(row.int64(3))),
          row.id<UserId>(4),     row.time(5),
          row.optional_time(6),  row.optional_time(7)};
}

AuditRecord audit_of(const Row& row) {
  return {row.id<AuditId>(0), row.time(1),     row.id<UserId>(2), row.string(3), row.string(4),
          row.string(5),      {row.string(6)}, {row.string(7)},   row.string(8)};
}

Result<Tenant> load_tenant(Transaction& tx, TenantId tenant) {
  return found(tx.one(queries::load_tenant, tenant_of, tenant), "org.tenant_not_found");
}

Result<Unit> load_unit(Transaction& tx, TenantId tenant, UnitId unit) {
  return found(tx.one(queries::load_unit, unit_of, tenant, unit), "org.unit_not_found");
}

Result<Unit> load_root_unit(Transaction& tx, TenantId tenant) {
  return found(tx.one(queries::load_root_unit, unit_of, tenant), "org.unit_not_found");
}

Result<Team> load_team(Transaction& tx, TenantId tenant, TeamId team) {
  return found(tx.one(queries::load_team, team_of, tenant, team), "org.team_not_found");
}

Result<Role> load_role(Transaction& tx, TenantId tenant, RoleId role) {
  return found(tx.one(queries::load_role, role_of, tenant, role), "org.role_not_found");
}

Result<ApiToken> load_token(Transaction& tx, TenantId tenant, ApiTokenId token) {
  return found(tx.one(queries::load_token, token_of, tenant, token), "org.token_not_found");
}

Result<User> load_user(Transaction& tx, TenantId tenant, UserId user) {
  const std::array values{storage::bind(tenant), storage::bind(user)};
  YD_TRY(auto users, read_users(tx, queries::load_user, values));
  if (users.empty()) return fail(Code::not_found, "org.user_not_found");
  return std::move(users.front());
}

Result<Credentials> load_credentials(Transaction& tx, TenantId tenant, UserId user) {
  return found(tx.one(
                   queries::load_credentials,
                   [](const Row& row) {
                     return Credentials{row.string(0), row.string(1), row.string(2),
                                        row.string(3), row.int64(4),  row.boolean(5)};
                   },
                   tenant, user),
               "org.user_not_found");
}

Result<std::vector<User>> list_users(Transaction& tx, TenantId tenant, std::int64_t after, std::string_view pattern,
                                     int limit) {
  const std::array values{storage::bind(tenant), storage::bind(after), storage::bind(pattern), storage::bind(limit)};
  return read_users(tx, queries::list_users, values);
}

Status insert_user(Transaction& tx, TenantId tenant, const User& user, std::string_view password_hash) {
  YD_CHECK(tx.exec(queries::insert_user, tenant, user.id, user.login, user.name, user.display_name, password_hash,
                   user.role_id, user.unit_id, name_of(user.locale), user.capacity, search_text(user),
                   user.created_at_ms));
  return {};
}

Status update_user(Transaction& tx, TenantId tenant, const User& user) {
  YD_CHECK(tx.exec(queries::update_user, tenant, user.id, user.name, user.display_name, user.role_id, user.unit_id,
                   name_of(user.locale), user.capacity, user.disabled, search_text(user)));
  return {};
}

}  // namespace yingda::org::store
