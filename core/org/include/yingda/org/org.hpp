// The organisation's verbs. All run inside a transaction that the caller owns; none blocks on anything else, except
// where a function says that it hashes a password (do that before the transaction with prepare_password). An id of
// another tenant is not_found like one that never was. Every change writes an audit record and emits
// `settings.changed {"area": "users|teams|units|roles|tenant|tokens", "id": "us_…"}` in the same transaction: consoles
// refresh, and whoever keeps actors for some seconds forgets those of the tenant.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"
#include "yingda/org/paging.hpp"
#include "yingda/org/types.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::org {

// Bounds, published in the API document.
inline constexpr int kNameCodePointsMax = 80;
inline constexpr int kUnitsMax = 5'000;
inline constexpr int kTeamsMax = 2'000;
inline constexpr int kUsersMax = 20'000;
inline constexpr int kRolesMax = 200;
inline constexpr int kTokensMax = 500;
inline constexpr int kTeamsPerUserMax = 100;
inline constexpr int kSessionsPerUserMax = 50;  // the oldest ends when one more begins
inline constexpr int kCapacityMax = 100;
inline constexpr DurationMs kRecallWindowMax = days(1);
inline constexpr int kPasswordCodePointsMin = 8;
inline constexpr int kPasswordCodePointsMax = 128;
inline constexpr int kLoginFailuresMax = 10;     // for one login within kLoginFailureWindow
inline constexpr int kAddressFailuresMax = 100;  // for one address within kLoginFailureWindow
inline constexpr DurationMs kLoginFailureWindow = minutes(15);
inline constexpr DurationMs kSessionIdle = hours(12);
inline constexpr DurationMs kSessionLife = days(14);

struct NewTenant {
  std::string name;
  Locale locale = Locale::zh_CN;
  std::string time_zone = "Asia/Shanghai";
  bool demo = false;
};
struct NewUser {
  std::string login, name, display_name;
  std::string password_hash;  // from prepare_password; empty: cannot log in until a reset
  RoleId role_id;
  UnitId unit_id;  // none: root
  std::vector<TeamId> team_ids;
  Locale locale = Locale::zh_CN;
  std::int64_t capacity = 5;
};
/// Fields left empty stay as they are.
struct UserChange {
  std::optional<std::string> name, display_name, password_hash;
  std::optional<RoleId> role_id;
  std::optional<UnitId> unit_id;
  std::optional<std::vector<TeamId>> team_ids;
  std::optional<Locale> locale;
  std::optional<std::int64_t> capacity;
  std::optional<bool> disabled;
};
struct TenantChange {
  std::optional<std::string> name, time_zone;
  std::optional<Locale> locale;
  std::optional<std::int64_t> recall_window_ms;
};

/// Login outcome: a session secret for the cookie, or the second factor is wanted first.
struct LoginResult {
  bool totp_required = false;
  std::string session_secret;  // for the HttpOnly cookie; stored only hashed
  std::string csrf_token;      // for the X-CSRF-Token header of writes
  UserId user_id;
};

/// argon2id of a password after checking length; slow (30 ms): never in a transaction or on a network thread.
Result<std::string> prepare_password(std::string_view password);

/// permission_denied `auth.permission_denied` unless the actor has the right.
Status check_may(const Actor& actor, Permission permission);

class Org {
 public:
  Org(const Clock& clock, IdSource& ids);
  ~Org();

  // --- tenants
  /// Makes the tenant with its root unit, one centre, one team and the four built-in roles.
  Result<Tenant> create_tenant(storage::Transaction& tx, const NewTenant& tenant);
  Result<std::vector<Tenant>> list_tenants(storage::Transaction& tx);
  Result<Tenant> load_tenant(storage::Transaction& tx, TenantId tenant);
  Result<Tenant> change_tenant(storage::Transaction& tx, const Actor& actor, const TenantChange& change);

  // --- tree, teams (org_manage to change; everybody of the tenant may read). Whoever manages with a data scope below
  // the whole tenant changes only what stands in his own unit or below it (permission_denied `org.out_of_scope`).
  Result<std::vector<Unit>> list_units(storage::Transaction& tx, const Actor& actor);
  Result<Unit> create_unit(storage::Transaction& tx, const Actor& actor, UnitId parent, UnitKind kind,
                           std::string_view name, std::string_view code);
  Result<Unit> rename_unit(storage::Transaction& tx, const Actor& actor, UnitId unit, std::string_view name);
  /// conflict `org.unit_not_empty` while it has children, teams or users.
  Status delete_unit(storage::Transaction& tx, const Actor& actor, UnitId unit);
  Result<std::vector<Team>> list_teams(storage::Transaction& tx, const Actor& actor);
  Result<Team> create_team(storage::Transaction& tx, const Actor& actor, UnitId unit, std::string_view name);
  Result<Team> change_team(storage::Transaction& tx, const Actor& actor, TeamId team,
                           const std::optional<std::string>& name, std::optional<UnitId> unit);
  /// conflict `org.team_not_empty` while it has members.
  Status delete_team(storage::Transaction& tx, const Actor& actor, TeamId team);
  /// not_found `org.team_not_found`.
  Result<Team> load_team(storage::Transaction& tx, TenantId tenant, TeamId team);
  /// Who can work in the team: its members that are not disabled, in id order.
  Result<std::vector<UserId>> team_members(storage::Transaction& tx, TenantId tenant, TeamId team);

  // --- roles. Built-in ones stay as they are (conflict `org.role_built_in`), used ones are not deleted (conflict
  // `org.role_in_use`).
  Result<std::vector<Role>> list_roles(storage::Transaction& tx, const Actor& actor);
  Result<Role> create_role(storage::Transaction& tx, const Actor& actor, const Role& role);
  Result<Role> change_role(storage::Transaction& tx, const Actor& actor, const Role& role);
  Status delete_role(storage::Transaction& tx, const Actor& actor, RoleId role);

