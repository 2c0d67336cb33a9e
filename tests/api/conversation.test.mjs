// Conversations over the API, with a real visitor on the other side.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Client, Visitor, eventually, refused, signIn, startServer } from "./helper.mjs";

let server, admin, wang, li;
before(async () => {
  server = await startServer();
  admin = await signIn(server, "admin@demo");
  wang = await signIn(server, "wang@demo");
  li = await signIn(server, "li@demo");
  // At work, but not asking for more: nothing is given to them behind the test's back, and nothing taken away.
  for (const agent of [admin, wang, li]) await agent.ok("PUT", "/agents/me/state", { state: "busy" });
});
after(() => server.stop());

/** A visitor who has said hello, and his waiting conversation. */
async function customer(text = "有人吗？") {
  const visitor = new Visitor(server);
  const session = await visitor.begin();
  assert.equal((await visitor.say(text)).t, "ack");
  const conversation = await eventually(async () => {
    const list = await admin.ok("GET", "/conversations?box=all&limit=100");
    return list.items.find((c) => c.customer.id === session.customer.id && c.team_id);
  }, "the conversation stands in a queue");
  return { visitor, conversation, path: `/conversations/${conversation.id}` };
}
let number = 0;
const say = (client, path, text, more = {}) => client.ok("POST", `${path}/messages`, { client_msg_id: `a-${++number}`, text, ...more });

test("Demo_ClosedConversations_AreThereWithTheirHistory", async () => {
  const list = await admin.ok("GET", "/conversations?box=all&state=closed");
  assert.equal(list.items.length, 4);
  const detail = await admin.ok("GET", `/conversations/${list.items[0].id}`);
  assert.equal(detail.conversation.state, "closed");
  assert.equal(detail.episodes.length, 1);
  assert.ok(detail.messages.length >= 4);
  assert.deepEqual(detail.messages.map((m) => m.seq), detail.messages.map((_, i) => i + 1));
});

test("Conversation_FromHelloToClose_AndBack", async () => {
  const { visitor, conversation, path } = await customer();
  refused(await li.post(`${path}/grab`), 404, "conversation.not_found");
  const grabbed = await wang.ok("POST", `${path}/grab`);
  assert.equal(grabbed.state, "assigned");
  assert.equal(grabbed.agent.name, "小芳");
  refused(await admin.post(`${path}/grab`), 409);

  const accepted = await say(wang, path, "您好，在的");
  assert.equal(accepted.duplicate, false);
  const frames = [];
  await eventually(async () => (frames.push(...await visitor.poll([], 1)), frames.find((f) => f.data?.message?.text === "您好，在的")), "the visitor hears it");

  const note = await say(wang, path, "客户好像着急", { kind: "note", mentions: [li.session.user.id] });
  assert.equal(note.message.kind, "note");
  assert.equal((await visitor.poll([], 0)).some((f) => JSON.stringify(f).includes("着急")), false);

  const closed = await wang.ok("POST", `${path}/close`, { reason: "solved" });
  assert.equal(closed.state, "closed");
  const reopened = await wang.ok("POST", `${path}/reopen`, {});
  assert.equal(reopened.state, "assigned");
  assert.equal(reopened.id, conversation.id);
});

test("Message_SameKeyTwice_IsOneMessage", async () => {
  const { path } = await customer();
  await wang.ok("POST", `${path}/grab`);
  const body = { client_msg_id: "the-same", text: "一次就够" };
  const [one, two] = await Promise.all([wang.ok("POST", `${path}/messages`, body), wang.ok("POST", `${path}/messages`, body)]);
  assert.equal(one.message.id, two.message.id);
  assert.equal([one, two].filter((a) => a.duplicate).length, 1);
});

test("Message_BySomebodyElse_IsRefused", async () => {
  const { path } = await customer();
  await wang.ok("POST", `${path}/grab`);
  const answer = await li.post(`${path}/messages`, { client_msg_id: "li-1", text: "我也在" });
  refused(answer, 404, "conversation.not_found");
});

test("Message_BadContents_AreToldByField", async () => {
  const { path } = await customer();
  await wang.ok("POST", `${path}/grab`);
  for (const bad of [{ client_msg_id: "x", text: "" }, { client_msg_id: "x", text: "好".repeat(5001) }, { client_msg_id: "", text: "x" },
                     { client_msg_id: "y".repeat(65), text: "x" }, { client_msg_id: "x", kind: "image" }, { client_msg_id: "x", kind: "system", text: "x" },
                     { client_msg_id: "x", text: "a\u0000b" }]) {
    const answer = await wang.post(`${path}/messages`, bad);
    assert.equal(answer.status, 400, JSON.stringify(bad).slice(0, 80));
    refused(answer, 400);
  }
  await say(wang, path, "好".repeat(5000));
});

test("Recall_OwnMessage_LosesItsContentForBothSides", async () => {
  const { visitor, path } = await customer();
  await wang.ok("POST", `${path}/grab`);
  const { message } = await say(wang, path, "发错了的价格");
  refused(await admin.post(`/messages/${message.id}/recall`), 403);
  const recalled = await wang.ok("POST", `/messages/${message.id}/recall`);
  assert.equal(recalled.text, "");
  assert.ok(recalled.recalled_at_ms > 0);
  const again = new Visitor(server);
  const session = await again.begin({ visitor_token: visitor.token });
  assert.ok(!JSON.stringify(session.messages).includes("发错了的价格"));
});

