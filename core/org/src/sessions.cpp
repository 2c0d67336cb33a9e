// Login and sessions: throttled, second factor checked, secrets stored hashed, actors read in two queries.
#include <utility>

#include "actors.hpp"
#include "guard.hpp"
#include "login_name.hpp"
#include "org_queries.gen.hpp"
#include "secrets.hpp"
#include "store.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/base/text.hpp"

namespace yingda::org {
namespace {

using storage::Row;
using storage::Transaction;

constexpr std::size_t kAddressBytesMax = 64;
constexpr std::size_t kUserAgentCodePointsMax = 300;

// argon2id of a random password that nobody knows, with the parameters of crypto::hash_password: verifying against it
// takes as long as verifying a real one.
constexpr std::string_view kDummyHash =
    "$argon2id$v=19$m=19456,t=2,p=1$ckGkV4vx4ELU9z8gfx2MUA$COCv9XIta1LJIr3n38uBzxYAK6R3CizBgukmkj3vqkA";

std::string bounded(std::string_view text, std::size_t code_points) {
  return text::is_valid_utf8(text) ? std::string(text::first_code_points(text, code_points)) : std::string();
}

// Without the tenant, so that writing one in front gives no second set of attempts.
std::string attempt_key(std::string_view login) { return hash_secret(decode_login(login).login); }

Org::LoginCandidate candidate_of(const Row& row) {
  return {row.id<TenantId>(0), row.id<UserId>(1), row.string(2), row.string(3)};
}

// Checks and uses up the code; the stored step moves on, so that a code seen over the shoulder is worthless.
Status use_code(Transaction& tx, const Org::LoginCandidate& candidate, const store::Credentials& stored,
                std::string_view code, UtcTime now) {
  YD_TRY(const std::string secret, crypto::decode_base32(stored.totp_secret));
  YD_TRY(const auto step, crypto::verify_totp(secret, code, now));
  YD_TRY(const auto moved, tx.exec(queries::use_totp_step, candidate.tenant, candidate.user, step));
  if (moved == 0) return fail(Code::unauthenticated, "auth.wrong_code", "step used before");
  return {};
}

}  // namespace

std::string_view dummy_password_hash() { return kDummyHash; }

Result<Org::LoginCandidate> Org::begin_login(Transaction& tx, std::string_view login_name, std::string_view address) {
  const UtcTime since = clock_.now() - kLoginFailureWindow;
  YD_TRY(const auto of_login, store::count(tx, queries::count_attempts_of_login, attempt_key(login_name), since));
  YD_TRY(const auto of_address, address.empty() ? Result<std::int64_t>(0)
                                                : store::count(tx, queries::count_attempts_of_address,
                                                               bounded(address, kAddressBytesMax), since));
  if (of_login >= kLoginFailuresMax || of_address >= kAddressFailuresMax)
    return fail(Code::limit_exceeded, "auth.too_many_attempts");

  const WrittenLogin written = decode_login(login_name);
  YD_TRY(auto found, written.tenant ? tx.all(queries::find_login, candidate_of, *written.tenant, written.login)
                                    : tx.all(queries::find_login_of_all, candidate_of, written.login));
  if (found.size() != 1 || found.front().password_hash.empty())
    return LoginCandidate{{}, {}, std::string(kDummyHash), {}};
  LoginCandidate& candidate = found.front();
  if (!candidate.totp_secret.empty()) {
    YD_TRY(candidate.totp_secret, crypto::decode_base32(candidate.totp_secret));
  }
  return std::move(candidate);
}

Status Org::record_failure(Transaction& tx, std::string_view login_name, std::string_view address) {
  const UtcTime now = clock_.now();
  YD_CHECK(tx.exec(queries::delete_old_attempts, now - kLoginFailureWindow));
  YD_CHECK(tx.exec(queries::insert_attempt, ids_.next_value(), attempt_key(login_name),
                   bounded(address, kAddressBytesMax), now));
  return {};
}

Result<LoginResult> Org::finish_login(Transaction& tx, const LoginCandidate& candidate, std::string_view code,
                                      std::string_view address, std::string_view user_agent) {
  if (!candidate.user) return fail(Code::unauthenticated, "auth.wrong_credentials");
  const auto stored = store::load_credentials(tx, candidate.tenant, candidate.user);
  if (!stored || stored->password_hash != candidate.password_hash)
    return fail(Code::unauthenticated, "auth.wrong_credentials");
  if (stored->disabled) return fail(Code::unauthenticated, "auth.user_disabled");
  const UtcTime now = clock_.now();
  LoginResult result;
  result.user_id = candidate.user;
  if (!stored->totp_secret.empty()) {
    if (code.empty()) {
      result.totp_required = true;
      return result;
    }
    YD_CHECK(use_code(tx, candidate, *stored, code, now));
  }
  result.session_secret = make_secret(candidate.tenant);
  result.csrf_token = csrf_token(result.session_secret);
  YD_CHECK(tx.exec(queries::delete_attempts_of_login, attempt_key(stored->login)));
  YD_CHECK(
      tx.exec(queries::delete_old_sessions, candidate.tenant, candidate.user, now - kSessionIdle, now - kSessionLife));
  YD_CHECK(tx.exec(queries::insert_session, candidate.tenant, ids_.next<SessionId>(), candidate.user,
                   hash_secret(result.session_secret), now, bounded(address, kAddressBytesMax),
                   bounded(user_agent, kUserAgentCodePointsMax)));
  YD_CHECK(tx.exec(queries::delete_surplus_sessions, candidate.tenant, candidate.user, kSessionsPerUserMax));
  return result;
}

std::string Org::csrf_token(std::string_view session_secret) {
  const auto digest = crypto::hmac_sha256(session_secret, "yingda csrf");
  return crypto::base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

Result<Actor> Org::actor_of_session(Transaction& tx, std::string_view session_secret) {
  const auto tenant = tenant_of_secret(session_secret);
  if (!tenant) return fail(Code::unauthenticated, "auth.no_session");
  struct Found {
    ActingUser user;
    SessionId session;
    UtcTime created_at, seen_at;
    std::string address;
  };
  YD_TRY(auto found, tx.one(
                         queries::load_actor_of_session,
                         [](const Row& row) {
                           return Found{acting_user_of(row), row.id<SessionId>(9), row.time(10), row.time(11),
                                        row.string(12)};
                         },
                         *tenant, hash_secret(session_secret)));
  if (!found || found->user.disabled) return fail(Code::unauthenticated, "auth.no_session");
  const UtcTime now = clock_.now();
  if (now >= found->seen_at + kSessionIdle || now >= found->created_at + kSessionLife)
    return fail(Code::unauthenticated, "auth.session_expired");
  YD_TRY(Actor actor, load_actor(tx, *tenant, found->user));
  actor.session = found->session;
  actor.address = std::move(found->address);
  return actor;
}

Status Org::touch_session(Transaction& tx, const Actor& actor) {
  if (actor.session) YD_CHECK(tx.exec(queries::touch_session, actor.tenant, actor.session, clock_.now()));
  if (actor.token) YD_CHECK(tx.exec(queries::touch_token, actor.tenant, actor.token, clock_.now()));
  return {};
}

Status Org::logout(Transaction& tx, const Actor& actor) {
  YD_CHECK(tx.exec(queries::delete_session, actor.tenant, actor.session));
  return {};
}

Status Org::end_sessions(Transaction& tx, TenantId tenant, UserId user) {
  YD_CHECK(store::load_credentials(tx, tenant, user));
  YD_CHECK(tx.exec(queries::delete_other_sessions, tenant, user, std::int64_t{0}));
  return record_change(tx, system_actor(tenant), {"user.sessions_ended", "users", to_string(user), {}, {}});
}

}  // namespace yingda::org
