#include "actors.hpp"
#include "org_fixture.hpp"
#include "yingda/base/crypto.hpp"

namespace yingda::org {

class Sessions : public OrgTest {
 protected:
  Result<Org::LoginCandidate> begin(const std::string& login, const std::string& address = "10.0.0.1") {
    return read([&](auto& tx) { return org_.begin_login(tx, login, address); });
  }
  void fail_login(const std::string& login, const std::string& address, int times = 1) {
    for (int i = 0; i < times; ++i) must(write([&](auto& tx) { return org_.record_failure(tx, login, address); }));
  }
  Company a_ = make_company("a");
  User bo_ = make_user(a_, "bo", a_.agent.id, a_.centre.id, {a_.team.id});
};

TEST_F(Sessions, Login_Session_ActorKnown) {
  must(change(a_.admin_actor, bo_.id, {.display_name = "小波", .locale = Locale::en}));
  const LoginResult login = log_in(a_, bo_);
  EXPECT_FALSE(login.totp_required);
  EXPECT_EQ(login.user_id, bo_.id);
  EXPECT_EQ(login.csrf_token, Org::csrf_token(login.session_secret));
  const Actor actor = session(login.session_secret).value();
  EXPECT_EQ(actor.tenant, a_.tenant.id);
  EXPECT_EQ(actor.user, bo_.id);
  EXPECT_EQ(actor.name, "小波");
  EXPECT_EQ(actor.locale, Locale::en);
  EXPECT_EQ(actor.address, "10.0.0.1");
  EXPECT_TRUE(actor.session);
  EXPECT_FALSE(actor.token);
  EXPECT_TRUE(actor.may(Permission::conversation_handle));
  EXPECT_FALSE(actor.may(Permission::org_manage));
}

TEST_F(Sessions, Scope_OfEveryRole_ReachesItsTeams) {
  const Unit other = must(
      write([&](auto& tx) { return org_.create_unit(tx, a_.admin_actor, a_.root.id, UnitKind::region, "East", ""); }));
  const Unit below =
      must(write([&](auto& tx) { return org_.create_unit(tx, a_.admin_actor, other.id, UnitKind::centre, "SH", ""); }));
  const Team far = must(write([&](auto& tx) { return org_.create_team(tx, a_.admin_actor, below.id, "Far"); }));
  const Team third = must(write([&](auto& tx) { return org_.create_team(tx, a_.admin_actor, a_.root.id, "Top"); }));
  const Actor agent = actor_of(a_, bo_);
  EXPECT_EQ(agent.scope, DataScope::team);
  EXPECT_EQ(agent.teams, std::vector{a_.team.id});
  EXPECT_EQ(agent.scope_teams, std::vector{a_.team.id});
  // The supervisor of the region: teams below his unit, and the one he is a member of elsewhere.
  const Actor boss = actor_of(a_, make_user(a_, "boss", a_.supervisor.id, other.id, {a_.team.id}));
  EXPECT_EQ(boss.teams, std::vector{a_.team.id});
  EXPECT_EQ(boss.scope_teams, (std::vector{a_.team.id, far.id}));
  const Actor analyst = actor_of(a_, make_user(a_, "ana", a_.analyst.id, other.id));
  EXPECT_EQ(analyst.teams, std::vector<TeamId>{});
  EXPECT_EQ(analyst.scope_teams, (std::vector{a_.team.id, far.id, third.id}));
}

TEST_F(Sessions, UnknownSecret_NoSession) {
  const LoginResult login = log_in(a_, bo_);
  std::string other = login.session_secret;
  other.back() = other.back() == 'A' ? 'Q' : 'A';
  EXPECT_EQ(reason_of(session(other)), "auth.no_session");
  EXPECT_EQ(reason_of(session("")), "auth.no_session");
  EXPECT_EQ(reason_of(session("yd_nonsense")), "auth.no_session");
}

TEST_F(Sessions, Idle_TooLong_Expired) {
  const LoginResult login = log_in(a_, bo_);
  clock_.advance(milliseconds(kSessionIdle.ms - 1));
  EXPECT_TRUE(session(login.session_secret));
  clock_.advance(milliseconds(1));
  EXPECT_EQ(reason_of(session(login.session_secret)), "auth.session_expired");
}

TEST_F(Sessions, Touched_LivesOn_ButNotForever) {
  const LoginResult login = log_in(a_, bo_);
  const UtcTime start = clock_.now();
  while (clock_.now() + hours(8) < start + kSessionLife) {
    clock_.advance(hours(8));
    const Actor actor = session(login.session_secret).value();
    must(write([&](auto& tx) { return org_.touch_session(tx, actor); }));
  }
  clock_.set(start + kSessionLife);
  EXPECT_EQ(reason_of(session(login.session_secret)), "auth.session_expired");
}

TEST_F(Sessions, Logout_OnlyThatSessionEnds) {
  const LoginResult here = log_in(a_, bo_), elsewhere = log_in(a_, bo_);
  const Actor actor = session(here.session_secret).value();
  must(write([&](auto& tx) { return org_.logout(tx, actor); }));
  EXPECT_EQ(reason_of(session(here.session_secret)), "auth.no_session");
  EXPECT_TRUE(session(elsewhere.session_secret));
}

TEST_F(Sessions, EndSessions_AllOfTheUser_Told) {
  const LoginResult first = log_in(a_, bo_), second = log_in(a_, bo_), admin = log_in(a_, a_.admin);
  must(write([&](auto& tx) { return org_.end_sessions(tx, a_.tenant.id, bo_.id); }));
  EXPECT_FALSE(session(first.session_secret));
  EXPECT_FALSE(session(second.session_secret));
  EXPECT_TRUE(session(admin.session_secret));
  EXPECT_EQ(last_event(a_), R"(settings.changed {"area":"users","id":")" + to_string(bo_.id) + R"("})");
}

TEST_F(Sessions, TooMany_OldestEnds) {
  const LoginResult oldest = log_in(a_, bo_), next = log_in(a_, bo_);
  for (int i = 1; i < kSessionsPerUserMax; ++i) log_in(a_, bo_);
  EXPECT_FALSE(session(oldest.session_secret));
  EXPECT_TRUE(session(next.session_secret));
}

TEST_F(Sessions, BeginLogin_UniqueOverAllTenants_NeedsNoTenant) {
  const Company b = make_company("b");
  EXPECT_EQ(begin("BO ").value().user, bo_.id);
  const User twin = make_user(b, "bo", b.agent.id);
  EXPECT_FALSE(begin("bo").value().user);
  EXPECT_EQ(begin(to_string(a_.tenant.id) + "/bo").value().user, bo_.id);
  EXPECT_EQ(begin(to_string(b.tenant.id) + "/bo").value().user, twin.id);
}

TEST_F(Sessions, BeginLogin_Unknown_DummyHashThatOpensNothing) {
  const auto candidate = begin("nobody").value();
  EXPECT_FALSE(candidate.user);
  EXPECT_EQ(candidate.password_hash, dummy_password_hash());
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.finish_login(tx, candidate, "", "", ""); })),
            "auth.wrong_credentials");
}