test("Transfer_ToTeamAndAgent_MovesTheConversation", async () => {
  const { path } = await customer();
  await wang.ok("POST", `${path}/grab`);
  refused(await wang.post(`${path}/transfer`, {}), 400, "conversation.no_target");
  const teams = (await admin.ok("GET", "/teams")).items;
  const service = teams.find((t) => t.name === "售后");
  const moved = await wang.ok("POST", `${path}/transfer`, { team_id: service.id, note: "要退货" });
  assert.equal(moved.team_id, service.id);
  const taken = await eventually(async () => {
    const answer = await li.get(path);
    return answer.status === 200 && answer.json;
  }, "li sees it");
  assert.ok(JSON.stringify(taken.messages).includes("要退货") || taken.conversation.team_id === service.id);
  const stale = await admin.post(`${path}/transfer`, { agent_id: li.session.user.id, expected_version: 1 });
  refused(stale, 409, "conversation.version_conflict");
  const given = await admin.ok("POST", `${path}/transfer`, { agent_id: li.session.user.id });
  assert.equal(given.agent.id, li.session.user.id);
});

test("Participants_AskedIn_MayAnswer", async () => {
  const { path } = await customer();
  await wang.ok("POST", `${path}/grab`);
  const joined = await wang.ok("PUT", `${path}/participants/${li.session.user.id}`);
  assert.equal(joined.participants[0].id, li.session.user.id);
  await say(li, path, "我来帮忙");
  const left = await wang.ok("DELETE", `${path}/participants/${li.session.user.id}`);
  assert.equal(left.participants.length, 0);
  refused(await li.post(`${path}/messages`, { client_msg_id: "late", text: "还在吗" }), 404);
});

test("Priority_AndReceipts_Change", async () => {
  const { path } = await customer();
  await wang.ok("POST", `${path}/grab`);
  assert.equal((await admin.ok("PATCH", path, { priority: 7 })).priority, 7);
  refused(await admin.patch(path, { priority: 10 }), 400);
  assert.equal((await wang.post(`${path}/receipts`, { delivered_seq: 1, read_seq: 1 })).status, 204);
  const detail = await wang.ok("GET", path);
  assert.equal(detail.conversation.receipts.agent_read_seq >= 1, true);
});

test("Messages_Pages_GoBothWays", async () => {
  const { path } = await customer("第一条");
  await wang.ok("POST", `${path}/grab`);
  for (let i = 0; i < 12; ++i) await say(wang, path, `答 ${i}`);
  const newest = (await wang.ok("GET", `${path}/messages?limit=5`)).items;
  assert.equal(newest.length, 5);
  const older = (await wang.ok("GET", `${path}/messages?limit=5&before_seq=${newest[0].seq}`)).items;
  assert.equal(older.at(-1).seq, newest[0].seq - 1);
  const after = (await wang.ok("GET", `${path}/messages?after_seq=${older.at(-1).seq}&limit=200`)).items;
  assert.equal(after[0].seq, newest[0].seq);
});

test("Lists_ByCursor_HoldEverythingOnce", async () => {
  const seen = [];
  let after = "";
  do {
    const page = await admin.ok("GET", `/conversations?box=all&closed=true&limit=3&after=${encodeURIComponent(after)}`);
    seen.push(...page.items.map((c) => c.id));
    after = page.next;
  } while (after);
  assert.equal(new Set(seen).size, seen.length);
  assert.ok(seen.length >= 10);
});

test("Customer_Edited_ShowsInTheConversation", async () => {
  const { conversation, path } = await customer();
  await wang.ok("POST", `${path}/grab`);
  const changed = await wang.ok("PATCH", `/customers/${conversation.customer.id}`, { name: "赵四", level: "vip", tags: ["急"], attributes: { 尺码: "M" } });
  assert.equal(changed.attributes.尺码, "M");
  assert.equal((await wang.ok("GET", path)).conversation.customer.name, "赵四");
  const found = await wang.ok("GET", `/customers?search=${encodeURIComponent("赵四")}`);
  assert.equal(found.items[0].id, conversation.customer.id);
});

test("CannedReplies_OwnAndShared", async () => {
  const mine = await wang.ok("POST", "/canned-replies", { shortcut: "mine", title: "我的", text: "只给我", shared: false });
  assert.equal((await li.ok("GET", "/canned-replies")).items.some((r) => r.id === mine.id), false);
  refused(await wang.post("/canned-replies", { shortcut: "all", title: "大家", text: "给大家", shared: true }), 403);
  const changed = await wang.ok("PUT", `/canned-replies/${mine.id}`, { shortcut: "mine", title: "我的", text: "改了", shared: false });
  assert.equal(changed.text, "改了");
  refused(await li.del(`/canned-replies/${mine.id}`), 404);
  assert.equal((await wang.del(`/canned-replies/${mine.id}`)).status, 204);
});

test("AgentState_Online_GetsTheWaitingConversation", async () => {
  await wang.ok("PUT", "/agents/me/state", { state: "away", reason: "meal" });
  const agents = (await admin.ok("GET", "/agents")).items;
  assert.equal(agents.find((a) => a.user_id === wang.session.user.id).state, "away");
  const analyst = new Client(server);
  refused(await analyst.put("/agents/me/state", { state: "online" }), 401);
  refused(await wang.put("/agents/me/state", { state: "sleeping" }), 400, "request.invalid_fields");
});

test("MessageText_StaysText", async () => {
  const { path } = await customer("<img src=x onerror=alert(1)>");
  const answer = await admin.get(path);
  assert.match(answer.headers.get("content-type"), /^application\/json/);
  assert.ok(answer.json.messages.some((m) => m.text === "<img src=x onerror=alert(1)>"));
});
