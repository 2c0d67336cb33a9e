// TOTP of the own account.
#include "api.hpp"
#include "areas.hpp"

namespace yingda::rest {

struct TotpSetup {
  std::string secret_base32;
  std::string uri;  // otpauth://… for the QR code
};
YD_DESCRIBE(TotpSetup, (secret_base32, uri))

struct TotpCode {
  std::string code;
};
YD_DESCRIBE(TotpCode, (code))

void declare_second_factor(Api& api, Ground ground) {
  using net::Method;
  auto& org = ground.services.org;

  api.write(Method::post, "/auth/totp/begin", "Begin setting up the second factor", signed_in(),
            [&org](Call& call, storage::Transaction& tx) -> Result<TotpSetup> {
              YD_TRY(auto setup, org.begin_totp(tx, call.actor));
              return TotpSetup{std::move(setup.secret_base32), std::move(setup.uri)};
            })
      .secret();
  api.write(Method::post, "/auth/totp/confirm", "Put the second factor in force", signed_in(),
            [&org](Call& call, storage::Transaction& tx, const TotpCode& input) -> Status {
              return org.confirm_totp(tx, call.actor, input.code);
            });
  api.write(Method::post, "/auth/totp/disable", "Switch the own second factor off", signed_in(),
            [&org](Call& call, storage::Transaction& tx) -> Status {
              return org.disable_totp(tx, call.actor, call.actor.user);
            });
}

}  // namespace yingda::rest
