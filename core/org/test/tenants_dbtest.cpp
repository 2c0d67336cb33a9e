#include "org_fixture.hpp"

namespace yingda::org {

class Tenants : public OrgTest {
 protected:
  Result<Tenant> change_tenant(const Actor& actor, const TenantChange& change) {
    return write([&](auto& tx) { return org_.change_tenant(tx, actor, change); });
  }
};

TEST_F(Tenants, Create_Two_ListedWithDefaults) {
  const Company a = make_company("a"), b = make_company("b");
  const auto tenants = must(read([&](auto& tx) { return org_.list_tenants(tx); }));
  ASSERT_EQ(tenants.size(), 2U);
  EXPECT_EQ(tenants[0].id, a.tenant.id);
  EXPECT_EQ(tenants[1].name, "b");
  EXPECT_EQ(tenants[1].locale, Locale::zh_CN);
  EXPECT_EQ(tenants[1].time_zone, "Asia/Shanghai");
  EXPECT_EQ(tenants[1].recall_window_ms, 120'000);
  EXPECT_EQ(tenants[1].created_at_ms, clock_.now());
  EXPECT_FALSE(tenants[1].demo);
}

TEST_F(Tenants, Create_BadFields_Named) {
  const auto create = [&](NewTenant tenant) { return write([&](auto& tx) { return org_.create_tenant(tx, tenant); }); };
  EXPECT_EQ(field_of(create({.name = " "})), "name request.too_short");
  EXPECT_EQ(field_of(create({.name = "a", .time_zone = "../etc/passwd"})), "time_zone request.unknown_value");
  EXPECT_EQ(must(read([&](auto& tx) { return org_.list_tenants(tx); })).size(), 0U);
}

TEST_F(Tenants, Change_SomeFields_StoredAuditedAndTold) {
  const Company a = make_company("a");
  const Tenant changed =
      must(change_tenant(a.admin_actor, {.name = "应答", .locale = Locale::en, .recall_window_ms = 0}));
  EXPECT_EQ(changed.time_zone, "Asia/Shanghai");
  const Tenant loaded = must(read([&](auto& tx) { return org_.load_tenant(tx, a.tenant.id); }));
  EXPECT_EQ(loaded.name, "应答");
  EXPECT_EQ(loaded.locale, Locale::en);
  EXPECT_EQ(loaded.recall_window_ms, 0);
  EXPECT_EQ(last_event(a), R"(settings.changed {"area":"tenant","id":")" + to_string(a.tenant.id) + R"("})");
  EXPECT_EQ(audit_log(a).at(0).action, "tenant.changed");
}

TEST_F(Tenants, Change_OutOfBoundsOrWithoutRight_Refused) {
  const Company a = make_company("a");
  EXPECT_EQ(field_of(change_tenant(a.admin_actor, {.recall_window_ms = -1})), "recall_window_ms request.out_of_range");
  EXPECT_EQ(field_of(change_tenant(a.admin_actor, {.recall_window_ms = days(1).ms + 1})),
            "recall_window_ms request.out_of_range");
  const Actor agent = actor_of(a, make_user(a, "bo", a.agent.id));
  EXPECT_EQ(reason_of(change_tenant(agent, {.name = "x"})), "auth.permission_denied");
}

TEST_F(Tenants, Load_Unknown_NotFound) {
  EXPECT_EQ(reason_of(read([&](auto& tx) { return org_.load_tenant(tx, TenantId{5}); })), "org.tenant_not_found");
}

TEST_F(Tenants, Audit_PagedWhileRecordsCome_EachOnceNewestFirst) {
  const Company a = make_company("a");
  for (int i = 0; i < 5; ++i) must(change_tenant(a.admin_actor, {.name = "a" + std::to_string(i)}));
  const auto whole = audit_log(a);
  std::vector<AuditId> seen;
  std::string after;
  do {
    const auto page = must(read([&](auto& tx) { return org_.list_audit(tx, a.admin_actor, after, 2); }));
    for (const AuditRecord& record : page.items) seen.push_back(record.id);
    after = page.next;
    must(change_tenant(a.admin_actor, {.name = "again"}));
  } while (!after.empty());
  ASSERT_EQ(seen.size(), whole.size());
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], whole[i].id);
  EXPECT_THAT(whole[0].after.text, testing::HasSubstr(R"("name":"a4")"));
  EXPECT_EQ(whole[0].at_ms, clock_.now());
  EXPECT_EQ(whole[0].actor_name, a.admin_actor.name);
}

TEST_F(Tenants, Audit_OfAnotherRoom_ListedAndGuarded) {
  const Company a = make_company("a");
  Actor actor = a.admin_actor;
  actor.address = "10.1.2.3";
  must(write([&](auto& tx) { return org_.audit(tx, actor, "widget.changed", "wg_1", R"({"a":1})", R"({"a":2})"); }));
  const AuditRecord record = audit_log(a).at(0);
  EXPECT_EQ(record.action, "widget.changed");
  EXPECT_EQ(record.object, "wg_1");
  EXPECT_EQ(record.before.text, R"({"a":1})");
  EXPECT_EQ(record.after.text, R"({"a":2})");
  EXPECT_EQ(record.address, "10.1.2.3");
  const Actor agent = actor_of(a, make_user(a, "bo", a.agent.id));
  EXPECT_EQ(reason_of(read([&](auto& tx) { return org_.list_audit(tx, agent, "", 5); })), "auth.permission_denied");
}

}  // namespace yingda::org
