// Ratings over the API: a customer of the real widget is asked, answers, changes his mind; supervisors follow up.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Client, Visitor, eventually, refused, run, signIn, startServer } from "./helper.mjs";

let server, admin, boss, wang, li;
before(async () => {
  server = await startServer();
  admin = await signIn(server, "admin@demo");
  boss = await signIn(server, "zhao@demo");
  wang = await signIn(server, "wang@demo");
  li = await signIn(server, "li@demo");
  // Nothing is given to them behind the test's back.
  for (const agent of [admin, boss, wang, li]) await agent.ok("PUT", "/agents/me/state", { state: "busy" });
});
after(() => server.stop());

let number = 0;
const say = (client, path, text) => client.ok("POST", `${path}/messages`, { client_msg_id: `r-${++number}`, text });

/** A visitor whose conversation waits, with the frames he heard. */
async function customer() {
  const visitor = new Visitor(server);
  const session = await visitor.begin();
  visitor.heard = [];
  assert.equal((await visitor.say("我的订单呢？")).t, "ack");
  const conversation = await eventually(async () => {
    const list = await admin.ok("GET", "/conversations?box=all&limit=100");
    return list.items.find((c) => c.customer.id === session.customer.id && c.team_id);
  }, "the conversation stands in a queue");
  return { visitor, conversation, path: `/conversations/${conversation.id}` };
}
/** … whom an agent served and closed; asked "solved?". */
async function asked(agent = wang) {
  const one = await customer();
  await agent.ok("POST", `${one.path}/grab`);
  await say(agent, one.path, "在路上了");
  await agent.ok("POST", `${one.path}/close`, { reason: "agent" });
  const frame = await heard(one.visitor, (f) => f.type === "rating.invited");
  return { ...one, invitation: frame.data.invitation, frame };
}
/** The first frame that fits, of those that came and come. */
function heard(visitor, fits) {
  return eventually(async () => {
    visitor.heard.push(...(await visitor.poll([], 1)));
    return visitor.heard.find(fits);
  }, "the visitor hears it");
}
/** Sends an answer; gives the frame that answers it. */
async function rate(visitor, answer) {
  visitor.heard = visitor.heard.filter((f) => f.t !== "rated" && f.t !== "error");
  visitor.heard.push(...(await visitor.poll([{ t: "rate", ...answer }], 1)));
  return heard(visitor, (f) => f.t === "rated" || f.t === "error");
}

test("CloseByAnAgent_AsksTheVisitorOnce", async () => {
  const { visitor, conversation, invitation, frame, path } = await asked();
  assert.equal(invitation.state, "asked");
  assert.equal(invitation.conversation_id, conversation.id);
  assert.equal(invitation.scale, "stars");
  assert.ok(invitation.reasons.every((r) => r.key && r.zh_CN && r.en));
  assert.equal(frame.data.conversation.state, "closed");
  assert.equal(frame.data.conversation.customer, undefined, "only what a customer may know");
  const again = new Visitor(server);
  const session = await again.begin({ visitor_token: visitor.token });
  assert.deepEqual(session.invitation, invitation, "also in a new session's snapshot");
  await wang.ok("POST", `${path}/reopen`, {});
  await say(wang, path, "补充一句");
  await wang.ok("POST", `${path}/close`, { reason: "agent" });
  await heard(visitor, (f) => f.data?.message?.text === "补充一句");
  await new Promise((resolve) => setTimeout(resolve, 300));
  visitor.heard.push(...(await visitor.poll([], 0)));
  assert.equal(visitor.heard.filter((f) => f.type === "rating.invited").length, 1);
});

test("CustomerStillWaiting_IsNotAsked", async () => {
  const { visitor, path } = await customer();
  await wang.ok("POST", `${path}/grab`);
  await say(wang, path, "稍等");
  assert.equal((await visitor.say("还在吗？")).t, "ack");
  await wang.ok("POST", `${path}/close`, { reason: "agent" });
  await heard(visitor, (f) => f.type === "conversation.closed");
  await new Promise((resolve) => setTimeout(resolve, 300));
  visitor.heard.push(...(await visitor.poll([], 0)));
  assert.ok(!visitor.heard.some((f) => f.type === "rating.invited"));
});

