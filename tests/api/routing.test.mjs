// States, reasons, offers and the consulted colleague over the API, with real visitors on the other side.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Client, Visitor, eventually, refused, signIn, startServer } from "./helper.mjs";

let server, admin, wang, li, zhao;
const idOf = (client) => client.session.user.id;
before(async () => {
  server = await startServer();
  admin = await signIn(server, "admin@demo");
  wang = await signIn(server, "wang@demo");
  li = await signIn(server, "li@demo");
  zhao = await signIn(server, "zhao@demo");
  for (const agent of [admin, wang, li, zhao]) await agent.ok("PUT", "/agents/me/state", { state: "offline" });
});
after(() => server.stop());

async function policyOf(team) {
  return (await admin.ok("GET", "/routing/policies")).items.find((one) => one.team_id === team);
}
const change = async (team, more) => admin.ok("PUT", "/routing/policies", { ...(await policyOf(team)), ...more });

/** A visitor who has said hello, and his conversation as soon as it has a team. */
async function customer(text = "有人吗？") {
  const visitor = new Visitor(server);
  const session = await visitor.begin();
  assert.equal((await visitor.say(text)).t, "ack");
  return eventually(async () => {
    const list = await admin.ok("GET", "/conversations?box=all&limit=100");
    return list.items.find((c) => c.customer.id === session.customer.id && c.team_id);
  }, "the conversation stands in a queue");
}
const offerOf = (client, conversation) =>
  eventually(async () => (await client.ok("GET", "/offers")).items.find((o) => o.conversation.id === conversation.id), "it rings");

test("ReasonCodes_AreReadByAll_ChangedByAdministrators", async () => {
  const { items } = await wang.ok("GET", "/routing/reason-codes");
  assert.deepEqual(items.map((one) => one.code), ["break", "meal", "training", "meeting", "technical"]);
  refused(await wang.put("/routing/reason-codes", { items }), 403, "auth.permission_denied");
  const changed = await admin.ok("PUT", "/routing/reason-codes", { items: [...items, { code: "tea", state: "away", zh_CN: "茶歇", en: "Tea", enabled: true }] });
  assert.equal(changed.items.at(-1).zh_CN, "茶歇");
  refused(await admin.put("/routing/reason-codes", { items: [{ ...items[0], state: "online" }] }), 400);
  const state = await wang.ok("PUT", "/agents/me/state", { state: "away", reason: "tea" });
  assert.equal(state.reason, "tea");
  const unknown = await wang.put("/agents/me/state", { state: "away", reason: "gardening" });
  refused(unknown, 400);
  assert.deepEqual(unknown.json.fields.map((f) => [f.field, f.reason]), [["reason", "routing.unknown_reason_code"]]);
});

test("ForcedState_BySupervisors_IsAudited", async () => {
  await wang.ok("PUT", "/agents/me/state", { state: "online" });
  refused(await li.put(`/agents/${idOf(wang)}/state`, { state: "busy" }), 403, "auth.permission_denied");
  assert.equal((await admin.ok("PUT", `/agents/${idOf(wang)}/state`, { state: "away", reason: "meeting" })).state, "away");
  const { items } = await admin.ok("GET", "/audit?limit=5");
  const record = items.find((one) => one.action === "agent.state_forced");
  assert.equal(record.object, idOf(wang));
  assert.deepEqual([record.before.state, record.after.state], ["online", "away"]);
  await wang.ok("PUT", "/agents/me/state", { state: "offline" });
  refused(await admin.put(`/agents/${idOf(wang)}/state`, { state: "online" }), 409, "routing.agent_not_here");
  refused(await admin.put("/agents/us_0000000000009/state", { state: "busy" }), 404, "routing.no_such_agent");
});

test("AgentsDay_IsHisOwnAndHisSupervisors", async () => {
  await wang.ok("PUT", "/agents/me/state", { state: "away", reason: "meal" });
  const day = await wang.ok("GET", `/agents/${idOf(wang)}/day`);
  assert.match(day.date, /^\d{4}-\d{2}-\d{2}$/);
  assert.deepEqual([day.spans.at(-1).state, day.spans.at(-1).reason], ["away", "meal"]);
  for (const [i, span] of day.spans.entries()) if (i > 0) assert.equal(span.from_at_ms, day.spans[i - 1].until_at_ms);
  const all = day.spans.at(-1).until_at_ms - day.spans[0].from_at_ms;
  assert.equal(day.totals.reduce((sum, total) => sum + total.ms, 0), all);
  assert.equal((await admin.ok("GET", `/agents/${idOf(wang)}/day?date=${day.date}`)).date, day.date);
  refused(await li.get(`/agents/${idOf(wang)}/day`), 403, "auth.permission_denied");
  refused(await wang.get(`/agents/${idOf(wang)}/day?date=2026-02-30`), 400);
});

