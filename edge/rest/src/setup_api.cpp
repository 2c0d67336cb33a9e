// First start: one company, one administrator.
#include "api.hpp"
#include "areas.hpp"
#include "session_info.hpp"
#include "yingda/base/text.hpp"
#include "yingda/webchat/webchat.hpp"

namespace yingda::rest {

struct SetupState {
  bool needed = false;
  bool demo = false;
};
YD_DESCRIBE(SetupState, (needed, demo))

struct SetupInput {
  std::string company;
  std::optional<org::Locale> locale;
  std::optional<std::string> time_zone;
  std::string admin_name, login, password;
};
YD_DESCRIBE(SetupInput, (company, locale, time_zone, admin_name, login, password))

namespace {

Status check_needed(storage::Transaction& tx, org::Org& org) {
  YD_TRY(const auto tenants, org.list_tenants(tx));
  if (!tenants.empty()) return fail(Code::conflict, "setup.already_done");
  return {};
}

Result<SessionInfo> set_up(Services& services, Call& call, storage::Transaction& tx, const SetupInput& input) {
  auto& org = services.org;
  const auto& hash = std::any_cast<const std::string&>(call.prepared);
  YD_CHECK(check_needed(tx, org));
  YD_TRY(const auto company, text::check_length("company", input.company, 1, org::kNameCodePointsMax));
  org::NewTenant wanted{.name = company, .locale = input.locale.value_or(org::Locale::zh_CN)};
  if (input.time_zone) wanted.time_zone = *input.time_zone;
  YD_TRY(const auto tenant, org.create_tenant(tx, wanted));

  org::Actor system = org::Org::system_actor(tenant.id);
  system.address = call.request.remote_address;
  YD_TRY(const auto roles, org.list_roles(tx, system));
  org::NewUser admin{.login = input.login, .name = input.admin_name, .password_hash = hash, .locale = wanted.locale};
  for (const auto& role : roles)
    if (role.key == "administrator") admin.role_id = role.id;
  YD_TRY(const auto teams, org.list_teams(tx, system));
  for (const auto& team : teams) admin.team_ids.push_back(team.id);
  YD_TRY(const auto user, org.create_user(tx, system, admin));

  webchat::WidgetSettings widget;
  widget.name = company;
  widget.languages = {"zh-CN", "en"};
  if (!teams.empty()) widget.team_id = teams.front().id;
  YD_CHECK(services.webchat.create_widget(tx, system, widget));

  const org::Org::LoginCandidate candidate{tenant.id, user.id, hash, {}};
  YD_TRY(const auto login,
         org.finish_login(tx, candidate, "", call.request.remote_address, call.request.header("user-agent")));
  YD_TRY(const auto actor, org.actor_of_session(tx, login.session_secret));
  set_cookie(call, kSessionCookie, login.session_secret, org::kSessionLife);
  return load_session_info(tx, services, actor, login.session_secret);
}

}  // namespace

void declare_setup(Api& api, Ground ground) {
  using net::Method;
  auto& services = ground.services;

  api.read(Method::get, "/setup", "Whether the first company is still to be made", anyone(),
           [&services, &options = ground.options](Call&, storage::Transaction& tx) -> Result<SetupState> {
             YD_TRY(const auto tenants, services.org.list_tenants(tx));
             return SetupState{tenants.empty(), options.demo};
           });
  api.write(Method::post, "/setup", "Make the first company and its administrator, and sign in", anyone(),
            [&services](Call& call, storage::Transaction& tx, const SetupInput& input) {
              return set_up(services, call, tx, input);
            })
      .prepare(Pool::passwords, [&services](Call& call, const SetupInput& input) -> Status {
        YD_CHECK(services.database.read([&](storage::Transaction& tx) { return check_needed(tx, services.org); }));
        YD_TRY(call.prepared, org::prepare_password(input.password));
        return {};
      });
}

}  // namespace yingda::rest
