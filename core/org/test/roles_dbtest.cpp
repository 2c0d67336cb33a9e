#include "org_fixture.hpp"

namespace yingda::org {

class Roles : public OrgTest {
 protected:
  Result<Role> create(const Actor& actor, DataScope scope, std::vector<Permission> permissions,
                      const std::string& name = "Mentor") {
    return write([&](auto& tx) {
      return org_.create_role(tx, actor,
                              {.id = {}, .key = {}, .name = name, .scope = scope, .permissions = permissions});
    });
  }
  Result<Role> change_role(const Actor& actor, const Role& role) {
    return write([&](auto& tx) { return org_.change_role(tx, actor, role); });
  }
  Status remove(const Actor& actor, RoleId role) {
    return write([&](auto& tx) { return org_.delete_role(tx, actor, role); });
  }
  Company a_ = make_company("a");
};

TEST_F(Roles, CreateRole_Valid_ListedAuditedAndTold) {
  const Role role = must(create(a_.admin_actor, DataScope::team, {Permission::analytics_view, Permission::org_manage}));
  const auto roles = must(read([&](auto& tx) { return org_.list_roles(tx, a_.admin_actor); }));
  ASSERT_EQ(roles.size(), 5U);
  EXPECT_EQ(roles[4].id, role.id);
  EXPECT_EQ(roles[4].key, "");
  EXPECT_EQ(roles[4].scope, DataScope::team);
  EXPECT_EQ(roles[4].permissions, (std::vector{Permission::org_manage, Permission::analytics_view}));
  EXPECT_EQ(last_event(a_), R"(settings.changed {"area":"roles","id":")" + to_string(role.id) + R"("})");
  EXPECT_EQ(audit_log(a_).at(0).action, "role.created");
}

TEST_F(Roles, CreateRole_MoreThanOwnRights_Refused) {
  const Role narrow = must(create(a_.admin_actor, DataScope::team, {Permission::org_manage, Permission::audit_view}));
  const Actor manager = actor_of(a_, make_user(a_, "manager", narrow.id));
  EXPECT_EQ(reason_of(create(manager, DataScope::team, {Permission::audit_view})), "");
  EXPECT_EQ(reason_of(create(manager, DataScope::team, {Permission::token_manage})), "org.rights_exceed_own");
  EXPECT_EQ(reason_of(create(manager, DataScope::unit, {Permission::audit_view})), "org.rights_exceed_own");
}

TEST_F(Roles, ChangeRole_StrongerOne_RefusedBeforeAndAfter) {
  const Role narrow = must(create(a_.admin_actor, DataScope::team, {Permission::org_manage}));
  Role strong = must(create(a_.admin_actor, DataScope::team, {Permission::token_manage}));
  const Actor manager = actor_of(a_, make_user(a_, "manager", narrow.id));
  strong.permissions = {};
  EXPECT_EQ(reason_of(change_role(manager, strong)), "org.rights_exceed_own");
  EXPECT_EQ(reason_of(remove(manager, strong.id)), "org.rights_exceed_own");
  Role own = narrow;
  own.permissions.push_back(Permission::token_manage);
  EXPECT_EQ(reason_of(change_role(manager, own)), "org.rights_exceed_own");
}

TEST_F(Roles, ChangeRole_Rights_ActorsHaveThemAtOnce) {
  Role role = must(create(a_.admin_actor, DataScope::own, {Permission::customer_view}));
  const LoginResult login = log_in(a_, make_user(a_, "bo", role.id));
  EXPECT_FALSE(session(login.session_secret).value().may(Permission::audit_view));
  role.permissions.push_back(Permission::audit_view);
  role.name = "Auditor";
  EXPECT_EQ(must(change_role(a_.admin_actor, role)).name, "Auditor");
  EXPECT_TRUE(session(login.session_secret).value().may(Permission::audit_view));
}

TEST_F(Roles, BuiltInRole_ChangeOrDelete_Refused) {
  EXPECT_EQ(reason_of(change_role(a_.admin_actor, a_.agent)), "org.role_built_in");
  EXPECT_EQ(reason_of(remove(a_.admin_actor, a_.analyst.id)), "org.role_built_in");
}

TEST_F(Roles, DeleteRole_InUse_RefusedUntilFree) {
  const Role role = must(create(a_.admin_actor, DataScope::own, {}));
  const User bo = make_user(a_, "bo", role.id);
  EXPECT_EQ(reason_of(remove(a_.admin_actor, role.id)), "org.role_in_use");
  must(change(a_.admin_actor, bo.id, {.role_id = a_.agent.id}));
  EXPECT_EQ(reason_of(remove(a_.admin_actor, role.id)), "");
  EXPECT_EQ(reason_of(remove(a_.admin_actor, role.id)), "org.role_not_found");
}

TEST_F(Roles, Change_WithoutRight_Denied) {
  const Actor agent = actor_of(a_, make_user(a_, "bo", a_.agent.id));
  EXPECT_EQ(reason_of(create(agent, DataScope::own, {})), "auth.permission_denied");
  EXPECT_EQ(reason_of(change_role(agent, a_.agent)), "auth.permission_denied");
  EXPECT_EQ(reason_of(remove(agent, a_.agent.id)), "auth.permission_denied");
}

}  // namespace yingda::org
