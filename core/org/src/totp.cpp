// The second factor: set up by the user himself, confirmed by one code.
#include "guard.hpp"
#include "org_queries.gen.hpp"
#include "store.hpp"
#include "yingda/base/crypto.hpp"

namespace yingda::org {
namespace {

constexpr std::size_t kSecretBytes = 20;  // RFC 4226 section 4 recommends 160 bits
constexpr std::string_view kIssuer = "Yingda";

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
        c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace

Result<Org::TotpSetup> Org::begin_totp(storage::Transaction& tx, const Actor& actor) {
  YD_TRY(const auto stored, store::load_credentials(tx, actor.tenant, actor.user));
  if (!stored.totp_secret.empty()) return fail(Code::conflict, "org.totp_already_enabled");
  YD_TRY(const Tenant tenant, store::load_tenant(tx, actor.tenant));
  TotpSetup setup;
  setup.secret_base32 = crypto::base32(crypto::random_bytes(kSecretBytes));
  setup.uri.append("otpauth://totp/").append(percent_encoded(tenant.name)).append(":");
  setup.uri.append(percent_encoded(stored.login)).append("?secret=").append(setup.secret_base32);
  setup.uri.append("&issuer=").append(kIssuer);
  YD_CHECK(tx.exec(queries::set_totp_pending, actor.tenant, actor.user, setup.secret_base32));
  return setup;
}

Status Org::confirm_totp(storage::Transaction& tx, const Actor& actor, std::string_view code) {
  YD_TRY(const auto stored, store::load_credentials(tx, actor.tenant, actor.user));
  if (!stored.totp_secret.empty()) return fail(Code::conflict, "org.totp_already_enabled");
  if (stored.totp_pending.empty()) return fail(Code::conflict, "org.totp_not_begun");
  YD_TRY(const std::string secret, crypto::decode_base32(stored.totp_pending));
  YD_TRY(const auto step, crypto::verify_totp(secret, code, clock_.now()));
  YD_CHECK(tx.exec(queries::set_totp, actor.tenant, actor.user, stored.totp_pending, step));
  return record_change(tx, actor, {"user.totp_enabled", "users", to_string(actor.user), {}, {}});
}

Status Org::disable_totp(storage::Transaction& tx, const Actor& actor, UserId user) {
  YD_TRY(const User target, store::load_user(tx, actor.tenant, user));
  if (!actor.user || actor.user != user) {
    YD_CHECK(check_may(actor, Permission::org_manage));
    YD_TRY(const Role role, store::load_role(tx, actor.tenant, target.role_id));
    YD_CHECK(check_covers(actor, role));
    YD_CHECK(check_reach(tx, actor, target.unit_id));
  }
  // The step is kept: a secret that comes back must not open old codes.
  YD_TRY(const auto stored, store::load_credentials(tx, actor.tenant, user));
  YD_CHECK(tx.exec(queries::set_totp, actor.tenant, user, "", stored.totp_step));
  return record_change(tx, actor, {"user.totp_disabled", "users", to_string(user), {}, {}});
}

}  // namespace yingda::org
