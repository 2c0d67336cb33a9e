// `yingda admin …`: works on the store beside a running server.
#include <termios.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <iostream>
#include <random>

#include "commands.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/org/org.hpp"

namespace yingda::app {
namespace {

using storage::Transaction;

/// What the commands are given on the line.
struct Given {
  ServeOptions options;
  std::string company, name, login, display_name, role = "agent", locale = "zh_CN", time_zone = "Asia/Shanghai";
  bool password_from_stdin = false;
};

/// The store opened for one command. Ids come from a node number of their own, so that they never meet the server's.
class Desk {
 public:
  static Result<std::unique_ptr<Desk>> open(const ServeOptions& options) {
    auto desk = std::unique_ptr<Desk>(new Desk());
    storage::DatabaseOptions store;
    store.url = database_url(options);
    store.readers = 1;
    YD_TRY(desk->database_, storage::open_database(store, desk->clock_));
    YD_CHECK(desk->database_->migrate(all_migrations()));
    return desk;
  }

  template <class T>
  Result<T> read(const std::function<Result<T>(Transaction&)>& job) {
    return database_->read_for<T>(job);
  }
  Status write(TenantId tenant, storage::Database::Job job) { return database_->write(tenant, std::move(job)); }
  org::Org& org() { return org_; }

  /// The company by id or name; without either the only one there is.
  Result<org::Tenant> company(const std::string& wanted) {
    YD_TRY(const auto all, read<std::vector<org::Tenant>>([&](Transaction& tx) { return org_.list_tenants(tx); }));
    std::vector<org::Tenant> fitting;
    for (const auto& tenant : all)
      if (wanted.empty() || tenant.name == wanted || to_string(tenant.id) == wanted) fitting.push_back(tenant);
    if (fitting.empty()) return fail(Code::not_found, "org.tenant_not_found", wanted);
    if (fitting.size() > 1) return fail(Code::conflict, "app.which_company", "several companies: say --company");
    return fitting.front();
  }

 private:
  Desk() : ids_(clock_, 512 + static_cast<int>(std::random_device{}() % 512)), org_(clock_, ids_) {}

