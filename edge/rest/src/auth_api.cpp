// Login, logout, the session, the own password.
#include "api.hpp"
#include "areas.hpp"
#include "door.hpp"
#include "session_info.hpp"
#include "yingda/base/log.hpp"
#include "yingda/base/text.hpp"

namespace yingda::rest {

struct LoginInput {
  std::string login, password;
  std::optional<std::string> code;     // second factor
  std::optional<std::string> company;  // tn_…, only when several companies know the login
};
YD_DESCRIBE(LoginInput, (login, password, code, company))

struct PasswordChange {
  std::string current, password;
};
YD_DESCRIBE(PasswordChange, (current, password))

namespace {

using net::Method;

/// Longest password or login that is looked at: hashing and logging nothing longer.
constexpr std::size_t kCredentialBytesMax = 1'024;

std::string login_name_of(const LoginInput& input) {
  return input.company && !input.company->empty() ? *input.company + "/" + input.login : input.login;
}

storage::Database::Job failure_job(Services& services, const Call& call, std::string login) {
  return [&services, login = std::move(login), address = call.request.remote_address](storage::Transaction& tx) {
    return services.org.record_failure(tx, login, address);
  };
}

/// Counted before the answer goes out, so that the next guess finds it.
Status wrong(Services& services, const Call& call, TenantId tenant, const std::string& login,
             std::unexpected<Error> error) {
  YD_CHECK(services.database.write(tenant, failure_job(services, call, login)));
  return error;
}

/// Password checked against the stored hash, outside of any transaction.
Status prepare_login(Services& services, Call& call, const LoginInput& input) {
  if (input.login.size() > kCredentialBytesMax || input.password.size() > kCredentialBytesMax)
    return fail(Code::unauthenticated, "auth.wrong_credentials");
  const std::string login = login_name_of(input);
  YD_TRY(auto candidate, services.database.read_for<org::Org::LoginCandidate>([&](storage::Transaction& tx) {
    return services.org.begin_login(tx, login, call.request.remote_address);
  }));
  if (!crypto::verify_password(candidate.password_hash, input.password) || !candidate.user) {
    return wrong(services, call, candidate.tenant, login, fail(Code::unauthenticated, "auth.wrong_credentials"));
  }
  call.actor.tenant = candidate.tenant;
  call.prepared = std::move(candidate);
  return {};
}

}  // namespace

Result<SessionInfo> load_session_info(storage::Transaction& tx, Services& services, const org::Actor& actor,
                                      std::string_view session_secret) {
  SessionInfo info;
  YD_TRY(info.user, services.org.load_user(tx, actor.tenant, actor.user));
  YD_TRY(const auto roles, services.org.list_roles(tx, actor));
  for (const auto& role : roles)
    if (role.id == info.user.role_id) info.role = role;
  YD_TRY(info.tenant, services.org.load_tenant(tx, actor.tenant));
  if (!session_secret.empty()) info.csrf_token = org::Org::csrf_token(session_secret);
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<org::Permission>>([&](auto d) {
    if (actor.may(d.value)) info.permissions.push_back(d.value);
  });
  YD_TRY(info.last_seq, services.database.last_seq(tx, actor.tenant));
  return info;
}

namespace {

void declare_login(Api& api, Services& services) {
  api.write(Method::post, "/auth/login", "Sign in", anyone(),
            [&services](Call& call, storage::Transaction& tx, const LoginInput& input) -> Result<SessionInfo> {
              const auto& candidate = std::any_cast<const org::Org::LoginCandidate&>(call.prepared);
              YD_TRY(const auto login,
                     services.org.finish_login(tx, candidate, input.code.value_or(""), call.request.remote_address,
                                               call.request.header("user-agent")));
              if (login.totp_required) return fail(Code::unauthenticated, "auth.code_required");
              YD_TRY(const auto actor, services.org.actor_of_session(tx, login.session_secret));
              set_cookie(call, kSessionCookie, login.session_secret, org::kSessionLife);
              return load_session_info(tx, services, actor, login.session_secret);
            })
      .prepare(Pool::passwords,
               [&services](Call& call, const LoginInput& input) { return prepare_login(services, call, input); })
      .on_failure([&services](const Call& call, const Error& error) {
        // The password was right: only the second factor is guessed now, and that counts as well.
        const auto* candidate = std::any_cast<org::Org::LoginCandidate>(&call.prepared);
        if (!candidate || error.reason != "auth.wrong_code") return;
        const auto input = json::decode<LoginInput>(call.request.body);
        if (!input) return;
        services.database.write_async(candidate->tenant, failure_job(services, call, login_name_of(*input)),
                                      [](const Status& status) {
                                        if (!status) log::error("auth.failure_not_counted", status.error());
                                      });
      });
}

void declare_own_password(Api& api, Services& services) {
  api.write(Method::post, "/auth/password", "Change the own password; ends the other sessions", signed_in(),
            [&services](Call& call, storage::Transaction& tx, const PasswordChange&) -> Status {
              org::UserChange change;
              change.password_hash = std::any_cast<const std::string&>(call.prepared);
              YD_CHECK(services.org.change_user(tx, call.actor, call.actor.user, change));
              return {};
            })
      .prepare(Pool::passwords, [&services](Call& call, const PasswordChange& input) -> Status {
        if (input.current.size() > kCredentialBytesMax || input.password.size() > kCredentialBytesMax)
          return fail_fields({{"password", "request.too_long"}});
        // A stolen session must not lead to a stolen account by trying passwords: failures count like logins.
        YD_TRY(const auto user, services.database.read_for<org::User>([&](storage::Transaction& tx) {
          return services.org.load_user(tx, call.actor.tenant, call.actor.user);
        }));
        const std::string login = to_string(call.actor.tenant) + "/" + user.login;
        YD_TRY(const auto candidate,
               services.database.read_for<org::Org::LoginCandidate>([&](storage::Transaction& tx) {
                 return services.org.begin_login(tx, login, call.request.remote_address);
               }));
        if (!crypto::verify_password(candidate.password_hash, input.current)) {
          return wrong(services, call, call.actor.tenant, login, fail_fields({{"current", "auth.wrong_password"}}));
        }
        YD_TRY(call.prepared, org::prepare_password(input.password));
        return {};
      });
}

}  // namespace

void declare_auth(Api& api, Ground ground) {
  auto& services = ground.services;
  auto& door = ground.door;
  declare_login(api, services);
  declare_own_password(api, services);

  api.write(Method::post, "/auth/logout", "Sign out", signed_in(),
            [&services, &door, &options = ground.options](Call& call, storage::Transaction& tx) -> Status {
              YD_CHECK(services.org.logout(tx, call.actor));
              set_cookie(call, kSessionCookie, "", {});
              tx.on_commit([&door, &options, secret = call.session_secret, tenant = call.actor.tenant] {
                door.forget(secret);
                if (options.recheck) options.recheck(tenant);
              });
              return {};
            });

  api.read(Method::get, "/auth/session", "Who is signed in", signed_in(),
           [&services](Call& call, storage::Transaction& tx) -> Result<SessionInfo> {
             return load_session_info(tx, services, call.actor, call.session_secret);
           });
}

}  // namespace yingda::rest
