// Organisation, settings, widgets, audit.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Client, Visitor, refused, signIn, startServer } from "./helper.mjs";

let server, admin;
before(async () => {
  server = await startServer();
  admin = await signIn(server, "admin@demo");
});
after(() => server.stop());

test("Tree_GrowsAndShrinks", async () => {
  const units = (await admin.ok("GET", "/units")).items;
  const city = units.find((u) => u.name === "宁波");
  const centre = await admin.ok("POST", "/units", { parent_id: city.id, kind: "centre", name: "宁波客服中心" });
  refused(await admin.post("/units", { parent_id: centre.id, kind: "region", name: "倒着" }), 400);
  assert.equal((await admin.ok("PATCH", `/units/${centre.id}`, { name: "宁波中心" })).name, "宁波中心");
  const team = await admin.ok("POST", "/teams", { unit_id: centre.id, name: "夜班" });
  refused(await admin.del(`/units/${centre.id}`), 409, "org.unit_not_empty");
  assert.equal((await admin.ok("PATCH", `/teams/${team.id}`, { name: "早班" })).name, "早班");
  assert.equal((await admin.del(`/teams/${team.id}`)).status, 204);
  assert.equal((await admin.del(`/units/${centre.id}`)).status, 204);
});

test("Roles_OwnOnesCanBeMade_BuiltInOnesStay", async () => {
  const role = await admin.ok("POST", "/roles", { name: "质检", scope: "unit", permissions: ["conversation_view", "customer_view"] });
  const changed = await admin.ok("PUT", `/roles/${role.id}`, { ...role, name: "质检员" });
  assert.equal(changed.name, "质检员");
  const builtIn = (await admin.ok("GET", "/roles")).items.find((r) => r.key === "agent");
  const answer = await admin.put(`/roles/${builtIn.id}`, { name: "x", scope: "tenant", permissions: [] });
  assert.ok([403, 409].includes(answer.status));
  assert.equal(answer.json.reason, "org.role_built_in");
  assert.equal((await admin.del(`/roles/${role.id}`)).status, 204);
});

test("Users_Search_Page_Change", async () => {
  const roles = (await admin.ok("GET", "/roles")).items;
  const agent = roles.find((r) => r.key === "agent").id;
  for (let i = 0; i < 5; ++i)
    await admin.ok("POST", "/users", { login: `many${i}@demo`, name: `多人 ${i}`, password: "some password", role_id: agent, team_ids: [] });
  refused(await admin.post("/users", { login: "many0@demo", name: "x", password: "some password", role_id: agent, team_ids: [] }), 409, "org.login_taken");
  const found = [];
  let after = "";
  do {
    const page = await admin.ok("GET", `/users?search=${encodeURIComponent("多人")}&limit=2&after=${encodeURIComponent(after)}`);
    found.push(...page.items.map((u) => u.login));
    after = page.next;
  } while (after);
  assert.equal(new Set(found).size, 5);
  const one = (await admin.ok("GET", "/users?search=many1")).items[0];
  const changed = await admin.ok("PATCH", `/users/${one.id}`, { display_name: "小多", capacity: 9, locale: "en" });
  assert.deepEqual([changed.display_name, changed.capacity, changed.locale], ["小多", 9, "en"]);
  assert.ok(!JSON.stringify(changed).includes("argon2"));
});

test("Agent_MayChangeHisDisplayNameAndNoMore", async () => {
  const wang = await signIn(server, "wang@demo");
  const me = wang.session.user;
  assert.equal((await wang.ok("PATCH", `/users/${me.id}`, { display_name: "芳芳" })).display_name, "芳芳");
  refused(await wang.patch(`/users/${me.id}`, { capacity: 99 }), 403);
  const roles = (await admin.ok("GET", "/roles")).items;
  refused(await wang.patch(`/users/${me.id}`, { role_id: roles.find((r) => r.key === "administrator").id }), 403);
  refused(await wang.patch(`/users/${admin.session.user.id}`, { display_name: "hacked" }), 403);
});

test("Tenant_Settings_Change", async () => {
  const changed = await admin.ok("PATCH", "/tenant", { recall_window_ms: 60_000 });
  assert.equal(changed.recall_window_ms, 60_000);
  refused(await admin.patch("/tenant", { time_zone: "no such zone!" }), 400);
  refused(await admin.patch("/tenant", { recall_window_ms: -1 }), 400, "request.invalid_fields");
});

test("Widget_RoundTrip_WhatGetGaveMayBePut", async () => {
  const [widget] = (await admin.ok("GET", "/widgets")).items;
  assert.equal(widget.key, "demo");
  const changed = await admin.ok("PUT", `/widgets/${widget.id}`, { ...widget, look: { ...widget.look, color: "#ff0000" } });
  assert.equal(changed.look.color, "#ff0000");
  assert.equal(changed.key, "demo");
  const config = await (await fetch(`${server.url}/api/v1/webchat/demo/config`)).json();
  assert.equal(config.widget.look.color, "#ff0000");
  const made = await admin.ok("POST", "/widgets", { ...widget, name: "第二个" });
  assert.notEqual(made.key, "demo");
  const { identity_key } = await admin.ok("POST", `/widgets/${made.id}/identity-key`);
  assert.ok(identity_key.length >= 32);
  assert.ok(!JSON.stringify(await admin.ok("GET", "/widgets")).includes(identity_key));
  await new Visitor(server, made.key).begin();
  assert.equal((await admin.del(`/widgets/${made.id}`)).status, 204);
  refused(await admin.get(`/widgets/${made.id}`), 404, "webchat.widget_not_found");
});

test("Policies_OfQueues_AreReadAndSaved", async () => {
  const [policy] = (await admin.ok("GET", "/routing/policies")).items;
  const saved = await admin.ok("PUT", "/routing/policies", { ...policy, strategy: "longest_idle" });
  assert.equal(saved.strategy, "longest_idle");
});

test("Audit_EveryChange_IsWrittenDownWithoutSecrets", async () => {
  const roles = (await admin.ok("GET", "/roles")).items;
  const user = await admin.ok("POST", "/users", { login: "audited@demo", name: "记", password: "a secret word", role_id: roles[0].id, team_ids: [] });
  await admin.ok("POST", `/users/${user.id}/password`, { password: "another secret" });
  await admin.ok("PATCH", `/users/${user.id}`, { disabled: true });
  const records = (await admin.ok("GET", "/audit?limit=200")).items;
  const ours = records.filter((r) => r.object === user.id);
  assert.ok(ours.length >= 3, JSON.stringify(ours));
  assert.ok(ours.every((r) => r.actor_id === admin.session.user.id && r.address === "127.0.0.1" && r.at_ms > 0), JSON.stringify(ours));
  const text = JSON.stringify(records);
  for (const secret of ["a secret word", "another secret", "argon2"]) assert.ok(!text.includes(secret));
  const disabled = ours.find((r) => r.after?.disabled === true);
  assert.equal(disabled.before.disabled, false);
});

test("Supervisor_WithinHisUnit_SeesNoFurther", async () => {
  const zhao = await signIn(server, "zhao@demo");
  assert.equal(zhao.session.role.key, "supervisor");
  refused(await zhao.post("/teams", { unit_id: zhao.session.user.unit_id, name: "x" }), 403, "auth.permission_denied");
  assert.ok((await zhao.ok("GET", "/conversations?box=all&closed=true")).items.length >= 4);
});

test("Nobody_CanBeMadeByAnAnonymousCaller", async () => {
  refused(await new Client(server).post("/users", { login: "x", name: "x", password: "some password", role_id: "ro_0000000000001", team_ids: [] }), 401);
});
