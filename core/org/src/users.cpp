// Users: who they are, where they stand, what they may. Passwords arrive hashed.
#include <algorithm>

#include "codec.hpp"
#include "guard.hpp"
#include "login_name.hpp"
#include "org_queries.gen.hpp"
#include "rights.hpp"
#include "store.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/base/text.hpp"

namespace yingda::org {
namespace {

using storage::Transaction;

// A defect of the caller: a password must never reach a transaction in clear.
Status check_prepared(std::string_view password_hash) {
  if (!password_hash.empty() && !password_hash.starts_with("$argon2id$"))
    return fail(Code::internal, "org.password_not_prepared");
  return {};
}

Status check_capacity(std::int64_t capacity) {
  if (capacity < 0 || capacity > kCapacityMax) return fail_field("capacity", "request.out_of_range");
  return {};
}

bool only_own_fields(const UserChange& change) {
  return !change.name && !change.role_id && !change.unit_id && !change.team_ids && !change.capacity && !change.disabled;
}

// The change must not take the last active administrator who can log in.
Status keep_an_administrator(Transaction& tx, TenantId tenant, const User& before, const User& after) {
  YD_TRY(const Role old_role, store::load_role(tx, tenant, before.role_id));
  if (before.disabled || old_role.key != kAdministratorKey) return {};
  if (!after.disabled && after.role_id == before.role_id) return {};
  YD_CHECK(tx.exec(queries::lock_tenant, tenant));
  YD_TRY(const auto others, store::count(tx, queries::count_other_administrators, tenant, before.id));
  if (others == 0) return fail(Code::conflict, "org.last_administrator");
  return {};
}

// The fields of `change` laid over `before`, each checked; rows it names must exist and be within reach.
Result<User> changed_user(Transaction& tx, const Actor& actor, const User& before, const UserChange& change) {
  User after = before;
  if (change.name) {
    YD_TRY(after.name, check_name("name", *change.name));
  }
  if (change.display_name) {
    YD_TRY(after.display_name, text::check_length("display_name", *change.display_name, 0, kNameCodePointsMax));
  }
  if (change.role_id && *change.role_id != before.role_id) {
    YD_TRY(const Role role, store::load_role(tx, actor.tenant, *change.role_id));
    YD_CHECK(check_covers(actor, role));
    after.role_id = role.id;
  }
  if (change.unit_id && *change.unit_id != before.unit_id) {
    YD_CHECK(store::load_unit(tx, actor.tenant, *change.unit_id));
    YD_CHECK(check_reach(tx, actor, *change.unit_id));
    after.unit_id = *change.unit_id;
  }
  if (change.capacity) {
    YD_CHECK(check_capacity(*change.capacity));
    after.capacity = *change.capacity;
  }
  after.locale = change.locale.value_or(before.locale);
  after.disabled = change.disabled.value_or(before.disabled);
  return after;
}

}  // namespace

Result<std::string> prepare_password(std::string_view password) {
  if (!text::is_valid_utf8(password)) return fail_field("password", "request.invalid_utf8");
  const std::size_t length = text::count_code_points(password);
  if (length < kPasswordCodePointsMin) return fail_field("password", "request.too_short");
  if (length > kPasswordCodePointsMax) return fail_field("password", "request.too_long");
  return crypto::hash_password(password);
}

Result<Page<User>> Org::list_users(Transaction& tx, const Actor& actor, std::string_view search, std::string_view after,
                                   int limit) {
  YD_TRY(const std::string pattern, like_pattern(search));
  YD_TRY(const auto start, decode_cursor(after, 0));
  const int rows = page_limit(limit);
  YD_TRY(auto users, store::list_users(tx, actor.tenant, start, pattern, rows + 1));
  return cut_page(std::move(users), rows);
}

Result<User> Org::load_user(Transaction& tx, TenantId tenant, UserId user) {
  return store::load_user(tx, tenant, user);
}

Result<User> Org::find_user(Transaction& tx, TenantId tenant, std::string_view login) {
  const auto checked = check_login(login);
  if (!checked) return fail(Code::not_found, "org.user_not_found");
  YD_TRY(const auto id,
         tx.one(queries::find_user, [](const storage::Row& row) { return row.id<UserId>(0); }, tenant, *checked));
  if (!id) return fail(Code::not_found, "org.user_not_found");
  return store::load_user(tx, tenant, *id);
}

Result<User> Org::create_user(Transaction& tx, const Actor& actor, const NewUser& user) {
  YD_CHECK(check_may(actor, Permission::org_manage));
  YD_CHECK(check_prepared(user.password_hash));
  YD_CHECK(check_capacity(user.capacity));
  User made;
  YD_TRY(made.login, check_login(user.login));
  YD_TRY(made.name, check_name("name", user.name));
  YD_TRY(made.display_name, text::check_length("display_name", user.display_name, 0, kNameCodePointsMax));
  YD_TRY(const Role role, store::load_role(tx, actor.tenant, user.role_id));
  YD_CHECK(check_covers(actor, role));
  YD_TRY(const Unit unit,
         user.unit_id ? store::load_unit(tx, actor.tenant, user.unit_id) : store::load_root_unit(tx, actor.tenant));
  YD_CHECK(check_reach(tx, actor, unit.id));
  YD_CHECK(check_room(tx, queries::count_users, actor.tenant, kUsersMax, "org.too_many_users"));
  if (find_user(tx, actor.tenant, made.login)) return fail(Code::conflict, "org.login_taken");
  made.id = ids_.next<UserId>();
  made.role_id = role.id;
  made.unit_id = unit.id;
  made.locale = user.locale;
  made.capacity = user.capacity;
  made.created_at_ms = clock_.now();
  YD_CHECK(store::insert_user(tx, actor.tenant, made, user.password_hash));
  YD_CHECK(apply_memberships(tx, actor, made, user.team_ids));
  YD_TRY(made, store::load_user(tx, actor.tenant, made.id));
  YD_CHECK(record_change(tx, actor, {"user.created", "users", to_string(made.id), {}, to_json(made)}));
  return made;
}

Status Org::apply_memberships(Transaction& tx, const Actor& actor, const User& before,
                              const std::vector<TeamId>& teams) {
  if (teams.size() > kTeamsPerUserMax) return fail(Code::limit_exceeded, "org.too_many_teams_of_user");
  std::vector<TeamId> wanted = teams;
  std::ranges::sort(wanted);
  const auto [first, last] = std::ranges::unique(wanted);
  wanted.erase(first, last);
  YD_CHECK(tx.exec(queries::delete_memberships, actor.tenant, before.id));
  for (const TeamId team : wanted) {
    YD_TRY(const Team found, store::load_team(tx, actor.tenant, team));
    if (std::ranges::find(before.team_ids, team) == before.team_ids.end())
      YD_CHECK(check_reach(tx, actor, found.unit_id));
    YD_CHECK(tx.exec(queries::insert_team_member, actor.tenant, team, before.id));
  }
  return {};
}

Status Org::check_user_change(Transaction& tx, const Actor& actor, const User& before, const UserChange& change) {
  const bool self = actor.user && actor.user == before.id;
  if (self && only_own_fields(change)) return {};
  YD_CHECK(check_may(actor, Permission::org_manage));
  // Whoever resets a stronger user's password would become him.
  YD_TRY(const Role role, store::load_role(tx, actor.tenant, before.role_id));
  YD_CHECK(check_covers(actor, role));
  return check_reach(tx, actor, before.unit_id);
}

Result<User> Org::change_user(Transaction& tx, const Actor& actor, UserId user, const UserChange& change) {
  YD_TRY(const User before, store::load_user(tx, actor.tenant, user));
  YD_CHECK(check_user_change(tx, actor, before, change));
  YD_TRY(User after, changed_user(tx, actor, before, change));
  YD_CHECK(keep_an_administrator(tx, actor.tenant, before, after));
  YD_CHECK(store::update_user(tx, actor.tenant, after));
  if (change.team_ids) {
    YD_CHECK(apply_memberships(tx, actor, before, *change.team_ids));
    YD_TRY(after, store::load_user(tx, actor.tenant, user));
  }
  if (change.password_hash) {
    YD_CHECK(check_prepared(*change.password_hash));
    YD_CHECK(tx.exec(queries::set_password_hash, actor.tenant, user, *change.password_hash));
    const std::int64_t kept = actor.user == user ? actor.session.value : 0;
    YD_CHECK(tx.exec(queries::delete_other_sessions, actor.tenant, user, kept));
    YD_CHECK(audit(tx, actor, "user.password_changed", to_string(user), {}, {}));
  }
  if (after.disabled && !before.disabled)
    YD_CHECK(tx.exec(queries::delete_other_sessions, actor.tenant, user, std::int64_t{0}));
  YD_CHECK(record_change(tx, actor, {"user.changed", "users", to_string(user), to_json(before), to_json(after)}));
  return after;
}

Result<std::string> Org::own_password_hash(Transaction& tx, const Actor& actor) {
  YD_TRY(auto credentials, store::load_credentials(tx, actor.tenant, actor.user));
  return std::move(credentials.password_hash);
}

}  // namespace yingda::org
