// Supervision over the API and the socket: the board, whispers, taking over, alarms and their webhooks.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import http from "node:http";
import { Client, Visitor, eventually, makeStore, refused, signIn, startServer } from "./helper.mjs";
import { openSocket } from "./socket.mjs";

let server, admin, wang, li, zhao;
before(async () => {
  server = await startServer({ args: ["--allow-internal-webhooks"] });
  [admin, wang, li, zhao] = await Promise.all(["admin", "wang", "li", "zhao"].map((name) => signIn(server, `${name}@demo`)));
  for (const agent of [admin, wang, li, zhao]) await agent.ok("PUT", "/agents/me/state", { state: "busy" });
});
after(() => server.stop());

let number = 0;
const key = () => `s-${++number}`;

/** A visitor who waits, and his conversation. */
async function waiting(words = "有人吗？") {
  const visitor = new Visitor(server);
  const session = await visitor.begin();
  assert.equal((await visitor.say(words)).t, "ack");
  const conversation = await eventually(async () => {
    const list = await admin.ok("GET", "/conversations?box=all&limit=100");
    return list.items.find((c) => c.customer.id === session.customer.id && c.team_id);
  }, "the conversation stands in a queue");
  return { visitor, conversation, path: `/conversations/${conversation.id}` };
}
/** The same, taken by Wang. */
async function owned() {
  const made = await waiting();
  await wang.ok("POST", `${made.path}/grab`);
  return made;
}
const whisper = (client, path, text) => client.call("POST", `${path}/messages`, { client_msg_id: key(), kind: "whisper", text });
const texts = async (client, path) => (await client.ok("GET", `${path}/messages?limit=200`)).items.map((m) => m.text);

// --- the board

test("Board_NeedsTheRight", async () => {
  refused(await wang.get("/board"), 403, "auth.permission_denied");
  refused(await wang.get("/alarms"), 403, "auth.permission_denied");
  refused(await new Client(server).get("/board"), 401);
});

test("Board_ShowsQueuesAgentsAndToday", async () => {
  const { conversation } = await waiting();
  const board = await eventually(async () => {
    const now = await zhao.ok("GET", "/board");
    return now.queues.find((q) => q.team_id === conversation.team_id)?.waiting > 0 && now;
  }, "the waiting customer is on the board");
  const queue = board.queues.find((q) => q.team_id === conversation.team_id);
  assert.ok(queue.today.offered >= 1);
  assert.equal(queue.agents_online, 0);
  assert.ok(queue.agents_busy >= 1);
  assert.ok(queue.longest_wait_ms >= 0);
  assert.ok(board.agents.some((agent) => agent.user_id === wang.session.user.id && agent.state === "busy"));
  refused(await zhao.get("/board?unit_id=ou_0000000000001"), 404, "org.unit_not_found");
  const whole = await zhao.ok("GET", `/board?unit_id=${queue.unit_id}`);
  assert.ok(whole.queues.some((q) => q.team_id === queue.team_id));
});

test("Board_IsPushedAfterAChange", async () => {
  const socket = await openSocket(server, zhao);
  socket.send({ t: "board", on: true });
  const first = await eventually(() => socket.frames.find((f) => f.t === "board"), "the first board");
  const before = first.board.queues.reduce((sum, q) => sum + q.waiting, 0);
  await waiting();
  await eventually(() => socket.frames.find((f) => f.t === "board" &&
    f.board.queues.reduce((sum, q) => sum + q.waiting, 0) > before), "the waiting customer is pushed");
  socket.close();
  const agent = await openSocket(server, wang);
  agent.send({ t: "board", on: true });
  const error = await eventually(() => agent.frames.find((f) => f.t === "error"), "refused");
  assert.equal(error.reason, "auth.permission_denied");
  agent.close();
});

// --- whispers, joining, taking over

