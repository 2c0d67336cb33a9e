// Tenant, tree, teams, roles, tokens, audit.
#include "api.hpp"
#include "areas.hpp"

namespace yingda::rest {

struct TenantPatch {
  std::optional<std::string> name, time_zone;
  std::optional<org::Locale> locale;
  std::optional<std::int64_t> recall_window_ms;
};
YD_DESCRIBE(TenantPatch, (name, time_zone, locale, recall_window_ms))

struct NewUnit {
  UnitId parent_id;
  org::UnitKind kind = org::UnitKind::centre;
  std::string name;
  std::optional<std::string> code;
};
YD_DESCRIBE(NewUnit, (parent_id, kind, name, code))

struct NamePatch {
  std::string name;
};
YD_DESCRIBE(NamePatch, (name))

struct NewTeam {
  UnitId unit_id;
  std::string name;
};
YD_DESCRIBE(NewTeam, (unit_id, name))

struct TeamPatch {
  std::optional<UnitId> unit_id;
  std::optional<std::string> name;
};
YD_DESCRIBE(TeamPatch, (unit_id, name))

/// What GET gave may be sent back: id and key are read and not changed.
struct RoleInput {
  std::optional<RoleId> id;
  std::optional<std::string> key;
  std::string name;
  org::DataScope scope = org::DataScope::own;
  std::vector<org::Permission> permissions;
};
YD_DESCRIBE(RoleInput, (id, key, name, scope, permissions))

struct NewToken {
  std::string name;
  std::vector<org::Permission> permissions;
  std::optional<UtcTime> expires_at_ms;
};
YD_DESCRIBE(NewToken, (name, permissions, expires_at_ms))

struct TokenWithSecret {
  org::ApiToken token;
  std::string secret;  // shown once
};
YD_DESCRIBE(TokenWithSecret, (token, secret))

namespace {

using net::Method;
using org::Permission;

void declare_tenant(Api& api, org::Org& org) {
  api.read(Method::get, "/tenant", "The own company", signed_in(),
           [&org](Call& call, storage::Transaction& tx) { return org.load_tenant(tx, call.actor.tenant); });
  api.write(Method::patch, "/tenant", "Change the company's settings", may(Permission::settings_manage),
            [&org](Call& call, storage::Transaction& tx, const TenantPatch& input) {
              return org.change_tenant(tx, call.actor,
                                       {input.name, input.time_zone, input.locale, input.recall_window_ms});
            });
}

void declare_tree(Api& api, org::Org& org, conversation::Conversations& conversations) {
  api.read(Method::get, "/units", "The organisation tree", signed_in(),
           [&org](Call& call, storage::Transaction& tx) -> Result<Items<org::Unit>> {
             YD_TRY(auto units, org.list_units(tx, call.actor));
             return Items<org::Unit>{std::move(units)};
           });
  api.write(Method::post, "/units", "Add a unit", may(Permission::org_manage),
            [&org](Call& call, storage::Transaction& tx, const NewUnit& input) {
              return org.create_unit(tx, call.actor, input.parent_id, input.kind, input.name, input.code.value_or(""));
            });
  api.write(Method::patch, "/units/{id}", "Rename a unit", may(Permission::org_manage),
            [&org](Call& call, storage::Transaction& tx, UnitId id, const NamePatch& input) {
              return org.rename_unit(tx, call.actor, id, input.name);
            });
  api.write(Method::del, "/units/{id}", "Remove an empty unit", may(Permission::org_manage),
            [&org](Call& call, storage::Transaction& tx, UnitId id) { return org.delete_unit(tx, call.actor, id); });

  api.read(Method::get, "/teams", "All teams", signed_in(),
           [&org](Call& call, storage::Transaction& tx) -> Result<Items<org::Team>> {
             YD_TRY(auto teams, org.list_teams(tx, call.actor));
             return Items<org::Team>{std::move(teams)};
           });
  api.write(Method::post, "/teams", "Add a team", may(Permission::org_manage),
            [&org](Call& call, storage::Transaction& tx, const NewTeam& input) {
              return org.create_team(tx, call.actor, input.unit_id, input.name);
            });
  api.write(Method::patch, "/teams/{id}", "Rename or move a team", may(Permission::org_manage),
            [&org](Call& call, storage::Transaction& tx, TeamId id, const TeamPatch& input) {
              return org.change_team(tx, call.actor, id, input.name, input.unit_id);
            });
  api.write(Method::del, "/teams/{id}", "Remove an empty team", may(Permission::org_manage),
            [&org, &conversations](Call& call, storage::Transaction& tx, TeamId id) -> Status {
              // Open ones would come back into a queue that is not there.
              conversation::ListFilter open;
              open.box = conversation::Box::all;
              open.team = id;
              YD_TRY(const auto left, conversations.list(tx, org::Org::system_actor(call.actor.tenant), open, "", 1));
              if (!left.items.empty()) return fail(Code::conflict, "org.team_has_conversations");
              return org.delete_team(tx, call.actor, id);
            });
}

org::Role role_of(RoleId id, const RoleInput& input) { return {id, "", input.name, input.scope, input.permissions}; }

void declare_roles(Api& api, org::Org& org) {
  api.read(Method::get, "/roles", "All roles", signed_in(),
           [&org](Call& call, storage::Transaction& tx) -> Result<Items<org::Role>> {
             YD_TRY(auto roles, org.list_roles(tx, call.actor));
             return Items<org::Role>{std::move(roles)};
           });
  api.write(Method::post, "/roles", "Add a role", may(Permission::org_manage),
            [&org](Call& call, storage::Transaction& tx, const RoleInput& input) {
              return org.create_role(tx, call.actor, role_of({}, input));
            });
  api.write(Method::put, "/roles/{id}", "Replace an own role", may(Permission::org_manage),
            [&org](Call& call, storage::Transaction& tx, RoleId id, const RoleInput& input) {
              return org.change_role(tx, call.actor, role_of(id, input));
            });
  api.write(Method::del, "/roles/{id}", "Remove a role that nobody has", may(Permission::org_manage),
            [&org](Call& call, storage::Transaction& tx, RoleId id) { return org.delete_role(tx, call.actor, id); });
}

void declare_tokens(Api& api, org::Org& org) {
  api.read(Method::get, "/tokens", "API tokens", may(Permission::token_manage),
           [&org](Call& call, storage::Transaction& tx) -> Result<Items<org::ApiToken>> {
             YD_TRY(auto tokens, org.list_tokens(tx, call.actor));
             return Items<org::ApiToken>{std::move(tokens)};
           });
  api.write(Method::post, "/tokens", "Make an API token; its secret is shown once", may(Permission::token_manage),
            [&org](Call& call, storage::Transaction& tx, const NewToken& input) -> Result<TokenWithSecret> {
              YD_TRY(auto made, org.create_token(tx, call.actor, input.name, input.permissions, input.expires_at_ms));
              return TokenWithSecret{std::move(made.token), std::move(made.secret)};
            })
      .secret();
  api.write(
      Method::del, "/tokens/{id}", "Revoke an API token", may(Permission::token_manage),
      [&org](Call& call, storage::Transaction& tx, ApiTokenId id) { return org.revoke_token(tx, call.actor, id); });
  api.read(Method::get, "/audit", "Administrative changes, newest first", may(Permission::audit_view),
           [&org](Call& call, storage::Transaction& tx, const PageQuery& query) -> Result<List<org::AuditRecord>> {
             YD_TRY(const int limit, check_limit(query.limit));
             YD_TRY(auto page, org.list_audit(tx, call.actor, query.after.value_or(""), limit));
             return list_of(std::move(page));
           });
}

}  // namespace

void declare_org(Api& api, Ground ground) {
  auto& org = ground.services.org;
  declare_tenant(api, org);
  declare_tree(api, org, ground.services.conversations);
  declare_roles(api, org);
  declare_tokens(api, org);
}

}  // namespace yingda::rest
