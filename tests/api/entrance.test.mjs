// Where new conversations go: rules, menus, trying out, an external program that answers, is late, fails or talks nonsense.
import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { Client, Visitor, eventually, refused, run, signIn, startServer } from "./helper.mjs";

const CATCH_ALL = { name: "其余", enabled: true, conditions: [], priority: 0, skills: [] };
const is = (subject, ...values) => ({ subject, match: "is", values });

let server, admin, agent, widget, unit, teams, program;

/** A program of the company's: answers what the test says. */
async function startProgram() {
  const asked = [];
  const it = { asked, answer: () => ({}) };
  const http = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    asked.push({ body, json: JSON.parse(body), signature: request.headers["x-yingda-signature"] });
    const { status = 200, after = 0, text } = await it.answer(asked.at(-1).json);
    setTimeout(() => response.writeHead(status, { "content-type": "application/json" }).end(text ?? ""), after).unref();
  });
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  it.url = `http://127.0.0.1:${http.address().port}/route`;
  it.stop = () => new Promise((resolve) => http.close(resolve).closeAllConnections());
  return it;
}

before(async () => {
  program = await startProgram();
  server = await startServer({ args: ["--allow-internal-webhooks"] });
  admin = await signIn(server, "admin@demo");
  agent = await signIn(server, "wang@demo");
  widget = (await admin.ok("GET", "/widgets")).items[0];
  unit = (await admin.ok("GET", "/units")).items.find((u) => u.kind === "centre");
  teams = {};
  for (const name of ["贷款", "退款", "海外"]) teams[name] = (await admin.ok("POST", "/teams", { unit_id: unit.id, name })).id;
});
after(async () => {
  await server.stop();
  await program.stop();
});
beforeEach(() => save({}));

const plan = () => admin.ok("GET", "/entrance");
/** Replaces the plan by this one. */
async function save({ rules = [], external = {}, menus = [] }) {
  const { version } = await plan();
  return admin.ok("PUT", "/entrance", { version, rules, external: { enabled: false, url: "", deadline_ms: 1500, ...external }, menus });
}
async function tryToSave({ version, rules = [], external = {}, menus = [] }) {
  version ??= (await plan()).version;
  return admin.put("/entrance", { version, rules, external: { enabled: false, url: "", deadline_ms: 1500, ...external }, menus });
}
async function arrive({ session = {}, text = "你好", topic, page } = {}) {
  const visitor = new Visitor(server);
  await visitor.begin(session);
  if (page) await visitor.poll([{ t: "page", url: page, title: "", referrer: "" }]);
  const client_msg_id = randomUUID();
  await visitor.poll([{ t: "send", client_msg_id, kind: "text", text, ...(topic ? { topic } : {}) }], 5);
  visitor.conversation = await eventually(
    async () => (await admin.ok("GET", "/conversations?box=all&limit=100")).items.find((c) => c.customer.id === visitor.session.customer.id && c.team_id),
    "the conversation has a team");
  return visitor;
}
const why = (visitor) => admin.ok("GET", `/conversations/${visitor.conversation.id}/why`);
const settled = (visitor) =>
  eventually(async () => {
    const { entrance } = await why(visitor);
    return entrance && !["waiting"].includes(entrance.external) && entrance;
  }, "the external program was heard or given up");
const load = async (visitor) => (await admin.ok("GET", `/conversations/${visitor.conversation.id}`)).conversation;

test("Rules_FirstThatMatches_DecidesTheTeam_AndIsExplained", async () => {
  const saved = await save({
    rules: [
      { name: "海外", enabled: true, conditions: [is("language", "en")], team_id: teams["海外"], priority: 0, skills: [] },
      { name: "急", enabled: true, conditions: [{ subject: "text", match: "contains", values: ["投诉"] }], priority: 3, skills: [] },
      { name: "贷款", enabled: true, conditions: [{ subject: "page", match: "contains", values: ["/loan"] }, is("channel", "webchat")], team_id: teams["贷款"], priority: 1, skills: [] },
      { ...CATCH_ALL, team_id: teams["退款"] },
    ],
  });
  assert.ok(saved.rules.every((rule) => rule.id));
  const english = await arrive({ session: { locale: "en-GB" } });
  assert.equal(english.conversation.team_id, teams["海外"]);
  const loan = await arrive({ session: { locale: "zh-CN" }, page: "https://shop.example/LOAN/7", text: "我要投诉" });
  assert.equal(loan.conversation.team_id, teams["贷款"]);
  assert.equal((await load(loan)).priority, 4);
  const { entrance } = await why(loan);
  assert.equal(entrance.rule_name, "贷款");
  assert.equal(entrance.plan_version, saved.version);
  assert.deepEqual(entrance.checked.map((c) => [c.rule_name, c.matched, c.failed_condition, c.found]), [
    ["海外", false, 0, "zh-CN"],
    ["急", true, undefined, undefined],
    ["贷款", true, undefined, undefined],
  ]);
  const other = await arrive({ session: { locale: "zh-CN" } });
  assert.equal(other.conversation.team_id, teams["退款"]);
});