test("Whisper_ReachesTheOwnerAndNobodyElse", async () => {
  const { visitor, conversation, path } = await owned();
  await wang.ok("PUT", `${path}/participants/${li.session.user.id}`);
  const before = (await wang.ok("GET", path)).conversation;
  const [owner, colleague] = [await openSocket(server, wang), await openSocket(server, li)];
  for (const socket of [owner, colleague]) socket.send({ t: "hello", since: (await zhao.ok("GET", "/auth/session")).last_seq, watch: [conversation.id] });
  await eventually(() => [owner, colleague].every((s) => s.frames.some((f) => f.t === "welcome")), "both live");

  const said = await whisper(zhao, path, "给他九折");
  assert.equal(said.status, 200, said.bytes.toString());
  assert.deepEqual(said.json.message.mentions, [wang.session.user.id]);
  await eventually(() => owner.frames.find((f) => f.type === "message.accepted" && f.data.message.text === "给他九折"), "pushed to the owner");
  await eventually(() => colleague.frames.find((f) => f.type === "conversation.changed"), "the colleague hears that it moved on");

  assert.ok((await texts(wang, path)).includes("给他九折"));
  assert.ok((await texts(zhao, path)).includes("给他九折"));
  assert.ok(!(await texts(li, path)).includes("给他九折"), "a participant");
  assert.ok(!JSON.stringify(colleague.frames).includes("九折"), "nor over his socket");
  const replayed = await li.ok("GET", `/events?since=0&wait_s=0&watch=${conversation.id}`);
  assert.ok(!JSON.stringify(replayed).includes("九折"), "nor by long-polling");
  visitor.since = visitor.session.last_seq;
  assert.ok(!JSON.stringify(await visitor.poll([])).includes("九折"), "nor the customer, by replay");
  const mine = await fetch(`${server.url}/api/v1/webchat/messages`, { headers: { authorization: `Bearer ${visitor.token}` } });
  assert.ok(!(await mine.text()).includes("九折"), "nor the customer, by history");
  const again = await visitor.begin({ visitor_token: visitor.token });
  assert.ok(!JSON.stringify(again).includes("九折"), "nor the customer, in a new session");

  const now = (await wang.ok("GET", path)).conversation;
  assert.equal(now.last_preview, before.last_preview);
  assert.equal(now.unread, before.unread);
  assert.equal(now.updated_at_ms, before.updated_at_ms);
  const search = new URLSearchParams({ box: "all", search: "九折" });
  assert.equal((await zhao.ok("GET", `/conversations?${search}`)).items.length, 0);
  refused(await whisper(wang, path, "psst"), 403, "auth.permission_denied");
  refused(await whisper(li, path, "psst"), 403, "auth.permission_denied");
  for (const socket of [owner, colleague]) socket.close();
});

test("Whisper_OverTheSocket", async () => {
  const { path, conversation } = await owned();
  const socket = await openSocket(server, zhao);
  socket.send({ t: "send", id: conversation.id, client_msg_id: "w1", kind: "whisper", text: "慢慢来" });
  await eventually(() => socket.frames.find((f) => f.t === "ack" && f.client_msg_id === "w1"), "acknowledged");
  assert.ok((await texts(wang, path)).includes("慢慢来"));
  socket.close();
});

test("Visitor_CannotSendAWhisper", async () => {
  const { visitor } = await waiting();
  const frames = await visitor.poll([{ t: "send", client_msg_id: key(), kind: "whisper", text: "psst" }], 2);
  assert.ok(frames.some((f) => f.t === "error" || f.t === "nack"), JSON.stringify(frames));
});

test("TakeOver_JoinAndReassign_AreAudited", async () => {
  const { path, conversation } = await owned();
  await zhao.ok("PUT", `${path}/participants/${zhao.session.user.id}`);
  const taken = await zhao.ok("POST", `${path}/take-over`, { note: "这位客户我熟" });
  assert.equal(taken.agent.id, zhao.session.user.id);
  assert.ok(taken.participants.every((p) => p.id !== zhao.session.user.id), "who owns it no longer takes part");
  assert.ok((await texts(zhao, path)).includes("这位客户我熟"));
  await zhao.ok("POST", `${path}/transfer`, { agent_id: wang.session.user.id });
  await zhao.ok("POST", `${path}/transfer`, { agent_id: li.session.user.id });
  refused(await wang.post(`${path}/take-over`, {}), 403, "auth.permission_denied");
  const actions = (await admin.ok("GET", "/audit?limit=100")).items.filter((r) => r.object === conversation.id).map((r) => r.action);
  for (const action of ["conversation.joined", "conversation.taken_over", "conversation.reassigned"])
    assert.ok(actions.includes(action), action);
});