test("Solved_ThenRated_ShowsInListsAndSums", async () => {
  const before = (await admin.ok("GET", "/rating/summary?group=team")).items;
  const sum = (items, name) => items.reduce((all, item) => all + item[name], 0);
  const { visitor, invitation, conversation } = await asked();
  const episode_id = invitation.episode_id;
  assert.equal((await rate(visitor, { episode_id, score: 5 })).reason, "rating.solved_first");
  assert.equal((await rate(visitor, { episode_id, solved: true })).invitation.state, "solved");
  const rated = await rate(visitor, { episode_id, score: 5, reason_keys: [], words: "<b>很好</b>" });
  assert.equal(rated.invitation.state, "rated");
  assert.equal(rated.invitation.words, "<b>很好</b>", "text as it was written");
  assert.ok(rated.invitation.editable_until_ms > Date.now());

  const listed = (await admin.ok("GET", `/rating/episodes?conversation_id=${conversation.id}`)).items;
  assert.equal(listed.length, 1);
  assert.equal(listed[0].invitation.score, 5);
  assert.deepEqual(listed[0].agents, [{ id: wang.session.user.id, name: wang.session.user.name, share_ppm: 1_000_000 }]);
  const now = (await admin.ok("GET", "/rating/summary?group=team")).items;
  for (const name of ["episodes", "invited", "answered", "solved", "rated", "rated_stars", "satisfied"])
    assert.equal(sum(now, name), sum(before, name) + 1, name);
  assert.equal(sum(now, "score_sum"), sum(before, "score_sum") + 5);
  const byAgent = (await admin.ok("GET", "/rating/summary?group=agent")).items;
  assert.equal(sum(byAgent, "rated_ppm"), 1_000_000 * sum(now, "rated"), "shares add up");
  const byDay = (await admin.ok("GET", "/rating/summary?group=day")).items;
  assert.equal(sum(byDay, "episodes"), sum(now, "episodes"));
});

test("NotSolved_GoesOnWithTheLastAgentFirst", async () => {
  const { visitor, invitation, conversation, path } = await asked();
  await li.ok("PUT", "/agents/me/state", { state: "online" });
  await wang.ok("PUT", "/agents/me/state", { state: "online" });
  const said = await rate(visitor, { episode_id: invitation.episode_id, solved: false, words: "还没收到" });
  assert.equal(said.invitation.state, "unsolved");
  const detail = await eventually(async () => {
    const got = await admin.ok("GET", path);
    return got.conversation.state === "assigned" && got;
  }, "somebody has it");
  await wang.ok("PUT", "/agents/me/state", { state: "busy" });
  await li.ok("PUT", "/agents/me/state", { state: "busy" });
  assert.equal(detail.conversation.agent.id, wang.session.user.id);
  assert.equal(detail.conversation.episode_id, invitation.episode_id);
  assert.ok(detail.conversation.waiting_since_ms, "the customer waits");
  const note = detail.messages.find((m) => m.kind === "note");
  assert.ok(note.text.includes("还没收到"));
  await heard(visitor, (f) => f.type === "conversation.reopened");
  assert.ok(!JSON.stringify(visitor.heard).includes(note.id), "notes are not for him");
  const open = (await admin.ok("GET", "/rating/follow-ups?state=open")).items;
  const mine = open.filter((f) => f.conversation_id === conversation.id);
  assert.equal(mine.length, 1);
  assert.equal(mine[0].cause, "unsolved");
  await say(wang, path, "已补发");
  await wang.ok("POST", `${path}/close`, { reason: "agent" });
});