test("Rules_ChangedLater_DoNotTouchAnEpisodeThatIsDecided", async () => {
  await save({ rules: [{ ...CATCH_ALL, team_id: teams["退款"] }] });
  const visitor = await arrive();
  await save({ rules: [{ ...CATCH_ALL, team_id: teams["贷款"] }] });
  await visitor.say("还在吗");
  assert.equal((await load(visitor)).team_id, teams["退款"]);
  assert.equal((await why(visitor)).entrance.team_id, teams["退款"]);
});

test("NoRules_ExplainNothing_TheEntranceDecides", async () => {
  const visitor = await arrive();
  assert.equal(visitor.conversation.team_id, widget.team_id);
  const answer = await why(visitor);
  assert.equal(answer.entrance, undefined);
  assert.ok(Array.isArray(answer.assignments));
});

test("Menu_TopicGoesToItsTeam_UnlessARuleSaysOtherwise", async () => {
  const item = (id, topic, team_id, items = []) => ({ id, label: { zh_CN: id, en: "" }, topic, ...(team_id ? { team_id } : {}), items });
  const menus = [{ widget_id: widget.id, prompt: { zh_CN: "请选择", en: "Choose" }, items: [item("a", "", undefined, [item("a1", "refund", teams["退款"])]), item("b", "loan", teams["贷款"])] }];
  const saved = await save({ menus, rules: [{ name: "贷款走海外", enabled: true, conditions: [is("topic", "loan")], team_id: teams["海外"], priority: 0, skills: [] }] });
  assert.deepEqual(saved.menus[0].items[0].items[0].team_id, teams["退款"]);
  const refund = await arrive({ topic: "refund" });
  assert.equal(refund.conversation.team_id, teams["退款"]);
  assert.equal((await load(refund)).topic, "refund");
  assert.equal((await why(refund)).entrance.menu_item_id, "a1");
  const loan = await arrive({ topic: "loan" });
  assert.equal(loan.conversation.team_id, teams["海外"]);
});

test("Try_SaysWhatWouldHappen_AndChangesNothing", async () => {
  await save({ rules: [{ name: "VIP", enabled: true, conditions: [is("level", "gold"), is("region", "上海")], team_id: teams["海外"], priority: 2, skills: [{ name: "英语", level: 3 }], language: "en" }] });
  const facts = { channel: "webchat", widget_id: widget.id, level: "Gold", attributes: { region: "上海" } };
  const outcome = await admin.ok("POST", "/entrance/try", facts);
  assert.equal(outcome.team_id, teams["海外"]);
  assert.equal(outcome.rule_name, "VIP");
  assert.equal(outcome.priority, 2);
  assert.equal(outcome.language, "en");
  const missed = await admin.ok("POST", "/entrance/try", { ...facts, attributes: { region: "北京" } });
  assert.equal(missed.team_id, widget.team_id);
  assert.deepEqual(missed.checked[0].failed_condition, 1);
  assert.equal(missed.checked[0].found, "北京");
  // Rules that are not saved yet, and a conversation that is there.
  const visitor = await arrive({ text: "发票" });
  const unsaved = await admin.ok("POST", "/entrance/try", { conversation_id: visitor.conversation.id, rules: [{ name: "票", enabled: true, conditions: [{ subject: "text", match: "contains", values: ["发票"] }], team_id: teams["退款"], priority: 0, skills: [] }] });
  assert.equal(unsaved.team_id, teams["退款"]);
  assert.equal((await load(visitor)).team_id, widget.team_id);
  refused(await admin.post("/entrance/try", { rules: [{ name: "", enabled: true, conditions: [], priority: 0, skills: [] }] }), 400, "request.invalid_fields");
});

