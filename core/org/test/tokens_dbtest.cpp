#include "org_fixture.hpp"

namespace yingda::org {

class Tokens : public OrgTest {
 protected:
  Result<Org::CreatedToken> create(const Actor& actor, std::vector<Permission> permissions,
                                   std::optional<UtcTime> expires_at = {}) {
    return write([&](auto& tx) { return org_.create_token(tx, actor, "Shop system", permissions, expires_at); });
  }
  Result<Actor> actor_of_secret(const std::string& secret) {
    return read([&](auto& tx) { return org_.actor_of_token(tx, secret); });
  }
  std::vector<ApiToken> list() {
    return must(read([&](auto& tx) { return org_.list_tokens(tx, a_.admin_actor); }));
  }
  Company a_ = make_company("a");
};

TEST_F(Tokens, Create_Valid_ActsWithItsRightsOnly) {
  const auto made = must(create(a_.admin_actor, {Permission::customer_view}));
  EXPECT_TRUE(made.secret.starts_with("yd_"));
  EXPECT_TRUE(made.secret.ends_with(made.token.hint));
  EXPECT_EQ(made.token.hint.size(), 4U);
  const Actor actor = actor_of_secret(made.secret).value();
  EXPECT_EQ(actor.tenant, a_.tenant.id);
  EXPECT_EQ(actor.user, a_.admin.id);
  EXPECT_EQ(actor.token, made.token.id);
  EXPECT_FALSE(actor.session);
  EXPECT_TRUE(actor.may(Permission::customer_view));
  EXPECT_FALSE(actor.may(Permission::org_manage));
  EXPECT_EQ(actor.scope, DataScope::tenant);
  EXPECT_EQ(actor.scope_teams, std::vector{a_.team.id});
}

TEST_F(Tokens, Secret_NotInListAuditOrEvent) {
  const auto made = must(create(a_.admin_actor, {Permission::customer_view}));
  const std::string inner = made.secret.substr(3, made.secret.size() - 7);
  EXPECT_THAT(audit_log(a_).at(0).after.text, testing::Not(testing::HasSubstr(inner)));
  EXPECT_EQ(last_event(a_), R"(settings.changed {"area":"tokens","id":")" + to_string(made.token.id) + R"("})");
  EXPECT_EQ(list().at(0).created_by, a_.admin.id);
}

TEST_F(Tokens, Create_BeyondOwnRights_Refused) {
  const Role role = must(write([&](auto& tx) {
    return org_.create_role(tx, a_.admin_actor,
                            {.id = {},
                             .key = {},
                             .name = "Integrator",
                             .scope = DataScope::own,
                             .permissions = {Permission::token_manage, Permission::customer_view}});
  }));
  const Actor actor = actor_of(a_, make_user(a_, "it", role.id));
  EXPECT_EQ(reason_of(create(actor, {Permission::customer_view})), "");
  EXPECT_EQ(reason_of(create(actor, {Permission::customer_edit})), "org.rights_exceed_own");
}

TEST_F(Tokens, WithoutRight_Denied) {
  const Actor agent = actor_of(a_, make_user(a_, "bo", a_.agent.id));
  EXPECT_EQ(reason_of(create(agent, {})), "auth.permission_denied");
  EXPECT_EQ(reason_of(read([&](auto& tx) { return org_.list_tokens(tx, agent); })), "auth.permission_denied");
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.revoke_token(tx, agent, ApiTokenId{1}); })),
            "auth.permission_denied");
}

TEST_F(Tokens, MakerDemotedOrDisabled_TokenFollows) {
  const User second = make_user(a_, "second", a_.administrator.id);
  const auto made = must(create(actor_of(a_, second), {Permission::customer_view, Permission::org_manage}));
  must(change(a_.admin_actor, second.id, {.role_id = a_.analyst.id}));
  EXPECT_TRUE(actor_of_secret(made.secret).value().may(Permission::customer_view));
  EXPECT_FALSE(actor_of_secret(made.secret).value().may(Permission::org_manage));
  must(change(a_.admin_actor, second.id, {.disabled = true}));
  EXPECT_EQ(reason_of(actor_of_secret(made.secret)), "auth.invalid_token");
}

TEST_F(Tokens, MadeBySystem_ActsForTheTenant) {
  const auto made = must(create(a_.system, {Permission::customer_view}));
  const Actor actor = actor_of_secret(made.secret).value();
  EXPECT_FALSE(actor.user);
  EXPECT_EQ(actor.name, "Shop system");
  EXPECT_EQ(actor.scope, DataScope::tenant);
  EXPECT_TRUE(actor.may(Permission::customer_view));
  EXPECT_FALSE(actor.may(Permission::customer_edit));
}

TEST_F(Tokens, Expiry_Reached_Expired) {
  EXPECT_EQ(field_of(create(a_.admin_actor, {}, clock_.now())), "expires_at_ms request.out_of_range");
  const auto made = must(create(a_.admin_actor, {}, clock_.now() + hours(1)));
  clock_.advance(milliseconds(hours(1).ms - 1));
  EXPECT_TRUE(actor_of_secret(made.secret));
  clock_.advance(milliseconds(1));
  EXPECT_EQ(reason_of(actor_of_secret(made.secret)), "auth.token_expired");
}

TEST_F(Tokens, Revoked_Refused) {
  const auto made = must(create(a_.admin_actor, {}));
  const auto revoke = [&](auto& tx) { return org_.revoke_token(tx, a_.admin_actor, made.token.id); };
  must(write(revoke));
  EXPECT_EQ(reason_of(actor_of_secret(made.secret)), "auth.invalid_token");
  EXPECT_EQ(reason_of(write(revoke)), "org.token_not_found");
  EXPECT_TRUE(list().empty());
}

TEST_F(Tokens, Touched_LastUseListed) {
  const auto made = must(create(a_.admin_actor, {}, clock_.now() + hours(2)));
  EXPECT_FALSE(list().at(0).last_used_at_ms);
  EXPECT_EQ(list().at(0).expires_at_ms, clock_.now() + hours(2));
  clock_.advance(minutes(5));
  const Actor actor = actor_of_secret(made.secret).value();
  must(write([&](auto& tx) { return org_.touch_session(tx, actor); }));
  EXPECT_EQ(list().at(0).last_used_at_ms, clock_.now());
}

TEST_F(Tokens, ForeignText_Invalid) {
  const auto made = must(create(a_.admin_actor, {}));
  EXPECT_EQ(reason_of(actor_of_secret(made.secret.substr(3))), "auth.invalid_token");
  EXPECT_EQ(reason_of(actor_of_secret("yd_")), "auth.invalid_token");
  EXPECT_EQ(reason_of(actor_of_secret("yd_!!!")), "auth.invalid_token");
  // A session's secret is no token and the other way round.
  const LoginResult login = log_in(a_, a_.admin);
  EXPECT_EQ(reason_of(actor_of_secret("yd_" + login.session_secret)), "auth.invalid_token");
  EXPECT_EQ(reason_of(session(made.secret)), "auth.no_session");
}

}  // namespace yingda::org
