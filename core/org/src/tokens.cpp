// API tokens: a maker's rights, or some of them, carried by a program.
#include "actors.hpp"
#include "codec.hpp"
#include "guard.hpp"
#include "org_queries.gen.hpp"
#include "rights.hpp"
#include "secrets.hpp"
#include "store.hpp"

namespace yingda::org {
namespace {
constexpr std::size_t kHintBytes = 4;
}

Result<Org::CreatedToken> Org::create_token(storage::Transaction& tx, const Actor& actor, std::string_view name,
                                            const std::vector<Permission>& permissions,
                                            std::optional<UtcTime> expires_at) {
  YD_CHECK(check_may(actor, Permission::token_manage));
  const std::uint32_t bits = bits_of(permissions);
  if ((bits & ~actor.permissions) != 0) return fail(Code::permission_denied, "org.rights_exceed_own");
  const UtcTime now = clock_.now();
  if (expires_at && *expires_at <= now) return fail_field("expires_at_ms", "request.out_of_range");
  CreatedToken made;
  YD_TRY(made.token.name, check_name("name", name));
  YD_CHECK(check_room(tx, queries::count_tokens, actor.tenant, kTokensMax, "org.too_many_tokens"));
  made.secret = std::string(kTokenPrefix) + make_secret(actor.tenant);
  made.token.id = ids_.next<ApiTokenId>();
  made.token.hint = made.secret.substr(made.secret.size() - kHintBytes);
  made.token.permissions = permissions_of(bits);
  made.token.created_by = actor.user;
  made.token.created_at_ms = now;
  made.token.expires_at_ms = expires_at;
  YD_CHECK(tx.exec(queries::insert_token, actor.tenant, made.token.id, made.token.name, made.token.hint,
                   hash_secret(made.secret), static_cast<std::int64_t>(bits), actor.user, now, expires_at));
  YD_CHECK(record_change(tx, actor, {"token.created", "tokens", to_string(made.token.id), {}, to_json(made.token)}));
  return made;
}

Result<std::vector<ApiToken>> Org::list_tokens(storage::Transaction& tx, const Actor& actor) {
  YD_CHECK(check_may(actor, Permission::token_manage));
  return tx.all(queries::list_tokens, store::token_of, actor.tenant);
}

Status Org::revoke_token(storage::Transaction& tx, const Actor& actor, ApiTokenId token) {
  YD_CHECK(check_may(actor, Permission::token_manage));
  YD_TRY(const ApiToken before, store::load_token(tx, actor.tenant, token));
  YD_CHECK(tx.exec(queries::delete_token, actor.tenant, token));
  return record_change(tx, actor, {"token.revoked", "tokens", to_string(token), to_json(before), {}});
}

Result<Actor> Org::actor_of_token(storage::Transaction& tx, std::string_view token_secret) {
  const auto invalid = fail(Code::unauthenticated, "auth.invalid_token");
  if (!token_secret.starts_with(kTokenPrefix)) return invalid;
  const auto tenant = tenant_of_secret(token_secret.substr(kTokenPrefix.size()));
  if (!tenant) return invalid;
  struct Found {
    ActingUser user;
    ApiTokenId token;
    std::string name;
    std::uint32_t permissions;
    UserId maker;
    std::optional<UtcTime> expires_at;
  };
  YD_TRY(const auto found, tx.one(
                               queries::load_actor_of_token,
                               [](const storage::Row& row) {
                                 return Found{acting_user_of(row), row.id<ApiTokenId>(9),
                                              row.string(10),      static_cast<std::uint32_t>(row.int64(11)),
                                              row.id<UserId>(12),  row.optional_time(13)};
                               },
                               *tenant, hash_secret(token_secret)));
  if (!found) return invalid;
  if (found->expires_at && clock_.now() >= *found->expires_at) return fail(Code::unauthenticated, "auth.token_expired");
  ActingUser user = found->user;
  if (!found->maker) {  // made by the command line: the tenant's own
    user.name = found->name;
    user.rights = {DataScope::tenant, kAllPermissions};
  } else if (!user.id || user.disabled) {
    return invalid;
  }
  user.rights.permissions &= found->permissions;
  YD_TRY(Actor actor, load_actor(tx, *tenant, user));
  actor.token = found->token;
  return actor;
}

}  // namespace yingda::org