test("Ring_TheFirstToAcceptGetsIt_AndWrapUpFollows", async () => {
  const waiting = await customer();
  await change(waiting.team_id, { strategy: "ring_several", ring_count: 2, offer_ms: 120000, wrap_up_ms: 60000, wrap_up_max_ms: 90000 });
  for (const agent of [wang, li]) await agent.ok("PUT", "/agents/me/state", { state: "online" });
  const offer = await offerOf(wang, waiting);
  assert.equal(offer.kind, "ring");
  refused(await admin.post(`/offers/${offer.id}/accept`), 404, "routing.offer_not_found");
  const winner = offer.agent_ids.includes(idOf(wang)) ? wang : li;
  assert.equal((await winner.ok("POST", `/offers/${offer.id}/accept`)).agent.id, idOf(winner));
  refused(await winner.post(`/offers/${offer.id}/accept`), 409, "routing.offer_gone");
  const why = (await winner.ok("GET", `/conversations/${waiting.id}/assignments`)).items;
  assert.equal(why[0].why.rule, "routing.rule.accepted");

  refused(await winner.post("/agents/me/wrap-up", { end: true }), 409, "routing.not_in_wrap_up");
  await winner.ok("POST", `/conversations/${waiting.id}/close`, {});
  const resting = await eventually(async () => {
    const found = (await admin.ok("GET", "/agents")).items.find((one) => one.user_id === idOf(winner));
    return found.state === "wrap_up" && found;
  }, "the wrap-up begins");
  const longer = await winner.ok("POST", "/agents/me/wrap-up", { extend_ms: 20000 });
  assert.equal(longer.until_at_ms, resting.until_at_ms + 20000);
  refused(await winner.put("/agents/me/state", { state: "wrap_up" }), 400);
  assert.equal((await winner.ok("POST", "/agents/me/wrap-up", { end: true })).state, "online");
  await change(waiting.team_id, { strategy: "least_loaded", wrap_up_ms: 0 });
});

test("Transfer_WithAcceptance_StaysWithTheOwnerUntilThen", async () => {
  for (const agent of [wang, li]) await agent.ok("PUT", "/agents/me/state", { state: "busy" });
  const waiting = await customer();
  await wang.ok("POST", `/conversations/${waiting.id}/grab`);
  const asked = await wang.ok("POST", `/conversations/${waiting.id}/transfer`, { agent_id: idOf(li), note: "请帮忙", accept: true });
  assert.equal(asked.agent.id, idOf(wang));
  refused(await wang.post(`/conversations/${waiting.id}/transfer`, { agent_id: idOf(li), accept: true }), 409, "routing.already_offered");
  assert.equal((await wang.ok("GET", "/offers?sent=true")).items.length, 1);
  const offer = await offerOf(li, waiting);
  assert.deepEqual([offer.kind, offer.from_id, offer.note], ["transfer", idOf(wang), "请帮忙"]);
  assert.equal((await li.post(`/offers/${offer.id}/decline`, { reason: "在忙" })).status, 204);
  await wang.ok("POST", `/conversations/${waiting.id}/transfer`, { agent_id: idOf(li), accept: true });
  const again = await offerOf(li, waiting);
  assert.equal((await wang.post(`/offers/${again.id}/withdraw`)).status, 204);
  refused(await li.post(`/offers/${again.id}/accept`), 409, "routing.offer_gone");
  await wang.ok("POST", `/conversations/${waiting.id}/transfer`, { agent_id: idOf(li), accept: true });
  assert.equal((await li.ok("POST", `/offers/${(await offerOf(li, waiting)).id}/accept`)).agent.id, idOf(li));
});

test("Consulted_ReadsAndWritesNotesOnly", async () => {
  const waiting = await customer("屏幕不亮");
  await wang.ok("POST", `/conversations/${waiting.id}/grab`);
  const asked = await wang.ok("PUT", `/conversations/${waiting.id}/participants/${idOf(zhao)}`, { role: "consult" });
  assert.deepEqual(asked.participants.map((one) => [one.id, one.role]), [[idOf(zhao), "consult"]]);
  await zhao.ok("POST", `/conversations/${waiting.id}/messages`, { client_msg_id: "n-1", kind: "note", text: "换一根线试试" });
  const answer = await zhao.post(`/conversations/${waiting.id}/messages`, { client_msg_id: "n-2", text: "换一根线试试" });
  if (!zhao.session.permissions.includes("conversation_supervise")) refused(answer, 403, "conversation.consult_notes_only");
});

test("Team_WithOpenConversations_IsNotRemoved", async () => {
  const { items: units } = await admin.ok("GET", "/units");
  const team = await admin.ok("POST", "/teams", { unit_id: units.find((u) => u.kind === "centre").id, name: "临时" });
  const waiting = await customer();
  await admin.ok("POST", `/conversations/${waiting.id}/transfer`, { team_id: team.id });
  refused(await admin.del(`/teams/${team.id}`), 409, "org.team_has_conversations");
  await admin.ok("POST", `/conversations/${waiting.id}/close`, {});
  assert.equal((await admin.del(`/teams/${team.id}`)).status, 204);
});

test("Strangers_GetNothing", async () => {
  const stranger = new Client(server);
  for (const path of ["/offers", "/routing/reason-codes", `/agents/${idOf(wang)}/day`]) refused(await stranger.get(path), 401);
  refused(await stranger.post("/agents/me/wrap-up", { end: true }), 401);
});
