#include "org_fixture.hpp"

namespace yingda::org {

class Tree : public OrgTest {
 protected:
  Result<Unit> create(const Actor& actor, UnitId parent, UnitKind kind, const std::string& name = "East") {
    return write([&](auto& tx) { return org_.create_unit(tx, actor, parent, kind, name, "31"); });
  }
  Status remove(UnitId unit) {
    return write([&](auto& tx) { return org_.delete_unit(tx, a_.admin_actor, unit); });
  }
  Company a_ = make_company("a");
};

TEST_F(Tree, NewTenant_Read_HasRootCentreTeamAndRoles) {
  EXPECT_EQ(a_.root.kind, UnitKind::headquarters);
  EXPECT_EQ(a_.root.name, "a");
  EXPECT_EQ(a_.centre.kind, UnitKind::centre);
  EXPECT_EQ(a_.centre.parent_id, a_.root.id);
  EXPECT_EQ(a_.team.unit_id, a_.centre.id);
  EXPECT_TRUE(a_.agent.id && a_.supervisor.id && a_.administrator.id && a_.analyst.id);
}

TEST_F(Tree, CreateUnit_Deeper_StoredAuditedAndTold) {
  const Unit unit = must(create(a_.admin_actor, a_.root.id, UnitKind::region));
  const auto units = must(read([&](auto& tx) { return org_.list_units(tx, a_.admin_actor); }));
  ASSERT_EQ(units.size(), 3U);
  EXPECT_EQ(units[2].name, "East");
  EXPECT_EQ(units[2].code, "31");
  EXPECT_EQ(units[2].kind, UnitKind::region);
  EXPECT_EQ(last_event(a_), R"(settings.changed {"area":"units","id":")" + to_string(unit.id) + R"("})");
  const AuditRecord record = audit_log(a_).at(0);
  EXPECT_EQ(record.action, "unit.created");
  EXPECT_EQ(record.object, to_string(unit.id));
  EXPECT_EQ(record.actor_id, a_.admin.id);
  EXPECT_EQ(record.before.text, "");
  EXPECT_THAT(record.after.text, testing::HasSubstr(R"("name":"East")"));
}

TEST_F(Tree, CreateUnit_NotDeeperThanParent_Refused) {
  const Unit city = must(create(a_.admin_actor, a_.root.id, UnitKind::city));
  EXPECT_EQ(field_of(create(a_.admin_actor, city.id, UnitKind::city)), "kind org.unit_not_deeper");
  EXPECT_EQ(field_of(create(a_.admin_actor, city.id, UnitKind::region)), "kind org.unit_not_deeper");
  EXPECT_EQ(field_of(create(a_.admin_actor, a_.root.id, UnitKind::headquarters)), "kind org.unit_not_deeper");
}

TEST_F(Tree, CreateUnit_EmptyName_FieldError) {
  EXPECT_EQ(field_of(create(a_.admin_actor, a_.root.id, UnitKind::region, "  ")), "name request.too_short");
}

TEST_F(Tree, Change_WithoutRight_Denied) {
  const Actor agent = actor_of(a_, make_user(a_, "bo", a_.agent.id));
  EXPECT_EQ(reason_of(create(agent, a_.root.id, UnitKind::region)), "auth.permission_denied");
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.rename_unit(tx, agent, a_.root.id, "x"); })),
            "auth.permission_denied");
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.delete_unit(tx, agent, a_.centre.id); })),
            "auth.permission_denied");
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.create_team(tx, agent, a_.centre.id, "x"); })),
            "auth.permission_denied");
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.change_team(tx, agent, a_.team.id, "x", {}); })),
            "auth.permission_denied");
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.delete_team(tx, agent, a_.team.id); })),
            "auth.permission_denied");
}

TEST_F(Tree, RenameUnit_NewName_BeforeAndAfterInAudit) {
  const Unit renamed =
      must(write([&](auto& tx) { return org_.rename_unit(tx, a_.admin_actor, a_.centre.id, " 上海中心 "); }));
  EXPECT_EQ(renamed.name, "上海中心");
  const AuditRecord record = audit_log(a_).at(0);
  EXPECT_EQ(record.action, "unit.changed");
  EXPECT_THAT(record.before.text, testing::HasSubstr(a_.centre.name));
  EXPECT_THAT(record.after.text, testing::HasSubstr("上海中心"));
}