test("BadPlans_AreRefusedInWords_AtTheirPlace", async () => {
  const rule = (more) => ({ name: "r", enabled: true, conditions: [], team_id: teams["退款"], priority: 0, skills: [], ...more });
  const deep = (depth) => ({ id: `d${depth}`, label: { zh_CN: "x", en: "" }, topic: `t${depth}`, items: depth > 1 ? [deep(depth - 1)] : [] });
  const menu = (items) => ({ widget_id: widget.id, prompt: { zh_CN: "", en: "" }, items });
  const cases = [
    [{ rules: [rule({ team_id: "tm_0000000000001" })] }, "rules[0].team_id", "entrance.unknown_team"],
    [{ rules: [rule({ conditions: [is("level")] })] }, "rules[0].conditions[0].values", "entrance.empty_condition"],
    [{ rules: [rule({ conditions: [is("attribute", "x")] })] }, "rules[0].conditions[0].name", "entrance.name_needed"],
    [{ rules: [rule({ conditions: [is("channel", "fax")] })] }, "rules[0].conditions[0].values[0]", "request.unknown_value"],
    [{ rules: [rule({ conditions: [{ subject: "returning", match: "contains", values: ["yes"] }] })] }, "rules[0].conditions[0].match", "entrance.match_not_possible"],
    [{ rules: [rule({ team_id: undefined })] }, "rules[0].team_id", "entrance.rule_does_nothing"],
    [{ rules: [rule({ priority: 10 })] }, "rules[0].priority", "request.out_of_range"],
    [{ rules: Array.from({ length: 201 }, () => rule()) }, "rules", "request.too_many"],
    [{ external: { enabled: true, url: "ftp://x" } }, "external.url", "entrance.invalid_url"],
    [{ external: { deadline_ms: 100 } }, "external.deadline_ms", "request.out_of_range"],
    [{ menus: [menu([deep(4)])] }, "menus[0].items[0].items[0].items[0].items", "entrance.menu_too_deep"],
    [{ menus: [menu(Array.from({ length: 101 }, (_, i) => ({ ...deep(1), id: `i${i}`, topic: `t${i}` })))] }, "menus[0].items", "request.too_many"],
    [{ menus: [menu([]), menu([])] }, "menus[1].widget_id", "entrance.menu_twice"],
    [{ menus: [menu([{ id: "a", label: { zh_CN: "甲", en: "" }, items: [] }])] }, "menus[0].items[0]", "entrance.item_does_nothing"],
  ];
  for (const [bad, field, reason] of cases) {
    const answer = await tryToSave(bad);
    refused(answer, 400, "request.invalid_fields");
    const found = answer.json.fields.find((f) => f.field === field);
    assert.equal(found?.reason, reason, `${field}: ${JSON.stringify(answer.json.fields)}`);
  }
  await admin.ok("PATCH", `/users/${admin.session.user.id}`, { locale: "en" });
  const english = await tryToSave(cases[0][0]);
  await admin.ok("PATCH", `/users/${admin.session.user.id}`, { locale: "zh_CN" });
  assert.match(english.json.fields[0].message, /does not exist/);
});

test("OddPlans_AreSavedWithWarnings", async () => {
  const saved = await save({
    rules: [
      { ...CATCH_ALL, team_id: widget.team_id },
      { name: "谁也到不了", enabled: true, conditions: [is("level", "gold")], team_id: teams["退款"], priority: 0, skills: [] },
    ],
    external: { enabled: true, url: "http://127.0.0.1:9/" },
  });
  const found = Object.fromEntries(saved.warnings.map((w) => [`${w.field} ${w.reason}`, w.message]));
  assert.deepEqual(Object.keys(found).sort(), [
    "external.secret entrance.external_unsigned",
    "external.url entrance.url_not_encrypted",
    "rules[1] entrance.rule_never_reached",
    "rules[1].team_id entrance.team_without_agents",
  ]);
  assert.ok(Object.values(found).every((words) => /[\u4e00-\u9fff]/.test(words)));
});