TEST_F(Sessions, UserWithoutPassword_Login_LikeUnknown) {
  must(write([&](auto& tx) {
    return org_.create_user(tx, a_.system, {.login = "new", .name = "New", .role_id = a_.agent.id});
  }));
  EXPECT_FALSE(begin("new").value().user);
}

TEST_F(Sessions, PasswordChangedMeanwhile_FinishLogin_Refused) {
  const auto candidate = begin("bo").value();
  must(change(a_.admin_actor, bo_.id, {.password_hash = std::string(kHash) + "2"}));
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.finish_login(tx, candidate, "", "", ""); })),
            "auth.wrong_credentials");
}

TEST_F(Sessions, Throttle_TenFailuresForALogin_ClosedForFifteenMinutes) {
  fail_login("bo", "10.0.0.9", kLoginFailuresMax - 1);
  EXPECT_TRUE(begin("bo"));
  fail_login("BO ", "10.0.0.8");
  const auto closed = begin("bo", "10.0.0.77");
  EXPECT_EQ(reason_of(closed), "auth.too_many_attempts");
  EXPECT_EQ(closed.error().code, Code::limit_exceeded);
  EXPECT_EQ(reason_of(begin(to_string(a_.tenant.id) + "/bo", "10.0.0.77")), "auth.too_many_attempts");
  EXPECT_TRUE(begin("admin@a", "10.0.0.77"));
  clock_.advance(milliseconds(kLoginFailureWindow.ms));
  EXPECT_TRUE(begin("bo"));
}

TEST_F(Sessions, Throttle_HundredFailuresFromAnAddress_ClosedForIt) {
  for (int i = 0; i < kAddressFailuresMax; ++i) fail_login("guess" + std::to_string(i), "10.0.0.9");
  EXPECT_EQ(reason_of(begin("bo", "10.0.0.9")), "auth.too_many_attempts");
  EXPECT_TRUE(begin("bo", "10.0.0.1"));
}