TEST_F(Tree, DeleteUnit_WithChildTeamOrUser_NotEmpty) {
  const Unit parent = must(create(a_.admin_actor, a_.root.id, UnitKind::region));
  const Unit child = must(create(a_.admin_actor, parent.id, UnitKind::centre));
  EXPECT_EQ(reason_of(remove(parent.id)), "org.unit_not_empty");
  const Team team = must(write([&](auto& tx) { return org_.create_team(tx, a_.admin_actor, child.id, "T"); }));
  EXPECT_EQ(reason_of(remove(child.id)), "org.unit_not_empty");
  must(write([&](auto& tx) { return org_.delete_team(tx, a_.admin_actor, team.id); }));
  const User user = make_user(a_, "bo", a_.agent.id, child.id);
  EXPECT_EQ(reason_of(remove(child.id)), "org.unit_not_empty");
  must(change(a_.admin_actor, user.id, {.unit_id = a_.centre.id}));
  EXPECT_EQ(reason_of(remove(child.id)), "");
  EXPECT_EQ(reason_of(remove(parent.id)), "");
  EXPECT_EQ(reason_of(remove(parent.id)), "org.unit_not_found");
}

TEST_F(Tree, DeleteUnit_Root_Refused) { EXPECT_EQ(reason_of(remove(a_.root.id)), "org.unit_is_root"); }

TEST_F(Tree, Team_WithMembers_CountedAndNotDeleted) {
  const User bo = make_user(a_, "bo", a_.agent.id, {}, {a_.team.id});
  const User off = make_user(a_, "off", a_.agent.id, {}, {a_.team.id});
  must(change(a_.admin_actor, off.id, {.disabled = true}));
  EXPECT_EQ(must(read([&](auto& tx) { return org_.list_teams(tx, a_.admin_actor); })).at(0).member_count, 2);
  EXPECT_EQ(must(read([&](auto& tx) { return org_.team_members(tx, a_.tenant.id, a_.team.id); })), std::vector{bo.id});
  const auto remove_team = [&](auto& tx) { return org_.delete_team(tx, a_.admin_actor, a_.team.id); };
  EXPECT_EQ(reason_of(write(remove_team)), "org.team_not_empty");
  must(change(a_.admin_actor, bo.id, {.team_ids = std::vector<TeamId>{}}));
  must(change(a_.admin_actor, off.id, {.team_ids = std::vector<TeamId>{}}));
  EXPECT_EQ(reason_of(write(remove_team)), "");
  EXPECT_EQ(reason_of(write(remove_team)), "org.team_not_found");
}

TEST_F(Tree, ChangeTeam_NameAndUnit_Moved) {
  const Unit unit = must(create(a_.admin_actor, a_.root.id, UnitKind::centre));
  const Team moved =
      must(write([&](auto& tx) { return org_.change_team(tx, a_.admin_actor, a_.team.id, "二组", unit.id); }));
  EXPECT_EQ(moved.name, "二组");
  EXPECT_EQ(moved.unit_id, unit.id);
  const Team same = must(write([&](auto& tx) { return org_.change_team(tx, a_.admin_actor, a_.team.id, {}, {}); }));
  EXPECT_EQ(same.name, "二组");
  EXPECT_EQ(same.unit_id, unit.id);
}

TEST_F(Tree, ManagerOfAUnit_OutsideHisSubtree_OutOfScope) {
  const Unit east = must(create(a_.admin_actor, a_.root.id, UnitKind::region, "East"));
  const Unit west = must(create(a_.admin_actor, a_.root.id, UnitKind::region, "West"));
  const Role role = must(write([&](auto& tx) {
    return org_.create_role(tx, a_.admin_actor,
                            {.id = {},
                             .key = {},
                             .name = "Unit manager",
                             .scope = DataScope::unit,
                             .permissions = {Permission::org_manage}});
  }));
  const Actor manager = actor_of(a_, make_user(a_, "manager", role.id, east.id));
  const Unit city = must(create(manager, east.id, UnitKind::city));
  EXPECT_EQ(reason_of(create(manager, city.id, UnitKind::centre)), "");
  EXPECT_EQ(reason_of(create(manager, west.id, UnitKind::city)), "org.out_of_scope");
  EXPECT_EQ(reason_of(create(manager, a_.root.id, UnitKind::city)), "org.out_of_scope");
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.delete_unit(tx, manager, west.id); })), "org.out_of_scope");
  const Team team = must(write([&](auto& tx) { return org_.create_team(tx, manager, city.id, "T"); }));
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.change_team(tx, manager, team.id, {}, west.id); })),
            "org.out_of_scope");
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.change_team(tx, manager, a_.team.id, "x", {}); })),
            "org.out_of_scope");
  EXPECT_EQ(reason_of(write([&](auto& tx) { return org_.delete_team(tx, manager, a_.team.id); })), "org.out_of_scope");
}

TEST_F(Tree, FailedChange_RolledBack_NoEventNoAudit) {
  const std::size_t events_before = events(a_).size(), audits_before = audit_log(a_).size();
  EXPECT_EQ(reason_of(remove(a_.centre.id)), "org.unit_not_empty");
  EXPECT_EQ(events(a_).size(), events_before);
  EXPECT_EQ(audit_log(a_).size(), audits_before);
}

}  // namespace yingda::org