test("LowScore_IsFollowedUpToItsClosure", async () => {
  const { visitor, invitation } = await asked();
  const episode_id = invitation.episode_id;
  const low = invitation.reasons.find((r) => r.low_only).key;
  assert.equal((await rate(visitor, { episode_id, solved: true, score: 5, reason_keys: [low] })).reason, "rating.not_offered");
  assert.equal((await rate(visitor, { episode_id, solved: true, score: 9 })).reason, "rating.invalid_score");
  assert.equal((await rate(visitor, { episode_id, solved: true, score: 1, words: "长".repeat(1001) })).reason, "rating.words_too_long");
  assert.equal((await rate(visitor, { episode_id, solved: true, score: 1, reason_keys: [low], words: "长".repeat(1000) })).t, "rated");

  const find = async (who, state) => (await who.ok("GET", `/rating/follow-ups?state=${state}`)).items.find((f) => f.episode_id === episode_id);
  const open = await find(boss, "open");
  assert.equal(open.score, 1);
  assert.deepEqual(open.reason_keys, [low]);
  assert.equal(open.agent_id, wang.session.user.id);
  assert.equal(await find(wang, "open"), undefined, "supervisors' work");
  refused(await wang.patch(`/rating/follow-ups/${open.id}`, { state: "done" }), 404, "rating.follow_up_not_found");
  refused(await boss.patch(`/rating/follow-ups/${open.id}`, { state: "settled" }), 400);
  refused(await boss.patch(`/rating/follow-ups/${open.id}`, { note: "长".repeat(2001) }), 400);
  const given = await boss.ok("PATCH", `/rating/follow-ups/${open.id}`, { assignee_id: li.session.user.id });
  assert.equal(given.assignee_name, li.session.user.name);
  assert.ok(await find(li, "open"), "the assignee sees it");
  const done = await li.ok("PATCH", `/rating/follow-ups/${open.id}`, { state: "done", note: "已致歉" });
  assert.equal(done.done_by_name, li.session.user.name);
  assert.ok(done.done_at_ms);
  assert.equal(await find(boss, "open"), undefined);
  assert.equal((await find(boss, "done")).note, "已致歉");
  const audit = (await admin.ok("GET", "/audit")).items.filter((a) => a.object === open.id);
  assert.deepEqual(audit.map((a) => a.action), ["rating.follow_up_changed", "rating.follow_up_changed"]);
});

test("Question_OfAnEarlierEpisode_IsRefusedInWords", async () => {
  const { visitor, invitation } = await asked();
  assert.equal((await visitor.say("新问题")).t, "ack");
  const answer = await rate(visitor, { episode_id: invitation.episode_id, solved: true });
  assert.equal(answer.reason, "rating.expired");
  assert.ok(answer.message.length > 0);
  const session = await new Visitor(server).begin({ visitor_token: visitor.token });
  assert.equal(session.invitation, undefined);
  const stranger = new Visitor(server);
  await stranger.begin();
  stranger.heard = [];
  assert.equal((await rate(stranger, { episode_id: invitation.episode_id, solved: true })).reason, "rating.not_invited");
});

test("Agent_SeesHisOwn_SupervisorHisScope", async () => {
  const own = await wang.ok("GET", "/rating/episodes");
  assert.ok(own.items.length > 0);
  for (const item of own.items) assert.ok(item.agents.some((a) => a.id === wang.session.user.id));
  assert.deepEqual((await li.ok("GET", "/rating/episodes")).items, []);
  refused(await li.get(`/rating/episodes?agent_id=${wang.session.user.id}`), 403, "auth.permission_denied");
  refused(await li.get(`/rating/summary?agent_id=${wang.session.user.id}`), 403, "auth.permission_denied");
  const others = (await li.ok("GET", "/rating/summary")).items.filter((i) => i.key !== li.session.user.id || i.invited > 0);
  assert.deepEqual(others, [], "the demo's old episodes were never asked about");
  const line = (await wang.ok("GET", "/rating/summary")).items;
  assert.equal(line.length, 1);
  assert.deepEqual(line[0], (await admin.ok("GET", "/rating/summary")).items.find((i) => i.key === wang.session.user.id));
  refused(await admin.get("/rating/summary?from_at_ms=5&until_at_ms=5"), 400, "request.invalid_fields");
  refused(await admin.get("/rating/summary?group=moon"), 400);
  const all = [], seen = new Set();
  for (let next = ""; ;) {
    const page = await admin.ok("GET", `/rating/episodes?limit=2${next ? `&after=${next}` : ""}`);
    for (const item of page.items) all.push(item.invitation.episode_id), seen.add(item.invitation.episode_id);
    if (!(next = page.next)) break;
  }
  assert.equal(all.length, seen.size);
  assert.ok(seen.size >= own.items.length);
});