  SystemClock clock_;
  IdSource ids_;
  org::Org org_;
  std::unique_ptr<storage::Database> database_;
};

/// One line without echo on a terminal.
std::string read_password() {
  termios before{};
  const bool terminal = ::isatty(STDIN_FILENO) != 0 && ::tcgetattr(STDIN_FILENO, &before) == 0;
  if (terminal) {
    std::fputs("Password: ", stderr);
    termios quiet = before;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  std::string password;
  std::getline(std::cin, password);
  if (terminal) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::fputs("\n", stderr);
  }
  return password;
}

struct Password {
  std::string hash;
  std::string shown;  // generated: to be printed once
};
Result<Password> ask_password(bool from_stdin) {
  Password password;
  if (!from_stdin) password.shown = crypto::random_token(12);
  YD_TRY(password.hash, org::prepare_password(from_stdin ? read_password() : password.shown));
  return password;
}

void print_password(const Password& password) {
  if (!password.shown.empty()) std::printf("password: %s\n", password.shown.c_str());
}

/// The acting side of the audit log: the command line of this machine.
org::Actor console_actor(TenantId tenant) {
  auto actor = org::Org::system_actor(tenant);
  actor.address = "command line";
  return actor;
}

Status create_tenant(const Given& given) {
  YD_TRY(auto desk, Desk::open(given.options));
  const auto locale = parse_enum<org::Locale>(given.locale);
  org::Tenant made;
  YD_CHECK(desk->write({}, [&](Transaction& tx) -> Status {
    YD_TRY(made,
           desk->org().create_tenant(
               tx, {.name = given.name, .locale = locale.value_or(org::Locale::zh_CN), .time_zone = given.time_zone}));
    return {};
  }));
  std::printf("company: %s %s\n", to_string(made.id).c_str(), made.name.c_str());
  return {};
}

Status create_user(const Given& given) {
  YD_TRY(auto desk, Desk::open(given.options));
  YD_TRY(const auto company, desk->company(given.company));
  YD_TRY(const auto password, ask_password(given.password_from_stdin));
  org::User made;
  YD_CHECK(desk->write(company.id, [&](Transaction& tx) -> Status {
    const auto actor = console_actor(company.id);
    YD_TRY(const auto roles, desk->org().list_roles(tx, actor));
    YD_TRY(const auto teams, desk->org().list_teams(tx, actor));
    org::NewUser user{.login = given.login,
                      .name = given.name.empty() ? given.login : given.name,
                      .display_name = given.display_name,
                      .password_hash = password.hash,
                      .locale = company.locale};
    for (const auto& role : roles)
      if (role.key == given.role || role.name == given.role) user.role_id = role.id;
    if (!user.role_id) return fail(Code::not_found, "org.role_not_found", given.role);
    if (!teams.empty()) user.team_ids = {teams.front().id};
    YD_TRY(made, desk->org().create_user(tx, actor, user));
    return {};
  }));
  std::printf("user: %s %s (%s)\n", to_string(made.id).c_str(), made.login.c_str(), given.role.c_str());
  print_password(password);
  return {};
}

Status reset_password(const Given& given) {
  YD_TRY(auto desk, Desk::open(given.options));
  YD_TRY(const auto company, desk->company(given.company));
  YD_TRY(const auto password, ask_password(given.password_from_stdin));
  YD_CHECK(desk->write(company.id, [&](Transaction& tx) -> Status {
    YD_TRY(const auto user, desk->org().find_user(tx, company.id, given.login));
    org::UserChange change;
    change.password_hash = password.hash;
    change.disabled = false;
    YD_CHECK(desk->org().change_user(tx, console_actor(company.id), user.id, change));
    return desk->org().end_sessions(tx, company.id, user.id);
  }));
  std::printf("user: %s\n", given.login.c_str());
  print_password(password);
  return {};
}

Status disable_totp(const Given& given) {
  YD_TRY(auto desk, Desk::open(given.options));
  YD_TRY(const auto company, desk->company(given.company));
  YD_CHECK(desk->write(company.id, [&](Transaction& tx) -> Status {
    YD_TRY(const auto user, desk->org().find_user(tx, company.id, given.login));
    return desk->org().disable_totp(tx, console_actor(company.id), user.id);
  }));
  std::printf("second factor off: %s\n", given.login.c_str());
  return {};
}

Status list_users(const Given& given) {
  YD_TRY(auto desk, Desk::open(given.options));
  YD_TRY(const auto company, desk->company(given.company));
  const auto actor = console_actor(company.id);
  YD_TRY(const auto roles,
         desk->read<std::vector<org::Role>>([&](Transaction& tx) { return desk->org().list_roles(tx, actor); }));
  std::string after;
  do {
    YD_TRY(const auto page, desk->read<org::Page<org::User>>(
                                [&](Transaction& tx) { return desk->org().list_users(tx, actor, "", after, 200); }));
    for (const auto& user : page.items) {
      std::string role;
      for (const auto& candidate : roles)
        if (candidate.id == user.role_id) role = candidate.key.empty() ? candidate.name : candidate.key;
      std::printf("%s\t%s\t%s\t%s%s%s\n", to_string(user.id).c_str(), user.login.c_str(), user.name.c_str(),
                  role.c_str(), user.totp_enabled ? "\ttotp" : "", user.disabled ? "\tdisabled" : "");
    }
    after = page.next;
  } while (!after.empty());
  return {};
}

Status list_tenants(const Given& given) {
  YD_TRY(auto desk, Desk::open(given.options));
  YD_TRY(const auto all,
         desk->read<std::vector<org::Tenant>>([&](Transaction& tx) { return desk->org().list_tenants(tx); }));
  for (const auto& tenant : all)
    std::printf("%s\t%s\t%s\n", to_string(tenant.id).c_str(), tenant.name.c_str(), tenant.time_zone.c_str());
  return {};
}

}  // namespace

void add_admin(CLI::App& program, Action& chosen) {
  const auto given = std::make_shared<Given>();
  auto* admin = program.add_subcommand("admin", "Companies and users, also while the server runs");
  admin->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Status (*work)(const Given&)) {
    auto* sub = admin->add_subcommand(name, help);
    add_store_options(*sub, given->options);
    sub->callback([given, work, &chosen] {
      chosen = [given, work] {
        const auto status = work(*given);
        return status ? 0 : complain(status.error());
      };
    });
    return sub;
  };
  const auto with_company = [&](CLI::App* sub) {
    sub->add_option("--company", given->company, "Name or id of the company (needed when there are several)");
    return sub;
  };
  const auto with_password = [&](CLI::App* sub) {
    sub->add_flag("--password-stdin", given->password_from_stdin,
                  "Read the password from standard input; otherwise one is made and printed once");
    return sub;
  };

  auto* tenant = add("create-tenant", "Add a company", create_tenant);
  tenant->add_option("--name", given->name, "Its name")->required();
  tenant->add_option("--locale", given->locale, "zh_CN or en")
      ->check(CLI::IsMember({"zh_CN", "en"}))
      ->capture_default_str();
  tenant->add_option("--time-zone", given->time_zone, "IANA name")->capture_default_str();
  add("list-tenants", "List companies", list_tenants);

  auto* user = with_password(with_company(add("create-user", "Add a user", create_user)));
  user->add_option("--login", given->login, "Login name or mail address")->required();
  user->add_option("--name", given->name, "Real name");
  user->add_option("--display-name", given->display_name, "Name that customers see");
  user->add_option("--role", given->role, "agent, supervisor, administrator, analyst or an own role")
      ->capture_default_str();

  auto* reset =
      with_password(with_company(add("reset-password", "Set a new password, end the user's sessions", reset_password)));
  reset->add_option("--login", given->login, "Login name")->required();
  auto* totp = with_company(add("disable-totp", "Switch a user's second factor off", disable_totp));
  totp->add_option("--login", given->login, "Login name")->required();
  with_company(add("list-users", "List users", list_users));
}

}  // namespace yingda::app