  // --- users. Nobody can give rights he lacks (`org.rights_exceed_own`); the last administrator stays
  // (`org.last_administrator`); logins are unique (`org.login_taken`).
  Result<Page<User>> list_users(storage::Transaction& tx, const Actor& actor, std::string_view search,
                                std::string_view after, int limit);
  Result<User> load_user(storage::Transaction& tx, TenantId tenant, UserId user);
  /// The user with this login; not_found `org.user_not_found`.
  Result<User> find_user(storage::Transaction& tx, TenantId tenant, std::string_view login);
  Result<User> create_user(storage::Transaction& tx, const Actor& actor, const NewUser& user);
  /// With org_manage, for users whose rights do not exceed the actor's; everybody may change his own display name,
  /// locale and password (the door asks for the old password first, see own_password_hash). A new password ends the
  /// user's other sessions, disabling ends all.
  Result<User> change_user(storage::Transaction& tx, const Actor& actor, UserId user, const UserChange& change);

  /// The stored hash of the acting user's own password, for asking it once more before a delicate change.
  Result<std::string> own_password_hash(storage::Transaction& tx, const Actor& actor);

  // --- sessions. `login_name` may be given without a tenant when it is unique over all tenants; otherwise it is
  // written `tn_…/login` (a login that several tenants know is refused like a wrong one).
  /// The stored password hash for a login (a dummy hash for unknown logins, so that timing tells nothing), throttled:
  /// limit_exceeded `auth.too_many_attempts` after 10 failures in 15 minutes for a login or 100 for an address.
  struct LoginCandidate {
    TenantId tenant;
    UserId user;
    std::string password_hash;
    std::string totp_secret;  // raw; empty when no second factor
  };
  Result<LoginCandidate> begin_login(storage::Transaction& tx, std::string_view login_name, std::string_view address);
  Status record_failure(storage::Transaction& tx, std::string_view login_name, std::string_view address);
  /// Opens a session after the password was verified outside; checks the code when a second factor is on
  /// (unauthenticated `auth.wrong_code`, each step accepted once). unauthenticated `auth.wrong_credentials` for an
  /// unknown login or when the password was changed meanwhile, `auth.user_disabled`.
  Result<LoginResult> finish_login(storage::Transaction& tx, const LoginCandidate& candidate, std::string_view code,
                                   std::string_view address, std::string_view user_agent);
  /// Who a session cookie belongs to: unauthenticated `auth.no_session` / `auth.session_expired`. Read-only.
  Result<Actor> actor_of_session(storage::Transaction& tx, std::string_view session_secret);
  /// CSRF token of a session (derived from the secret; nothing stored).
  static std::string csrf_token(std::string_view session_secret);
  /// Who an API token acts for: its maker, with those of the token's rights that the maker still has. unauthenticated
  /// `auth.invalid_token` / `auth.token_expired`; also while the maker is disabled. Read-only.
  Result<Actor> actor_of_token(storage::Transaction& tx, std::string_view token_secret);
  /// The built-in actor of a tenant for the command line, the demo and internal jobs: all rights.
  static Actor system_actor(TenantId tenant);
  /// Extends the session's idle time, or notes the use of a token; call at most every few minutes.
  Status touch_session(storage::Transaction& tx, const Actor& actor);
  Status logout(storage::Transaction& tx, const Actor& actor);
  /// Ends all sessions of a user (password reset, disabling).
  Status end_sessions(storage::Transaction& tx, TenantId tenant, UserId user);

  // --- second factor
  struct TotpSetup {
    std::string secret_base32;
    std::string uri;  // otpauth://…
  };
  /// A new secret for the acting user, in force after confirm_totp; conflict `org.totp_already_enabled`.
  Result<TotpSetup> begin_totp(storage::Transaction& tx, const Actor& actor);
  Status confirm_totp(storage::Transaction& tx, const Actor& actor, std::string_view code);
  /// The user himself, or org_manage for users whose rights do not exceed the actor's.
  Status disable_totp(storage::Transaction& tx, const Actor& actor, UserId user);

  // --- API tokens
  struct CreatedToken {
    ApiToken token;
    std::string secret;  // "yd_…", shown once
  };
  // token_manage; only rights that the maker has.
  Result<CreatedToken> create_token(storage::Transaction& tx, const Actor& actor, std::string_view name,
                                    const std::vector<Permission>& permissions, std::optional<UtcTime> expires_at);
  Result<std::vector<ApiToken>> list_tokens(storage::Transaction& tx, const Actor& actor);
  Status revoke_token(storage::Transaction& tx, const Actor& actor, ApiTokenId token);

  // --- audit
  /// Appends an audit record; `before` and `after` are JSON objects or empty.
  Status audit(storage::Transaction& tx, const Actor& actor, std::string_view action, std::string_view object,
               std::string_view before, std::string_view after);
  /// Newest first; audit_view.
  Result<Page<AuditRecord>> list_audit(storage::Transaction& tx, const Actor& actor, std::string_view after, int limit);

 private:
  struct Change;  // what record_change writes down

  Status record_change(storage::Transaction& tx, const Actor& actor, const Change& change);
  Status seed_tenant(storage::Transaction& tx, const Tenant& tenant);
  Status check_user_change(storage::Transaction& tx, const Actor& actor, const User& before, const UserChange& change);
  Status apply_memberships(storage::Transaction& tx, const Actor& actor, const User& before,
                           const std::vector<TeamId>& teams);

  const Clock& clock_;
  IdSource& ids_;
};

std::span<const storage::Migration> migrations();

}  // namespace yingda::org
