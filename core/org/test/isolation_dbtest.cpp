// Company B's administrator, with every right of his own company, holds ids of company A: every verb answers as if
// they had never been.
#include "org_fixture.hpp"
#include "yingda/base/crypto.hpp"

namespace yingda::org {

class Isolation : public OrgTest {
 protected:
  template <class F>
  void expect_not_found(F verb, const std::string& reason) {
    const auto before = snapshot();
    const auto result = write([&](auto& tx) { return verb(tx); });
    EXPECT_EQ(reason_of(result), reason);
    if (!result) EXPECT_EQ(result.error().code, Code::not_found);
    EXPECT_EQ(snapshot(), before) << reason;
  }
  /// Everything of company A that a foreign verb could have touched, in one line.
  std::string snapshot() {
    std::string out;
    for (const auto& event : events(a_)) out += event.payload;
    for (const auto& record : audit_log(a_)) out += to_string(record.id);
    out += to_string(must(read([&](auto& tx) { return org_.load_user(tx, a_.tenant.id, a_user_.id); })).role_id);
    return out;
  }

  Company a_ = make_company("a"), b_ = make_company("b");
  User a_user_ = make_user(a_, "anna", a_.agent.id, a_.centre.id, {a_.team.id});
  User b_user_ = make_user(b_, "bert", b_.agent.id);
  const Actor& b_admin_ = b_.admin_actor;
};

TEST_F(Isolation, UnitsAndTeams_ForeignIds_NotFound) {
  expect_not_found([&](auto& tx) { return org_.create_unit(tx, b_admin_, a_.root.id, UnitKind::region, "x", ""); },
                   "org.unit_not_found");
  expect_not_found([&](auto& tx) { return org_.rename_unit(tx, b_admin_, a_.centre.id, "x"); }, "org.unit_not_found");
  expect_not_found([&](auto& tx) { return org_.delete_unit(tx, b_admin_, a_.centre.id); }, "org.unit_not_found");
  expect_not_found([&](auto& tx) { return org_.create_team(tx, b_admin_, a_.centre.id, "x"); }, "org.unit_not_found");
  expect_not_found([&](auto& tx) { return org_.change_team(tx, b_admin_, a_.team.id, "x", {}); }, "org.team_not_found");
  expect_not_found([&](auto& tx) { return org_.change_team(tx, b_admin_, b_.team.id, {}, a_.centre.id); },
                   "org.unit_not_found");
  expect_not_found([&](auto& tx) { return org_.delete_team(tx, b_admin_, a_.team.id); }, "org.team_not_found");
  expect_not_found([&](auto& tx) { return org_.team_members(tx, b_.tenant.id, a_.team.id); }, "org.team_not_found");
}

TEST_F(Isolation, Roles_ForeignIds_NotFound) {
  expect_not_found([&](auto& tx) { return org_.change_role(tx, b_admin_, a_.agent); }, "org.role_not_found");
  expect_not_found([&](auto& tx) { return org_.delete_role(tx, b_admin_, a_.agent.id); }, "org.role_not_found");
}

TEST_F(Isolation, Users_ForeignIds_NotFound) {
  const NewUser base{.login = "new", .name = "New", .role_id = b_.agent.id};
  NewUser foreign_role = base, foreign_unit = base, foreign_team = base;
  foreign_role.role_id = a_.agent.id;
  foreign_unit.unit_id = a_.centre.id;
  foreign_team.team_ids = {a_.team.id};
  expect_not_found([&](auto& tx) { return org_.create_user(tx, b_admin_, foreign_role); }, "org.role_not_found");
  expect_not_found([&](auto& tx) { return org_.create_user(tx, b_admin_, foreign_unit); }, "org.unit_not_found");
  expect_not_found([&](auto& tx) { return org_.create_user(tx, b_admin_, foreign_team); }, "org.team_not_found");
  expect_not_found([&](auto& tx) { return org_.load_user(tx, b_.tenant.id, a_user_.id); }, "org.user_not_found");
  expect_not_found([&](auto& tx) { return org_.find_user(tx, b_.tenant.id, a_user_.login); }, "org.user_not_found");
  const auto change_as_b = [&](UserId user, UserChange change) {
    return [this, user, change](auto& tx) { return org_.change_user(tx, b_admin_, user, change); };
  };
  expect_not_found(change_as_b(a_user_.id, {.password_hash = kHash}), "org.user_not_found");
  expect_not_found(change_as_b(b_user_.id, {.role_id = a_.agent.id}), "org.role_not_found");
  expect_not_found(change_as_b(b_user_.id, {.unit_id = a_.centre.id}), "org.unit_not_found");
  expect_not_found(change_as_b(b_user_.id, {.team_ids = std::vector{a_.team.id}}), "org.team_not_found");
  expect_not_found([&](auto& tx) { return org_.disable_totp(tx, b_admin_, a_user_.id); }, "org.user_not_found");
}

TEST_F(Isolation, SessionsAndTokens_ForeignIds_NotFoundAndUntouched) {
  const LoginResult login = log_in(a_, a_user_);
  const auto token = must(write([&](auto& tx) { return org_.create_token(tx, a_.admin_actor, "t", {}, {}); }));
  expect_not_found([&](auto& tx) { return org_.end_sessions(tx, b_.tenant.id, a_user_.id); }, "org.user_not_found");
  expect_not_found([&](auto& tx) { return org_.revoke_token(tx, b_admin_, token.token.id); }, "org.token_not_found");
  Actor forged = b_admin_;
  forged.session = session(login.session_secret).value().session;
  forged.token = token.token.id;
  clock_.advance(minutes(1));
  must(write([&](auto& tx) { return org_.touch_session(tx, forged); }));
  must(write([&](auto& tx) { return org_.logout(tx, forged); }));
  EXPECT_TRUE(session(login.session_secret));
  EXPECT_FALSE(must(read([&](auto& tx) { return org_.list_tokens(tx, a_.admin_actor); })).at(0).last_used_at_ms);
}

TEST_F(Isolation, SelfServiceVerbs_ActorWithForeignUser_NotFound) {
  Actor forged = b_admin_;
  forged.user = a_user_.id;
  expect_not_found([&](auto& tx) { return org_.own_password_hash(tx, forged); }, "org.user_not_found");
  expect_not_found([&](auto& tx) { return org_.begin_totp(tx, forged); }, "org.user_not_found");
  expect_not_found([&](auto& tx) { return org_.confirm_totp(tx, forged, "123456"); }, "org.user_not_found");
}

TEST_F(Isolation, Candidate_OfAnotherTenant_OpensNothing) {
  auto candidate = must(read([&](auto& tx) { return org_.begin_login(tx, "anna", ""); }));
  candidate.tenant = b_.tenant.id;
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.finish_login(tx, candidate, "", "", ""); })),
            "auth.wrong_credentials");
}

