// What the settings of serving customers stand on: profiles, advice on policies, the preview, planned days.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { refused, signIn, startServer } from "./helper.mjs";

let server, admin, wang, policy;
before(async () => {
  server = await startServer();
  admin = await signIn(server, "admin@demo");
  wang = await signIn(server, "wang@demo");
  const teams = (await admin.ok("GET", "/teams")).items;
  const mine = wang.session.user.team_ids[0];
  policy = (await admin.ok("GET", "/routing/policies")).items.find((one) => one.team_id === mine);
  assert.ok(teams.length > 1 && policy);
});
after(() => server.stop());
const warnings = async (change) => (await admin.ok("POST", "/routing/policies/check", { policy: { ...policy, ...change } })).warnings;

test("Profiles_SavedAndRead_KeepSkillsAndLanguages", async () => {
  const profile = { user_id: wang.session.user.id, skills: [{ name: "退款", level: 4 }], languages: ["en", "zh-CN"], weight: 2 };
  assert.deepEqual(await admin.ok("PUT", "/routing/profiles", profile), profile);
  const all = (await wang.ok("GET", "/routing/profiles")).items;
  assert.deepEqual(all.find((one) => one.user_id === profile.user_id), profile);
  refused(await wang.put("/routing/profiles", profile), 403, "auth.permission_denied");
  refused(await admin.put("/routing/profiles", { ...profile, skills: [{ name: "x", level: 6 }] }), 400, "request.invalid_fields");
  refused(await admin.put("/routing/profiles", { ...profile, user_id: "us_0000000000001" }), 404, "routing.no_such_agent");
});

test("Check_PolicyThatCannotBeMeant_SaysSoInTheReadersWords", async () => {
  assert.deepEqual(await warnings({}), []);
  const found = await warnings({ overflow_team_ids: [policy.team_id], length_max: 5, skills: [{ name: "没有人会", level: 5 }], silence: { warn_ms: 60000, alarm_ms: 180000, redispatch_ms: 300000, hops_max: 3, remind_ms: 600000, close_ms: 300000 } });
  assert.deepEqual(found.map((one) => [one.field, one.reason, one.refused]), [
    ["overflow_team_ids[0]", "routing.warn.overflow_to_itself", false],
    ["skills[0]", "routing.warn.skill_nobody_has", false],
    ["silence.remind_ms", "routing.warn.reminder_after_close", false],
  ]);
  for (const one of found) assert.match(one.message, /[一-鿿]/);
  const bad = await warnings({ vip_priority: 99, hours: { time_zone: "Asia/Shanghai", chinese_holidays: true, week: [], seasons: [], special_days: [] } });
  assert.deepEqual(bad.filter((one) => one.refused).map((one) => one.field), ["vip_priority", "hours.week"]);
});

test("Check_OverflowThatComesBack_IsALoop", async () => {
  const policies = (await admin.ok("GET", "/routing/policies")).items;
  const other = policies.find((one) => one.team_id !== policy.team_id);
  await admin.ok("PUT", "/routing/policies", { ...other, length_max: 3, overflow_team_ids: [policy.team_id] });
  const reasons = (await warnings({ length_max: 5, overflow_team_ids: [other.team_id] })).map((one) => one.reason);
  assert.ok(reasons.includes("routing.warn.overflow_loop"), reasons.join());
  await admin.ok("PUT", "/routing/policies", other);
});

test("Check_OthersAndUnknownTeams_AreTurnedAway", async () => {
  refused(await wang.post("/routing/policies/check", { policy }), 403, "auth.permission_denied");
  refused(await wang.post("/routing/preview", { policy, channel: "webchat", level: "", language: "", skills: [], waited_ms: 0 }), 403, "auth.permission_denied");
  refused(await admin.post("/routing/policies/check", { policy: { ...policy, team_id: "tm_0000000000001" } }), 404, "org.team_not_found");
});

test("Preview_SomebodyOnline_IsNamedAndNothingChanges", async () => {
  const question = { policy, channel: "webchat", level: "", language: "", skills: [], waited_ms: 0 };
  await wang.ok("PUT", "/agents/me/state", { state: "online" });
  const preview = await admin.ok("POST", "/routing/preview", question);
  assert.equal(preview.outcome, "assigned");
  assert.equal(preview.assignment.agent_id, wang.session.user.id);
  assert.equal(preview.assignment.agent_name, wang.session.user.name);
  assert.equal(preview.assignment.why.strategy, policy.strategy);
  assert.equal(preview.candidates.length, preview.agents);
  const again = await admin.ok("POST", "/routing/preview", { ...question, policy: { ...policy, strategy: "pull" } });
  assert.equal(again.outcome, "pulled");
  const asked = await admin.ok("POST", "/routing/preview", { ...question, skills: [{ name: "没有人会", level: 1 }] });
  assert.equal(asked.outcome, "waiting");
  assert.equal(asked.candidates.find((one) => one.agent_id === wang.session.user.id).reason, "skill");
  assert.equal((await admin.ok("GET", "/agents")).items.find((one) => one.user_id === wang.session.user.id).load, 0);
  assert.deepEqual((await admin.ok("GET", "/routing/policies")).items.find((one) => one.team_id === policy.team_id), policy);
  const bad = refused(await admin.post("/routing/preview", { ...question, policy: { ...policy, ring_count: 0 } }), 400, "request.invalid_fields");
  void bad;
});

test("PlannedDays_AYearWithHolidays_AreCountedAndBounded", async () => {
  const schedule = { time_zone: "Asia/Shanghai", chinese_holidays: true, week: [{ weekday: 1, spans: [{ from_minute: 540, until_minute: 1080 }] }], seasons: [], special_days: [{ date: "2026-03-02", name: "盘点", spans: [] }] };
  const plan = await admin.ok("POST", "/calendar/preview", { schedule, from: "2026-01-01", days: 365 });
  assert.equal(plan.days.length, 365);
  assert.deepEqual(plan.days[0], { date: "2026-01-01", source: "holiday", name: "", holiday_zh_CN: "元旦", holiday_en: plan.days[0].holiday_en, spans: [] });
  assert.equal(plan.days.find((day) => day.date === "2026-03-02").name, "盘点");
  assert.deepEqual(plan.days.find((day) => day.date === "2026-03-09").spans, [{ from_minute: 540, until_minute: 1080 }]);
  for (const question of [{ days: 401 }, { from: "2026-02-30" }, { schedule: { ...schedule, time_zone: "Mars/Base" } }])
    refused(await admin.post("/calendar/preview", { schedule, from: "2026-01-01", days: 1, ...question }), 400, "request.invalid_fields");
});
