#include "rights.hpp"

#include <gtest/gtest.h>

namespace yingda::org {

TEST(Rights, Permissions_ThereAndBack_Same) {
  const std::vector<Permission> some{Permission::customer_view, Permission::analytics_view};
  EXPECT_EQ(permissions_of(bits_of(some)), some);
  EXPECT_EQ(permissions_of(kAllPermissions).size(), 11U);
}

TEST(Rights, BitsOfANewerProgram_Read_LeftOut) {
  EXPECT_EQ(permissions_of(0xFFFFFFFFU).size(), 11U);
  EXPECT_EQ(effective_rights("", DataScope::own, 0xFFFFFFFFU).permissions, kAllPermissions);
}

TEST(Rights, BuiltInRole_StoredOtherwise_MeansWhatTheProgramSays) {
  const Rights rights = effective_rights("supervisor", DataScope::own, 0);
  EXPECT_EQ(rights.scope, DataScope::unit);
  EXPECT_EQ(permissions_of(rights.permissions),
            (std::vector{Permission::conversation_handle, Permission::conversation_view,
                         Permission::conversation_supervise, Permission::customer_view, Permission::customer_edit,
                         Permission::canned_reply_manage, Permission::analytics_view}));
}

TEST(Rights, OwnRole_AsStored) {
  const Rights rights = effective_rights("", DataScope::team, bit_of(Permission::audit_view));
  EXPECT_EQ(rights.scope, DataScope::team);
  EXPECT_EQ(rights.permissions, bit_of(Permission::audit_view));
}

TEST(Covers, RoleWithOneMoreRightOrReach_NotCovered) {
  Actor actor;
  actor.permissions = bit_of(Permission::customer_view) | bit_of(Permission::audit_view);
  actor.scope = DataScope::unit;
  Role role;
  role.scope = DataScope::unit;
  role.permissions = {Permission::customer_view};
  EXPECT_TRUE(covers(actor, role));
  role.scope = DataScope::tenant;
  EXPECT_FALSE(covers(actor, role));
  role.scope = DataScope::own;
  role.permissions = {Permission::customer_view, Permission::customer_edit};
  EXPECT_FALSE(covers(actor, role));
}

}  // namespace yingda::org