test("Settings_AreCheckedSavedAndAudited", async () => {
  const settings = await wang.ok("GET", "/rating/settings");
  assert.equal(settings.channels.find((c) => c.channel === "webchat").enabled, true);
  refused(await wang.put("/rating/settings", settings), 403, "auth.permission_denied");
  const bad = structuredClone(settings);
  bad.channels[0].low_score_max = 5;
  bad.channels[0].reasons[0].key = "NO!";
  const answer = await admin.put("/rating/settings", bad);
  refused(answer, 400, "request.invalid_fields");
  assert.deepEqual(answer.json.fields.map((f) => f.field).sort(), ["channels[0].low_score_max", "channels[0].reasons[0].key"]);
  refused(await admin.put("/rating/settings", { ...settings, follow_up_team_id: "tm_0000000000001" }), 400);
  const off = structuredClone(settings);
  off.channels.find((c) => c.channel === "webchat").enabled = false;
  off.share = "equal";
  assert.equal((await admin.ok("PUT", "/rating/settings", off)).share, "equal");
  const { visitor, path } = await customer();
  await wang.ok("POST", `${path}/grab`);
  await say(wang, path, "好的");
  await wang.ok("POST", `${path}/close`, { reason: "agent" });
  await heard(visitor, (f) => f.type === "conversation.closed");
  await new Promise((resolve) => setTimeout(resolve, 300));
  visitor.heard.push(...(await visitor.poll([], 0)));
  assert.ok(!visitor.heard.some((f) => f.type === "rating.invited"), "switched off");
  const audit = (await admin.ok("GET", "/audit")).items.find((a) => a.action === "rating.settings_changed");
  assert.equal(audit.before.share, "owner");
  assert.equal(audit.after.share, "equal");
  await admin.ok("PUT", "/rating/settings", settings);
});

test("AnotherCompany_SeesAndChangesNothing", async () => {
  const follow = (await admin.ok("GET", "/rating/follow-ups")).items[0];
  const rated = (await admin.ok("GET", "/rating/episodes")).items[0];
  assert.equal(run(["admin", "create-tenant", ...server.store.args, "--name", "Other"]).code, 0);
  const made = run(["admin", "create-user", ...server.store.args, "--company", "Other", "--login", "boss@other", "--role", "administrator", "--password-stdin"], "other password\n");
  assert.equal(made.code, 0, made.err);
  const stranger = await signIn(server, "boss@other", "other password");
  assert.deepEqual((await stranger.ok("GET", "/rating/follow-ups")).items, []);
  assert.deepEqual((await stranger.ok("GET", "/rating/episodes")).items, []);
  assert.deepEqual((await stranger.ok("GET", "/rating/summary?group=day")).items, []);
  refused(await stranger.patch(`/rating/follow-ups/${follow.id}`, { state: "done" }), 404, "rating.follow_up_not_found");
  refused(await stranger.get(`/rating/episodes?conversation_id=${rated.invitation.conversation_id}`), 404, "conversation.not_found");
  refused(await stranger.put("/rating/settings", { ...(await stranger.ok("GET", "/rating/settings")), follow_up_team_id: follow.team_id }), 400);
});

test("Restart_KeepsTheQuestion", async () => {
  const { visitor, invitation } = await asked();
  const store = server.store;
  assert.equal(await server.end(), 0);
  server = await startServer({ store });
  const again = new Visitor(server);
  const session = await again.begin({ visitor_token: visitor.token });
  assert.deepEqual(session.invitation, invitation);
  again.heard = [];
  assert.equal((await rate(again, { episode_id: invitation.episode_id, solved: true, score: 4 })).invitation.score, 4);
  const admin = await signIn(server, "admin@demo");
  const listed = (await admin.ok("GET", `/rating/episodes?conversation_id=${invitation.conversation_id}`)).items;
  assert.equal(listed[0].invitation.score, 4);
});