test("SilentWatch_IsNotSeenAndAudited", async () => {
  const { path, conversation } = await owned();
  const [owner, boss] = [await openSocket(server, wang), await openSocket(server, zhao)];
  owner.send({ t: "watch", id: conversation.id });
  await eventually(() => owner.frames.find((f) => f.t === "presence"), "the owner sees who is there");
  boss.send({ t: "hello", since: (await zhao.ok("GET", "/auth/session")).last_seq, watch: [] });
  boss.send({ t: "watch", id: conversation.id, silent: true });
  await eventually(() => boss.frames.find((f) => f.t === "presence"), "the supervisor sees it");
  await wang.ok("POST", `${path}/messages`, { client_msg_id: key(), text: "您好" });
  await eventually(() => boss.frames.find((f) => f.data?.message?.text === "您好"), "and what is said");
  assert.ok(!JSON.stringify(owner.frames).includes(zhao.session.user.id));
  const actions = (await admin.ok("GET", "/audit?limit=50")).items.filter((r) => r.object === conversation.id).map((r) => r.action);
  assert.deepEqual(actions.filter((a) => a === "conversation.watched").length, 1);
  for (const socket of [owner, boss]) socket.close();
});

// --- alarms and webhooks

/** A receiver that answers as it is told and keeps what it got. */
async function receiver() {
  const got = [];
  const answer = { status: 200 };
  const listening = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      got.push({ headers: request.headers, body, json: JSON.parse(body), status: answer.status });
      response.statusCode = answer.status;
      response.end();
    });
  });
  await new Promise((resolve) => listening.listen(0, "127.0.0.1", resolve));
  listening.unref();
  return { got, answer, url: `http://127.0.0.1:${listening.address().port}/alarms`, close: () => listening.close() };
}

test("AlarmSettings_NeedTheRightAndKeepSecrets", async () => {
  refused(await zhao.get("/alarm-settings"), 403, "auth.permission_denied");
  refused(await wang.get("/alarm-deliveries"), 403, "auth.permission_denied");
  refused(await admin.put("/alarm-settings", { webhooks: [{ url: "ftp://x", kinds: [], enabled: true }] }), 400);
  refused(await admin.put("/alarm-settings", { webhooks: Array(6).fill({ url: "https://example.com", kinds: [], enabled: true }) }), 400);
  const saved = await admin.ok("PUT", "/alarm-settings", { webhooks: [{ url: "https://example.com/a", secret: "geheim", kinds: ["queue_long"], enabled: false }] });
  assert.equal(saved.webhooks[0].has_secret, true);
  assert.ok(!("secret" in saved.webhooks[0]));
  assert.ok(!JSON.stringify(await admin.ok("GET", "/audit?limit=20")).includes("geheim"));
  refused(await admin.post("/alarm-settings/test", { webhook_id: "wh_0000000000001" }), 404, "supervision.webhook_not_found");
  await admin.ok("PUT", "/alarm-settings", { webhooks: [] });
});