test("Saving_GuardsVersions_IsAudited_KeepsTheSecretToItself", async () => {
  const first = await save({ external: { url: "https://company.example/route", secret: "s3cret" } });
  assert.equal(first.external.has_secret, true);
  assert.ok(!JSON.stringify(first).includes("s3cret"));
  refused(await tryToSave({ version: first.version - 1 }), 409, "entrance.version_conflict");
  const kept = await save({ external: { url: "https://company.example/route" } });
  assert.equal(kept.external.has_secret, true);
  const dropped = await save({ external: { url: "https://company.example/route", secret: "" } });
  assert.equal(dropped.external.has_secret, false);
  const audit = (await admin.ok("GET", "/audit?limit=10")).items;
  assert.ok(audit.filter((a) => a.action === "entrance.saved").length >= 3);
  assert.ok(!JSON.stringify(audit).includes("s3cret"));
  const again = await admin.ok("PUT", "/entrance", await plan());
  assert.equal(again.version, dropped.version + 1);
});

test("Rights_OnlyWhoManagesSettings_AndOnlyTheOwnCompany", async () => {
  refused(await agent.get("/entrance"), 403);
  refused(await agent.put("/entrance", await plan()), 403);
  refused(await agent.post("/entrance/try", {}), 403);
  refused(await agent.get("/entrance/external-status"), 403);
  refused(await new Client(server).get("/entrance"), 401);
  await save({ rules: [{ ...CATCH_ALL, team_id: teams["退款"] }] });
  const visitor = await arrive();
  assert.equal(run(["admin", "create-tenant", ...server.store.args, "--name", "Elsewhere"]).code, 0);
  assert.equal(run(["admin", "create-user", ...server.store.args, "--company", "Elsewhere", "--login", "boss@elsewhere", "--role", "administrator", "--password-stdin"], "other password\n").code, 0);
  const stranger = await signIn(server, "boss@elsewhere", "other password");
  assert.deepEqual((await stranger.ok("GET", "/entrance")).rules, []);
  refused(await stranger.get(`/conversations/${visitor.conversation.id}/why`), 404, "conversation.not_found");
  refused(await stranger.put("/entrance", { version: 0, rules: [{ ...CATCH_ALL, team_id: teams["退款"] }], external: { enabled: false, url: "", deadline_ms: 1500 }, menus: [] }), 400);
  refused(await stranger.post("/entrance/try", { conversation_id: visitor.conversation.id }), 404);
});

const counted = () => admin.ok("GET", "/entrance/external-status");
async function external(answer, more = {}) {
  program.answer = answer;
  await save({ rules: [{ ...CATCH_ALL, team_id: teams["退款"] }], external: { enabled: true, url: program.url, secret: "geheim", ...more } });
  return counted();
}
const grew = (before, now) => Object.fromEntries(["asked", "answered", "late", "failed"].map((key) => [key, now[key] - before[key]]));

test("External_Answered_GoesBeforeTheRules", async () => {
  const before = await external(() => ({ text: JSON.stringify({ team_id: teams["海外"], priority: 5, topic: "vip-care", unknown: 1 }) }));
  const visitor = await arrive({ text: "找专员", page: "https://shop.example/vip" });
  const record = await settled(visitor);
  assert.equal(record.external, "answered");
  assert.equal(record.team_id, teams["海外"]);
  const now = await load(visitor);
  assert.equal(now.team_id, teams["海外"]);
  assert.equal(now.priority, 5);
  assert.equal(now.topic, "vip-care");
  const asked = program.asked.at(-1);
  assert.equal(asked.signature, "sha256=" + createHmac("sha256", "geheim").update(asked.body).digest("hex"));
  assert.equal(asked.json.conversation.id, visitor.conversation.id);
  assert.equal(asked.json.customer.id, visitor.session.customer.id);
  assert.equal(asked.json.page.url, "https://shop.example/vip");
  assert.equal(asked.json.text, "找专员");
  assert.equal(asked.json.decided.team_id, teams["退款"]);
  assert.deepEqual(grew(before, await counted()), { asked: 1, answered: 1, late: 0, failed: 0 });
});

test("External_SaysNothing_TheRulesStand", async () => {
  const before = await external(() => ({ status: 204 }));
  const visitor = await arrive();
  assert.equal((await settled(visitor)).external, "answered");
  assert.equal((await load(visitor)).team_id, teams["退款"]);
  assert.deepEqual(grew(before, await counted()), { asked: 1, answered: 1, late: 0, failed: 0 });
});