TEST_F(Sessions, Throttle_Success_ForgetsTheLoginsFailures) {
  fail_login("bo", "10.0.0.9", kLoginFailuresMax - 1);
  log_in(a_, bo_);
  fail_login("bo", "10.0.0.9");
  EXPECT_TRUE(begin("bo"));
}

TEST_F(Sessions, CsrfToken_OtherSession_Differs) {
  EXPECT_NE(Org::csrf_token("a"), Org::csrf_token("b"));
  EXPECT_EQ(Org::csrf_token("a"), Org::csrf_token("a"));
}

class Totp : public Sessions {
 protected:
  /// Switches the second factor on for bo and gives his raw secret.
  std::string enable() {
    const Actor actor = actor_of(a_, bo_);
    const auto setup = must(write([&](auto& tx) { return org_.begin_totp(tx, actor); }));
    std::string secret = must(crypto::decode_base32(setup.secret_base32));
    must(write([&](auto& tx) { return org_.confirm_totp(tx, actor, crypto::totp(secret, clock_.now())); }));
    return secret;
  }
};

TEST_F(Totp, Begin_NotConfirmed_LoginStaysWithoutCode) {
  const Actor actor = actor_of(a_, bo_);
  const auto setup = must(write([&](auto& tx) { return org_.begin_totp(tx, actor); }));
  EXPECT_EQ(setup.uri, "otpauth://totp/a:bo?secret=" + setup.secret_base32 + "&issuer=Yingda");
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.confirm_totp(tx, actor, "000000x"); })), "auth.wrong_code");
  EXPECT_FALSE(log_in(a_, bo_).totp_required);
}

TEST_F(Totp, Confirm_NotBegun_Conflict) {
  const Actor actor = actor_of(a_, bo_);
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.confirm_totp(tx, actor, "123456"); })), "org.totp_not_begun");
}

TEST_F(Totp, Enabled_Login_WantsCodeAndOpensWithIt) {
  const std::string secret = enable();
  EXPECT_EQ(begin("bo").value().totp_secret, secret);
  EXPECT_TRUE(must(read([&](auto& tx) { return org_.load_user(tx, a_.tenant.id, bo_.id); })).totp_enabled);
  const LoginResult asked = log_in(a_, bo_);
  EXPECT_TRUE(asked.totp_required);
  EXPECT_EQ(asked.session_secret, "");
  clock_.advance(seconds(60));
  EXPECT_EQ(reason_of(try_log_in(a_, bo_, "12345")), "auth.wrong_code");
  EXPECT_TRUE(session(log_in(a_, bo_, crypto::totp(secret, clock_.now())).session_secret));
}

TEST_F(Totp, Code_UsedTwice_RefusedTheSecondTime) {
  const std::string secret = enable();
  // The step that confirmed the secret is used up too.
  EXPECT_EQ(reason_of(try_log_in(a_, bo_, crypto::totp(secret, clock_.now()))), "auth.wrong_code");
  clock_.advance(seconds(60));
  const std::string code = crypto::totp(secret, clock_.now());
  const std::string older = crypto::totp(secret, clock_.now() - seconds(30));
  EXPECT_TRUE(try_log_in(a_, bo_, code));
  EXPECT_EQ(reason_of(try_log_in(a_, bo_, code)), "auth.wrong_code");
  EXPECT_EQ(reason_of(try_log_in(a_, bo_, older)), "auth.wrong_code");
  clock_.advance(seconds(30));
  EXPECT_TRUE(try_log_in(a_, bo_, crypto::totp(secret, clock_.now())));
}

TEST_F(Totp, BeginAgain_WhileEnabled_Conflict) {
  enable();
  Actor actor = Org::system_actor(a_.tenant.id);
  actor.user = bo_.id;
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.begin_totp(tx, actor); })), "org.totp_already_enabled");
}

TEST_F(Totp, Disable_ByHimselfOrAdministrator_NotByColleague) {
  enable();
  const Actor colleague = actor_of(a_, make_user(a_, "li", a_.agent.id));
  const auto disable = [&](const Actor& by) {
    return write([&](auto& tx) { return org_.disable_totp(tx, by, bo_.id); });
  };
  EXPECT_EQ(reason_of(disable(colleague)), "auth.permission_denied");
  EXPECT_EQ(reason_of(disable(a_.admin_actor)), "");
  EXPECT_FALSE(log_in(a_, bo_).totp_required);
  clock_.advance(seconds(60));
  enable();
  Actor self = a_.system;
  self.user = bo_.id;
  self.permissions = 0;
  EXPECT_EQ(reason_of(disable(self)), "");
  EXPECT_EQ(audit_log(a_).at(0).action, "user.totp_disabled");
}

}  // namespace yingda::org