test("Alarm_OfASilentAgent_IsRaisedToldSignedAndEnded", async () => {
  const there = await receiver();
  there.answer.status = 500;
  await admin.ok("PUT", "/alarm-settings", { webhooks: [{ url: there.url, secret: "geheim", kinds: ["agent_silent"], enabled: true }] });
  const { team_id } = (await waiting()).conversation;
  const policy = (await admin.ok("GET", "/routing/policies")).items.find((p) => p.team_id === team_id);
  await admin.ok("PUT", "/routing/policies", { ...policy, silence: { warn_ms: 0, alarm_ms: 5_000, redispatch_ms: 0, hops_max: 3, remind_ms: 0, close_ms: 0 } });
  const { conversation, path } = await owned();
  const socket = await openSocket(server, zhao);
  socket.send({ t: "hello", since: (await zhao.ok("GET", "/auth/session")).last_seq, watch: [] });

  const raised = await eventually(() => socket.frames.find((f) => f.type === "alarm.raised" && f.data.conversation_id === conversation.id), "pushed to the supervisor", 20_000);
  assert.equal(raised.data.kind, "agent_silent");
  assert.equal(raised.data.agent_id, wang.session.user.id);
  const open = (await zhao.ok("GET", "/alarms?open=true")).items;
  assert.ok(open.some((a) => a.id === raised.data.id));
  assert.ok((await zhao.ok("GET", "/board")).alarms.some((a) => a.id === raised.data.id));
  const acknowledged = await zhao.ok("POST", `/alarms/${raised.data.id}/acknowledge`);
  assert.equal(acknowledged.acknowledged_by_id, zhao.session.user.id);
  await eventually(() => socket.frames.find((f) => f.type === "alarm.changed" && f.data.id === raised.data.id), "told to the others");
  refused(await wang.post(`/alarms/${raised.data.id}/acknowledge`), 403, "auth.permission_denied");

  await eventually(() => there.got.length >= 1, "the webhook was tried");
  there.answer.status = 200;
  await eventually(() => there.got.some((g) => g.status === 200), "and tried again", 15_000);
  const [first, second] = there.got;
  for (const delivery of [first, second]) {
    assert.equal(delivery.headers["x-yingda-signature"], "sha256=" + createHmac("sha256", "geheim").update(delivery.body).digest("hex"));
    assert.equal(delivery.json.event, "alarm.raised");
    assert.equal(delivery.json.alarm.id, raised.data.id);
    assert.equal(delivery.json.tenant_id, zhao.session.tenant.id);
  }
  assert.equal(first.json.delivery_id, second.json.delivery_id, "the same delivery");

  await wang.ok("POST", `${path}/messages`, { client_msg_id: key(), text: "来了" });
  await eventually(() => there.got.find((g) => g.json.event === "alarm.ended" && g.json.alarm.id === raised.data.id), "told that it is over");
  await eventually(() => socket.frames.find((f) => f.type === "alarm.ended" && f.data.id === raised.data.id), "pushed that it is over");
  const deliveries = await eventually(async () => {
    const all = (await admin.ok("GET", "/alarm-deliveries")).items.filter((d) => d.alarm_id === raised.data.id);
    return all.length === 2 && all.every((d) => d.state === "delivered") && all;
  }, "both delivered");
  assert.equal(deliveries.find((d) => d.event === "alarm.raised").attempts, there.got.filter((g) => g.json.event === "alarm.raised").length);
  await admin.ok("PUT", "/routing/policies", policy);
  await admin.ok("PUT", "/alarm-settings", { webhooks: [] });
  socket.close();
  there.close();
});

test("Webhook_PendingAtARestart_IsDeliveredAfterwards", async () => {
  const store = makeStore();
  const there = await receiver();
  there.answer.status = 503;
  let node = await startServer({ store, args: ["--allow-internal-webhooks"] });
  let boss = await signIn(node, "admin@demo");
  const saved = await boss.ok("PUT", "/alarm-settings", { webhooks: [{ url: there.url, kinds: [], enabled: true }] });
  const asked = await boss.ok("POST", "/alarm-settings/test", { webhook_id: saved.webhooks[0].id });
  assert.equal(asked.state, "pending");
  await eventually(() => there.got.length >= 1, "tried");
  assert.ok(!("x-yingda-signature" in there.got[0].headers), "no secret, no signature");
  assert.equal(await node.end(), 0);
  there.answer.status = 200;
  node = await startServer({ store, args: ["--allow-internal-webhooks"] });
  boss = await signIn(node, "admin@demo");
  const delivery = await eventually(async () => {
    const [newest] = (await boss.ok("GET", "/alarm-deliveries")).items;
    return newest.state === "delivered" && newest;
  }, "delivered after the restart", 30_000);
  assert.equal(delivery.id, asked.id);
  assert.equal(there.got.at(-1).json.event, "alarm.test");
  await node.stop();
  there.close();
});

test("Webhook_IntoTheOwnNetwork_IsRefusedUnlessAllowed", async () => {
  const there = await receiver();
  const node = await startServer();
  const boss = await signIn(node, "admin@demo");
  const saved = await boss.ok("PUT", "/alarm-settings", { webhooks: [{ url: there.url, kinds: [], enabled: true }] });
  await boss.ok("POST", "/alarm-settings/test", { webhook_id: saved.webhooks[0].id });
  const delivery = await eventually(async () => {
    const [newest] = (await boss.ok("GET", "/alarm-deliveries")).items;
    return newest.state !== "pending" && newest;
  }, "given up");
  assert.equal(delivery.state, "failed");
  assert.equal(delivery.error, "net.internal_address");
  assert.equal(there.got.length, 0);
  await node.stop();
  there.close();
});

test("Tenants_DoNotSeeEachOthersAlarms", async () => {
  refused(await zhao.post("/alarms/al_0000000000001/acknowledge"), 404, "supervision.alarm_not_found");
  refused(await zhao.get("/alarms?after=nonsense"), 400, "request.invalid_cursor");
});
