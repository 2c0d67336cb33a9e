#include "org_fixture.hpp"

namespace yingda::org {

class Users : public OrgTest {
 protected:
  Result<User> create(const Actor& actor, NewUser user) {
    if (!user.role_id) user.role_id = a_.agent.id;
    return write([&](auto& tx) { return org_.create_user(tx, actor, user); });
  }
  Page<User> list(const std::string& search, const std::string& after, int limit) {
    return must(read([&](auto& tx) { return org_.list_users(tx, a_.admin_actor, search, after, limit); }));
  }
  std::vector<std::string> logins(const std::string& search) {
    std::vector<std::string> out;
    for (const User& user : list(search, "", 200).items) out.push_back(user.login);
    return out;
  }
  /// An actor who may manage the organisation, but not everything, over `scope`.
  Actor lesser_manager(DataScope scope, UnitId unit) {
    const Role role = must(write([&](auto& tx) {
      return org_.create_role(tx, a_.admin_actor,
                              {.id = {},
                               .key = {},
                               .name = "Manager",
                               .scope = scope,
                               .permissions = {Permission::org_manage, Permission::conversation_handle,
                                               Permission::customer_view, Permission::customer_edit}});
    }));
    return actor_of(a_, make_user(a_, "manager", role.id, unit));
  }
  Company a_ = make_company("a");
};

TEST_F(Users, CreateUser_Whole_ReadBackSame) {
  const User made = must(create(a_.admin_actor, {.login = "Bo@Shop.cn",
                                                 .name = "王波",
                                                 .display_name = "小波",
                                                 .password_hash = kHash,
                                                 .role_id = a_.supervisor.id,
                                                 .unit_id = a_.centre.id,
                                                 .team_ids = {a_.team.id, a_.team.id},
                                                 .locale = Locale::en,
                                                 .capacity = 7}));
  const User user = must(read([&](auto& tx) { return org_.load_user(tx, a_.tenant.id, made.id); }));
  EXPECT_EQ(user.login, "bo@shop.cn");
  EXPECT_EQ(user.name, "王波");
  EXPECT_EQ(user.display_name, "小波");
  EXPECT_EQ(user.role_id, a_.supervisor.id);
  EXPECT_EQ(user.unit_id, a_.centre.id);
  EXPECT_EQ(user.team_ids, std::vector{a_.team.id});
  EXPECT_EQ(user.locale, Locale::en);
  EXPECT_EQ(user.capacity, 7);
  EXPECT_FALSE(user.disabled);
  EXPECT_FALSE(user.totp_enabled);
  EXPECT_EQ(user.created_at_ms, clock_.now());
  EXPECT_EQ(last_event(a_), R"(settings.changed {"area":"users","id":")" + to_string(made.id) + R"("})");
}

TEST_F(Users, CreateUser_Audit_HoldsNoSecret) {
  must(create(a_.admin_actor, {.login = "bo", .name = "Bo", .password_hash = kHash}));
  const AuditRecord record = audit_log(a_).at(0);
  EXPECT_EQ(record.action, "user.created");
  EXPECT_THAT(record.after.text, testing::HasSubstr(R"("login":"bo")"));
  EXPECT_THAT(record.after.text, testing::Not(testing::HasSubstr("argon2")));
}

TEST_F(Users, CreateUser_LoginTaken_Conflict) {
  must(create(a_.admin_actor, {.login = "bo", .name = "Bo"}));
  EXPECT_EQ(reason_of(create(a_.admin_actor, {.login = "BO", .name = "Bo"})), "org.login_taken");
}

TEST_F(Users, CreateUser_BadFields_Named) {
  EXPECT_EQ(field_of(create(a_.admin_actor, {.login = "b o", .name = "Bo"})), "login org.login_malformed");
  EXPECT_EQ(field_of(create(a_.admin_actor, {.login = "bo", .name = ""})), "name request.too_short");
  EXPECT_EQ(field_of(create(a_.admin_actor, {.login = "bo", .name = "Bo", .capacity = 101})),
            "capacity request.out_of_range");
  EXPECT_EQ(field_of(create(a_.admin_actor, {.login = "bo", .name = std::string(81, 'x')})), "name request.too_long");
}

TEST_F(Users, CreateUser_PasswordInClear_RefusedAsDefect) {
  EXPECT_EQ(reason_of(create(a_.admin_actor, {.login = "bo", .name = "Bo", .password_hash = "secret123"})),
            "org.password_not_prepared");
}

TEST_F(Users, CreateUser_WithoutRight_Denied) {
  const Actor agent = actor_of(a_, make_user(a_, "bo", a_.agent.id));
  EXPECT_EQ(reason_of(create(agent, {.login = "x", .name = "X"})), "auth.permission_denied");
}

TEST_F(Users, CreateUser_RoleBeyondOwnRights_Refused) {
  const Actor manager = lesser_manager(DataScope::unit, a_.centre.id);
  EXPECT_EQ(reason_of(create(manager, {.login = "x", .name = "X", .unit_id = a_.centre.id})), "");
  EXPECT_EQ(
      reason_of(create(manager, {.login = "y", .name = "Y", .role_id = a_.administrator.id, .unit_id = a_.centre.id})),
      "org.rights_exceed_own");
}

TEST_F(Users, ManagerOfAUnit_BeyondIt_OutOfScope) {
  const Actor manager = lesser_manager(DataScope::unit, a_.centre.id);
  EXPECT_EQ(reason_of(create(manager, {.login = "x", .name = "X"})), "org.out_of_scope");
  const Team outside = must(write([&](auto& tx) { return org_.create_team(tx, a_.admin_actor, a_.root.id, "T"); }));
  EXPECT_EQ(reason_of(create(manager, {.login = "x", .name = "X", .unit_id = a_.centre.id, .team_ids = {outside.id}})),
            "org.out_of_scope");
  const User other = make_user(a_, "other", a_.agent.id);
  EXPECT_EQ(reason_of(change(manager, other.id, {.name = "X"})), "org.out_of_scope");
  // Memberships given by somebody else may stay.
  const User both = make_user(a_, "both", a_.agent.id, a_.centre.id, {outside.id});
  EXPECT_EQ(reason_of(change(manager, both.id, {.team_ids = std::vector{outside.id, a_.team.id}})), "");
}

TEST_F(Users, ChangeUser_StrongerUsersPassword_Refused) {
  const Actor manager = lesser_manager(DataScope::tenant, {});
  EXPECT_EQ(reason_of(change(manager, a_.admin.id, {.password_hash = kHash})), "org.rights_exceed_own");
  EXPECT_EQ(reason_of(change(manager, manager.user, {.role_id = a_.administrator.id})), "org.rights_exceed_own");
}

TEST_F(Users, ChangeUser_SomeFields_OthersStay) {
  const User bo = make_user(a_, "bo", a_.agent.id, a_.centre.id, {a_.team.id});
  const User changed = must(change(a_.admin_actor, bo.id, {.display_name = "Bobo", .capacity = 0}));
  EXPECT_EQ(changed.display_name, "Bobo");
  EXPECT_EQ(changed.capacity, 0);
  EXPECT_EQ(changed.name, bo.name);
  EXPECT_EQ(changed.team_ids, bo.team_ids);
  const AuditRecord record = audit_log(a_).at(0);
  EXPECT_EQ(record.action, "user.changed");
  EXPECT_THAT(record.before.text, testing::HasSubstr(R"("capacity":5)"));
  EXPECT_THAT(record.after.text, testing::HasSubstr(R"("capacity":0)"));
}

TEST_F(Users, ChangeUser_Himself_OnlyHarmlessFields) {
  const Actor bo = actor_of(a_, make_user(a_, "bo", a_.agent.id));
  EXPECT_EQ(must(change(bo, bo.user, {.display_name = "Bobo", .locale = Locale::en})).display_name, "Bobo");
  EXPECT_EQ(reason_of(change(bo, bo.user, {.capacity = 50})), "auth.permission_denied");
  EXPECT_EQ(reason_of(change(bo, bo.user, {.role_id = a_.administrator.id})), "auth.permission_denied");
  EXPECT_EQ(reason_of(change(bo, a_.admin.id, {.display_name = "x"})), "auth.permission_denied");
}

TEST_F(Users, OwnPassword_Changed_ThisSessionStaysOthersEnd) {
  const User user = make_user(a_, "bo", a_.agent.id);
  const LoginResult here = log_in(a_, user), elsewhere = log_in(a_, user);
  const Actor bo = session(here.session_secret).value();
  const std::string hash = std::string(kHash) + "2";
  must(change(bo, bo.user, {.password_hash = hash}));
  EXPECT_TRUE(session(here.session_secret));
  EXPECT_EQ(reason_of(session(elsewhere.session_secret)), "auth.no_session");
  EXPECT_EQ(must(read([&](auto& tx) { return org_.own_password_hash(tx, bo); })), hash);
  const auto log = audit_log(a_);
  EXPECT_EQ(log.at(1).action, "user.password_changed");
  EXPECT_EQ(log.at(1).after.text, "");
}

TEST_F(Users, PasswordReset_ByAdministrator_AllSessionsEnd) {
  const User user = make_user(a_, "bo", a_.agent.id);
  const LoginResult login = log_in(a_, user);
  must(change(a_.admin_actor, user.id, {.password_hash = kHash}));
  EXPECT_EQ(reason_of(session(login.session_secret)), "auth.no_session");
  EXPECT_TRUE(change(a_.admin_actor, a_.admin.id, {.display_name = "still here"}));
}

TEST_F(Users, Disabled_SessionsEndAndLoginRefused_UntilEnabled) {
  const User user = make_user(a_, "bo", a_.agent.id);
  const LoginResult login = log_in(a_, user);
  EXPECT_TRUE(must(change(a_.admin_actor, user.id, {.disabled = true})).disabled);
  EXPECT_EQ(reason_of(session(login.session_secret)), "auth.no_session");
  EXPECT_EQ(reason_of(try_log_in(a_, user)), "auth.user_disabled");
  must(change(a_.admin_actor, user.id, {.disabled = false}));
  EXPECT_EQ(reason_of(session(login.session_secret)), "auth.no_session");
  EXPECT_TRUE(try_log_in(a_, user));
}

TEST_F(Users, LastAdministrator_DisableOrDemote_Refused) {
  EXPECT_EQ(reason_of(change(a_.admin_actor, a_.admin.id, {.disabled = true})), "org.last_administrator");
  EXPECT_EQ(reason_of(change(a_.system, a_.admin.id, {.role_id = a_.agent.id})), "org.last_administrator");
  // One who cannot log in, or is disabled, or belongs to another company, is no other administrator.
  must(create(a_.admin_actor, {.login = "nopass", .name = "N", .role_id = a_.administrator.id}));
  const User second = make_user(a_, "second", a_.administrator.id);
  make_company("b");
  must(change(a_.admin_actor, second.id, {.disabled = true}));
  EXPECT_EQ(reason_of(change(a_.admin_actor, a_.admin.id, {.role_id = a_.agent.id})), "org.last_administrator");
  must(change(a_.admin_actor, second.id, {.disabled = false}));
  EXPECT_EQ(reason_of(change(a_.admin_actor, a_.admin.id, {.role_id = a_.agent.id})), "");
  EXPECT_EQ(reason_of(change(a_.system, second.id, {.disabled = true})), "org.last_administrator");
}

TEST_F(Users, FindUser_AnyCase_Found) {
  EXPECT_EQ(must(read([&](auto& tx) { return org_.find_user(tx, a_.tenant.id, " ADMIN@a "); })).id, a_.admin.id);
  EXPECT_EQ(reason_of(read([&](auto& tx) { return org_.find_user(tx, a_.tenant.id, "nobody"); })),
            "org.user_not_found");
  EXPECT_EQ(reason_of(read([&](auto& tx) { return org_.find_user(tx, a_.tenant.id, "no body"); })),
            "org.user_not_found");
}

TEST_F(Users, Search_PartOfNameLoginOrDisplayName_FoundWithoutCase) {
  must(create(a_.admin_actor, {.login = "fang", .name = "王芳", .display_name = "Aurora"}));
  must(create(a_.admin_actor, {.login = "li_100%", .name = "李强"}));
  must(create(a_.admin_actor, {.login = "liX100!", .name = "李静"}));
  EXPECT_EQ(logins("FAN"), std::vector<std::string>{"fang"});
  EXPECT_EQ(logins("rORa"), std::vector<std::string>{"fang"});
  EXPECT_EQ(logins("芳"), std::vector<std::string>{"fang"});
  EXPECT_EQ(logins("i_100"), std::vector<std::string>{"li_100%"});
  EXPECT_EQ(logins("%"), std::vector<std::string>{"li_100%"});
  EXPECT_EQ(logins("100!"), std::vector<std::string>{"lix100!"});
  EXPECT_EQ(logins("nobody"), std::vector<std::string>{});
  must(change(a_.admin_actor, must(read([&](auto& tx) { return org_.find_user(tx, a_.tenant.id, "fang"); })).id,
              {.name = "陈芳菲"}));
  EXPECT_EQ(logins("陈芳菲"), std::vector<std::string>{"fang"});
  EXPECT_EQ(logins("王芳"), std::vector<std::string>{});
}

TEST_F(Users, List_PagedWhileUsersCome_EachOnceWithTeams) {
  const Team second = must(write([&](auto& tx) { return org_.create_team(tx, a_.admin_actor, a_.centre.id, "T2"); }));
  for (int i = 0; i < 7; ++i) make_user(a_, "u" + std::to_string(i), a_.agent.id, {}, {a_.team.id, second.id});
  std::vector<std::string> seen;
  std::string after;
  do {
    const Page<User> page = list("u", after, 3);
    for (const User& user : page.items) {
      seen.push_back(user.login);
      EXPECT_EQ(user.team_ids, (std::vector{a_.team.id, second.id}));
    }
    after = page.next;
    if (seen.size() == 3) make_user(a_, "u7", a_.agent.id, {}, {a_.team.id, second.id});
  } while (!after.empty());
  EXPECT_EQ(seen, (std::vector<std::string>{"u0", "u1", "u2", "u3", "u4", "u5", "u6", "u7"}));
  EXPECT_EQ(reason_of(read([&](auto& tx) { return org_.list_users(tx, a_.admin_actor, "", "bad!", 3); })),
            "request.invalid_cursor");
}

}  // namespace yingda::org
