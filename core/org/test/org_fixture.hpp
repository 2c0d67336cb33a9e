// A store, a clock at hand and two companies, for the contract tests of the organisation.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "yingda/base/manual_clock.hpp"
#include "yingda/org/org.hpp"
#include "yingda/storage/testing.hpp"

namespace yingda::org {

/// The reason of a failed Result or Status, "" for success.
template <class R>
std::string reason_of(const R& result) {
  return result ? std::string() : result.error().reason;
}

/// The first rejected field as "field reason".
template <class R>
std::string field_of(const R& result) {
  if (result || result.error().fields.empty()) return {};
  return result.error().fields[0].field + " " + result.error().fields[0].reason;
}

class OrgTest : public testing::Test {
 protected:
  /// Has the form of a password hash; nobody verifies it here.
  static constexpr const char* kHash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";

  template <class F>
  auto write(F job) -> std::invoke_result_t<F, storage::Transaction&> {
    using R = std::invoke_result_t<F, storage::Transaction&>;
    if constexpr (std::is_same_v<R, Status>) {
      return db_->write(lane_, job);
    } else {
      return db_->write_for<typename R::value_type>(lane_, job);
    }
  }
  template <class F>
  auto read(F job) -> std::invoke_result_t<F, storage::Transaction&> {
    using R = std::invoke_result_t<F, storage::Transaction&>;
    if constexpr (std::is_same_v<R, Status>) {
      return db_->read(job);
    } else {
      return db_->read_for<typename R::value_type>(job);
    }
  }

  /// What a read or write must give.
  template <class R>
  auto must(R result) -> typename R::value_type {
    if (!result) throw std::runtime_error(describe(result.error()));
    if constexpr (!std::is_void_v<typename R::value_type>) return *std::move(result);
  }

  struct Company {
    Tenant tenant;
    Actor system;
    Unit root, centre;
    Team team;
    Role agent, supervisor, administrator, analyst;
    User admin;
    Actor admin_actor;
  };

  Company make_company(const std::string& name) {
    Company c;
    c.tenant = must(write([&](auto& tx) { return org_.create_tenant(tx, {.name = name}); }));
    c.system = Org::system_actor(c.tenant.id);
    for (const Unit& unit : must(read([&](auto& tx) { return org_.list_units(tx, c.system); })))
      (unit.parent_id ? c.centre : c.root) = unit;
    c.team = must(read([&](auto& tx) { return org_.list_teams(tx, c.system); })).at(0);
    for (const Role& role : must(read([&](auto& tx) { return org_.list_roles(tx, c.system); }))) {
      if (role.key == "agent") c.agent = role;
      if (role.key == "supervisor") c.supervisor = role;
      if (role.key == "administrator") c.administrator = role;
      if (role.key == "analyst") c.analyst = role;
    }
    c.admin = make_user(c, "admin@" + name, c.administrator.id);
    c.admin_actor = actor_of(c, c.admin);
    return c;
  }

  User make_user(const Company& c, const std::string& login, RoleId role, UnitId unit = {},
                 std::vector<TeamId> teams = {}) {
    return must(write([&](auto& tx) {
      return org_.create_user(tx, c.system,
                              {.login = login,
                               .name = "Name of " + login,
                               .display_name = {},
                               .password_hash = kHash,
                               .role_id = role,
                               .unit_id = unit,
                               .team_ids = teams});
    }));
  }

  LoginResult log_in(const Company& c, const User& user, const std::string& code = {}) {
    return must(try_log_in(c, user, code));
  }
  Result<LoginResult> try_log_in(const Company& c, const User& user, const std::string& code = {}) {
    return write([&](auto& tx) -> Result<LoginResult> {
      YD_TRY(const auto candidate, org_.begin_login(tx, to_string(c.tenant.id) + "/" + user.login, "10.0.0.1"));
      return org_.finish_login(tx, candidate, code, "10.0.0.1", "test agent");
    });
  }
  Actor actor_of(const Company& c, const User& user) {
    const LoginResult login = log_in(c, user);
    return must(read([&](auto& tx) { return org_.actor_of_session(tx, login.session_secret); }));
  }
  Result<Actor> session(const std::string& secret) {
    return read([&](auto& tx) { return org_.actor_of_session(tx, secret); });
  }

  Result<User> change(const Actor& actor, UserId user, const UserChange& change) {
    return write([&](auto& tx) { return org_.change_user(tx, actor, user, change); });
  }

  std::vector<storage::CommittedEvent> events(const Company& c) { return must(db_->read_events(c.tenant.id, 0, 1000)); }
  /// Payload of the newest event.
  std::string last_event(const Company& c) {
    const auto all = events(c);
    return all.empty() ? std::string() : all.back().type + " " + all.back().payload;
  }
  std::vector<AuditRecord> audit_log(const Company& c) {
    return must(read([&](auto& tx) { return org_.list_audit(tx, c.system, "", 200); })).items;
  }

  ManualClock clock_;
  IdSource ids_{clock_};
  std::unique_ptr<storage::Database> db_ = storage::open_test_database(clock_, migrations());
  Org org_{clock_, ids_};
  const TenantId lane_{1};
};

}  // namespace yingda::org