test("External_Late_TheRulesStand_AndALateAnswerChangesNothing", async () => {
  const before = await external(() => ({ after: 900, text: JSON.stringify({ team_id: teams["海外"] }) }), { deadline_ms: 300 });
  const visitor = await arrive();
  assert.equal(visitor.conversation.team_id, teams["退款"], "it stands in its queue while the program thinks");
  assert.equal((await settled(visitor)).external, "late");
  await new Promise((resolve) => setTimeout(resolve, 900));
  assert.equal((await load(visitor)).team_id, teams["退款"]);
  assert.deepEqual(grew(before, await counted()), { asked: 1, answered: 0, late: 1, failed: 0 });
});

test("External_Failing_TheRulesStand_AndTheErrorIsShown", async () => {
  for (const [answer, error] of [
    [{ status: 500 }, /external_refused .*500/],
    [{ text: "<html>" }, /external_nonsense/],
    [{ text: JSON.stringify({ priority: "high" }) }, /external_nonsense \(priority/],
    [{ text: JSON.stringify({ priority: 12 }) }, /external_nonsense \(priority\)/],
    [{ text: JSON.stringify({ team_id: "tm_0000000000001", priority: 3 }) }, /external_nonsense \(team_id\)/],
    [{ text: "x".repeat(70_000) }, /response_too_large/],
  ]) {
    const before = await external(() => answer);
    const visitor = await arrive();
    const record = await settled(visitor);
    assert.equal(record.external, "failed");
    assert.match(record.external_error, error);
    const now = await load(visitor);
    assert.deepEqual([now.team_id, now.priority], [teams["退款"], 0]);
    const after = await counted();
    assert.deepEqual(grew(before, after), { asked: 1, answered: 0, late: 0, failed: 1 });
    assert.match(after.last_error, error);
    assert.ok(after.last_at_ms > 0);
  }
});

test("External_WhileAsked_NobodyGetsIt_ThenAtOnce", async () => {
  await agent.ok("PUT", "/agents/me/state", { state: "online" });
  let let_go;
  const gate = new Promise((resolve) => (let_go = resolve));
  program.answer = async () => (await gate, { text: JSON.stringify({ team_id: widget.team_id }) });
  await save({ rules: [{ ...CATCH_ALL, team_id: widget.team_id }], external: { enabled: true, url: program.url, deadline_ms: 5000 } });
  const visitor = await arrive();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal((await load(visitor)).state, "queued");
  let_go();
  const given = await eventually(async () => {
    const now = await load(visitor);
    return now.state === "assigned" && now;
  }, "it is given to the agent");
  assert.equal(given.agent.id, agent.session.user.id);
  await agent.ok("PUT", "/agents/me/state", { state: "offline" });
});

test("External_ServerKilledWhileAsking_TheDeadlineSettlesItAfterwards", async () => {
  const own = await startServer({ args: ["--allow-internal-webhooks"] });
  const boss = await signIn(own, "admin@demo");
  const [entrance] = (await boss.ok("GET", "/widgets")).items;
  program.answer = () => ({ after: 60_000 });
  await boss.ok("PUT", "/entrance", { version: 0, rules: [], external: { enabled: true, url: program.url, deadline_ms: 3000 }, menus: [] });
  const visitor = new Visitor(own);
  await visitor.begin();
  await visitor.say("hello");
  const find = async (who) => (await who.ok("GET", "/conversations?box=all&limit=100")).items.find((c) => c.customer.id === visitor.session.customer.id);
  const waiting = await eventually(async () => {
    const c = await find(boss);
    return c && (await boss.ok("GET", `/conversations/${c.id}/why`)).entrance?.external === "waiting" && c;
  }, "the program is asked");
  await own.end("SIGKILL");
  const next = await startServer({ store: own.store, args: ["--allow-internal-webhooks"] });
  const back = await signIn(next, "admin@demo");
  await eventually(async () => (await back.ok("GET", `/conversations/${waiting.id}/why`)).entrance.external === "late", "the deadline is kept");
  assert.equal((await find(back)).team_id, entrance.team_id);
  assert.equal((await back.ok("GET", "/entrance/external-status")).late, 1);
  await next.stop();
});
