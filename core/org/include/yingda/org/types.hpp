// Values of the organisation: tenant, tree of units, teams, people, roles, tokens, audit. The structs are the API's
// shapes too (described: one definition gives JSON and OpenAPI).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/json_text.hpp"
#include "yingda/base/time.hpp"

namespace yingda::org {

/// User interface and message language.
enum class Locale { zh_CN, en };
YD_DESCRIBE_ENUM(Locale, zh_CN, en)

/// 租户: one company; the wall nobody sees over.
struct Tenant {
  TenantId id;
  std::string name;
  Locale locale = Locale::zh_CN;
  std::string time_zone;                    // IANA name, default "Asia/Shanghai"
  std::int64_t recall_window_ms = 120'000;  // how long a message can be recalled (撤回)
  bool demo = false;
  UtcTime created_at_ms;
};
YD_DESCRIBE(Tenant, (id, name, locale, time_zone, recall_window_ms, demo, created_at_ms))

/// Levels of the tree the windows drill through.
enum class UnitKind { headquarters, region, province, city, centre };
YD_DESCRIBE_ENUM(UnitKind, headquarters, region, province, city, centre)

/// Node of the organisation tree. A child's kind is always deeper than its parent's; one root (headquarters) a tenant.
struct Unit {
  UnitId id;
  UnitId parent_id;  // none for the root
  UnitKind kind = UnitKind::centre;
  std::string name;
  std::string code;  // administrative division code (GB/T 2260) or own code; may be empty
};
YD_DESCRIBE(Unit, (id, parent_id, kind, name, code))

/// 班组: where agents work and conversations wait.
struct Team {
  TeamId id;
  UnitId unit_id;
  std::string name;
  std::int64_t member_count = 0;
};
YD_DESCRIBE(Team, (id, unit_id, name, member_count))

/// Single rights. A role is a set of them.
enum class Permission {
  conversation_handle,     ///< take and answer conversations of own teams, own ones
  conversation_view,       ///< read every conversation within the data scope
  conversation_supervise,  ///< watch, whisper, take over, re-assign within the data scope
  customer_view,
  customer_edit,
  canned_reply_manage,  ///< shared canned replies
  org_manage,           ///< units, teams, users, roles
  settings_manage,      ///< widgets, tenant settings, routing
  token_manage,         ///< API tokens
  audit_view,
  analytics_view,
};
YD_DESCRIBE_ENUM(Permission, conversation_handle, conversation_view, conversation_supervise, customer_view,
                 customer_edit, canned_reply_manage, org_manage, settings_manage, token_manage, audit_view,
                 analytics_view)

/// How far a user's rights reach: own conversations, own teams, own unit and everything below, or the whole tenant.
enum class DataScope { own, team, unit, tenant };
YD_DESCRIBE_ENUM(DataScope, own, team, unit, tenant)

/// 角色. Built-in roles (agent, supervisor, administrator, analyst) can be read but not changed.
struct Role {
  RoleId id;
  std::string key;   // built-in: "agent", "supervisor", "administrator", "analyst"; own roles: ""
  std::string name;  // own roles; built-in ones are named by the client through their key
  DataScope scope = DataScope::own;
  std::vector<Permission> permissions;
};
YD_DESCRIBE(Role, (id, key, name, scope, permissions))

/// 坐席 and everybody else who logs in.
struct User {
  UserId id;
  std::string login;         // mail address or plain login name, unique in the tenant, lower case
  std::string name;          // real name, for colleagues
  std::string display_name;  // what customers see; empty: name
  RoleId role_id;
  UnitId unit_id;  // centre of the data scope
  std::vector<TeamId> team_ids;
  Locale locale = Locale::zh_CN;
  std::int64_t capacity = 5;  // conversations at once, 0..100
  bool disabled = false;
  bool totp_enabled = false;
  UtcTime created_at_ms;
};
YD_DESCRIBE(User, (id, login, name, display_name, role_id, unit_id, team_ids, locale, capacity, disabled, totp_enabled,
                   created_at_ms))

/// API token; the secret is shown once at creation and stored only hashed.
struct ApiToken {
  ApiTokenId id;
  std::string name;
  std::string hint;  // last four characters of the secret
  std::vector<Permission> permissions;
  UserId created_by;
  UtcTime created_at_ms;
  std::optional<UtcTime> expires_at_ms;
  std::optional<UtcTime> last_used_at_ms;
};
YD_DESCRIBE(ApiToken, (id, name, hint, permissions, created_by, created_at_ms, expires_at_ms, last_used_at_ms))

/// One administrative change: who, what, before, after. Never holds secrets.
struct AuditRecord {
  AuditId id;
  UtcTime at_ms;
  UserId actor_id;  // none: system or command line
  std::string actor_name;
  std::string action;      // "team.created", "user.password_reset"
  std::string object;      // prefixed id of what changed
  JsonText before, after;  // objects or empty
  std::string address;     // remote address
};
YD_DESCRIBE(AuditRecord, (id, at_ms, actor_id, actor_name, action, object, before, after, address))

/// Who is acting: made at the door from a session or token, then handed down. A value; cheap enough to copy.
struct Actor {
  TenantId tenant;
  UserId user;                    // none for tokens without a user and for the system
  std::string name;               // customer-facing name for agents
  std::uint32_t permissions = 0;  // bit per Permission
  DataScope scope = DataScope::own;
  std::vector<TeamId> teams;        // own teams
  std::vector<TeamId> scope_teams;  // every team the data scope reaches (own teams included)
  SessionId session;
  ApiTokenId token;
  Locale locale = Locale::zh_CN;
  std::string address;

  bool may(Permission p) const { return (permissions >> static_cast<unsigned>(p) & 1U) != 0; }
};

}  // namespace yingda::org
