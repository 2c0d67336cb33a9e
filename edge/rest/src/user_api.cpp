// People who sign in.
#include "api.hpp"
#include "areas.hpp"
#include "door.hpp"

namespace yingda::rest {

struct UserQuery {
  std::optional<std::string> search, after;
  std::optional<std::int64_t> limit;
};
YD_DESCRIBE(UserQuery, (search, after, limit))

struct UserInput {
  std::string login, name, password;
  std::optional<std::string> display_name;
  RoleId role_id;
  std::optional<UnitId> unit_id;
  std::vector<TeamId> team_ids;
  std::optional<org::Locale> locale;
  std::optional<std::int64_t> capacity;
};
YD_DESCRIBE(UserInput, (login, name, password, display_name, role_id, unit_id, team_ids, locale, capacity))

struct UserPatch {
  std::optional<std::string> name, display_name;
  std::optional<RoleId> role_id;
  std::optional<UnitId> unit_id;
  std::optional<std::vector<TeamId>> team_ids;
  std::optional<org::Locale> locale;
  std::optional<std::int64_t> capacity;
  std::optional<bool> disabled;
};
YD_DESCRIBE(UserPatch, (name, display_name, role_id, unit_id, team_ids, locale, capacity, disabled))

struct NewPassword {
  std::string password;
};
YD_DESCRIBE(NewPassword, (password))

void declare_users(Api& api, Ground ground) {
  using net::Method;
  using org::Permission;
  auto& org = ground.services.org;

  api.read(Method::get, "/users", "People; search by name or login", signed_in(),
           [&org](Call& call, storage::Transaction& tx, const UserQuery& query) -> Result<List<org::User>> {
             YD_TRY(const int limit, check_limit(query.limit));
             YD_TRY(auto page,
                    org.list_users(tx, call.actor, query.search.value_or(""), query.after.value_or(""), limit));
             return list_of(std::move(page));
           });
  api.read(
      Method::get, "/users/{id}", "One person", signed_in(),
      [&org](Call& call, storage::Transaction& tx, UserId id) { return org.load_user(tx, call.actor.tenant, id); });
  api.write(Method::post, "/users", "Add a person", may(Permission::org_manage),
            [&org](Call& call, storage::Transaction& tx, const UserInput& input) -> Result<org::User> {
              org::NewUser user{.login = input.login,
                                .name = input.name,
                                .display_name = input.display_name.value_or(""),
                                .password_hash = std::any_cast<const std::string&>(call.prepared),
                                .role_id = input.role_id,
                                .unit_id = input.unit_id.value_or(UnitId{}),
                                .team_ids = input.team_ids,
                                .locale = input.locale.value_or(call.actor.locale)};
              if (input.capacity) user.capacity = *input.capacity;
              return org.create_user(tx, call.actor, user);
            })
      .prepare(Pool::passwords, [](Call& call, const UserInput& input) -> Status {
        YD_TRY(call.prepared, org::prepare_password(input.password));
        return {};
      });
  // Everybody may change his own display name and language; the rest needs org_manage: Org decides by field.
  api.write(Method::patch, "/users/{id}", "Change a person", signed_in(),
            [&org](Call& call, storage::Transaction& tx, UserId id, const UserPatch& input) {
              org::UserChange change{.name = input.name,
                                     .display_name = input.display_name,
                                     .role_id = input.role_id,
                                     .unit_id = input.unit_id,
                                     .team_ids = input.team_ids,
                                     .locale = input.locale,
                                     .capacity = input.capacity,
                                     .disabled = input.disabled};
              return org.change_user(tx, call.actor, id, change);
            });
  api.write(Method::post, "/users/{id}/password", "Reset a password; ends the person's sessions",
            may(Permission::org_manage),
            [&org](Call& call, storage::Transaction& tx, UserId id, const NewPassword&) -> Status {
              org::UserChange change;
              change.password_hash = std::any_cast<const std::string&>(call.prepared);
              YD_CHECK(org.change_user(tx, call.actor, id, change));
              return {};
            })
      .prepare(Pool::passwords, [](Call& call, const NewPassword& input) -> Status {
        YD_TRY(call.prepared, org::prepare_password(input.password));
        return {};
      });
  api.write(Method::post, "/users/{id}/totp/disable", "Switch a person's second factor off",
            may(Permission::org_manage),
            [&org](Call& call, storage::Transaction& tx, UserId id) { return org.disable_totp(tx, call.actor, id); });
}

}  // namespace yingda::rest