TEST_F(Isolation, Lists_OfB_HoldNothingOfA) {
  must(write([&](auto& tx) { return org_.create_token(tx, a_.admin_actor, "t", {}, {}); }));
  EXPECT_EQ(must(read([&](auto& tx) { return org_.list_units(tx, b_admin_); })).size(), 2U);
  const auto teams = must(read([&](auto& tx) { return org_.list_teams(tx, b_admin_); }));
  ASSERT_EQ(teams.size(), 1U);
  EXPECT_EQ(teams[0].id, b_.team.id);
  EXPECT_EQ(must(read([&](auto& tx) { return org_.list_roles(tx, b_admin_); })).size(), 4U);
  EXPECT_TRUE(must(read([&](auto& tx) { return org_.list_tokens(tx, b_admin_); })).empty());
  const auto users = must(read([&](auto& tx) { return org_.list_users(tx, b_admin_, "", "", 200); })).items;
  ASSERT_EQ(users.size(), 2U);
  EXPECT_EQ(users[1].id, b_user_.id);
  EXPECT_TRUE(must(read([&](auto& tx) { return org_.list_users(tx, b_admin_, "anna", "", 200); })).items.empty());
  for (const AuditRecord& record : audit_log(b_)) {
    EXPECT_NE(record.actor_id, a_.admin.id);
    EXPECT_NE(record.object, to_string(a_.tenant.id));
  }
}

TEST_F(Isolation, SecretWithAnotherTenantsName_OpensNothing) {
  // The tenant is part of the secret; whoever exchanges it gets another look-up, not another company.
  const LoginResult a = log_in(a_, a_user_), b = log_in(b_, b_user_);
  const std::string a_bytes = must(crypto::decode_base64url(a.session_secret));
  const std::string b_bytes = must(crypto::decode_base64url(b.session_secret));
  ASSERT_EQ(crypto::base64url(a_bytes), a.session_secret);
  const std::string mixed = crypto::base64url(b_bytes.substr(0, 8) + a_bytes.substr(8));
  EXPECT_EQ(reason_of(session(mixed)), "auth.no_session");
}

}  // namespace yingda::org
