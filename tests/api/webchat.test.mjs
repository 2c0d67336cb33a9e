// What a visitor's page asks and says beside messages: information panel, menu, contact, place in the queue.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Visitor, eventually, signIn, startServer } from "./helper.mjs";

let server, admin, widget;
before(async () => {
  server = await startServer();
  admin = await signIn(server, "admin@demo");
  widget = (await admin.ok("GET", "/widgets")).items.find((one) => one.key === "demo");
  for (const login of ["admin@demo", "zhao@demo", "wang@demo", "li@demo"]) await (await signIn(server, login)).ok("PUT", "/agents/me/state", { state: "busy" });
});
after(() => server.stop());

const get = async (path, headers = {}) => {
  const answer = await fetch(`${server.url}/api/v1/webchat/${path}`, { headers });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
};
async function policy(change) {
  const { items } = await admin.ok("GET", "/routing/policies");
  const before = items.find((one) => one.team_id === widget.team_id) ?? items[0];
  await admin.ok("PUT", "/routing/policies", { ...before, ...change });
  return before;
}
/** The frames that come until one fits. */
async function until(visitor, fits) {
  const heard = [];
  return eventually(async () => {
    heard.push(...(await visitor.poll([], 1)));
    return heard.find(fits);
  }, "the frame comes");
}
const customerOf = (visitor) => admin.ok("GET", `/customers/${visitor.session.customer.id}`);

test("Info_OfAWidget_FollowsItsQueueInBothLanguages", async () => {
  const week = [1, 2, 3].map((weekday) => ({ weekday, spans: [{ from_minute: 540, until_minute: 1080 }] }));
  const before = await policy({ length_max: 7, hours: { time_zone: "Asia/Shanghai", chinese_holidays: false, week, seasons: [], special_days: [] } });
  const zh = await eventually(async () => { const { body } = await get("demo/info?lang=zh-CN"); return body.hours && body; }, "the new hours are published");
  assert.deepEqual(zh.hours.lines, [{ days: "周一至周三", times: "09:00–18:00" }, { days: "周四至周日", times: "" }]);
  assert.equal(zh.limits.queue_length_max, 7);
  assert.equal(zh.history_kept, true);
  assert.equal(typeof zh.online, "boolean");
  assert.ok(zh.hours.open_now ? zh.hours.closes_at_ms > Date.now() : zh.hours.next_open_at_ms > Date.now());
  const en = (await get("demo/info", { "accept-language": "en-US" })).body;
  assert.deepEqual(en.hours.lines.map((line) => line.days), ["Mon–Wed", "Thu–Sun"]);
  await admin.ok("PUT", "/routing/policies", before);
  await eventually(async () => !(await get("demo/info?lang=en")).body.hours === !before.hours, "the old ones are back");
});

test("Info_UnknownWidgetOrForeignPage_IsRefused", async () => {
  assert.equal((await get("nobody/info")).status, 404);
  const closed = await admin.ok("POST", "/widgets", { ...widget, id: undefined, key: undefined, name: "一个网站", allowed_origins: ["https://shop.example.com"] });
  const { status, headers } = await get(`${closed.key}/info`, { origin: "https://evil.example" });
  assert.equal(status, 403);
  assert.equal(headers.get("access-control-allow-origin"), null);
});

test("Contact_Left_FillsTheCustomerAsUnverifiedAndNeverReplaces", async () => {
  const visitor = new Visitor(server);
  assert.equal((await visitor.begin()).has_contact, false);
  assert.equal((await visitor.say("你们几点上班")).t, "ack");
  const [refused] = (await visitor.poll([{ t: "contact", email: "not an address" }])).filter((frame) => frame.t === "error");
  assert.equal(refused.reason, "request.invalid_fields");
  const [kept] = (await visitor.poll([{ t: "contact", email: "lin@example.com", phone: "+86 139 0000 0000" }])).filter((frame) => frame.t === "contact");
  assert.deepEqual([kept.email, kept.phone], ["lin@example.com", "+86 139 0000 0000"]);
  let customer = await customerOf(visitor);
  assert.deepEqual([customer.email, customer.phone, customer.attributes.unverified_email], ["lin@example.com", "+86 139 0000 0000", "lin@example.com"]);
  await visitor.poll([{ t: "contact", email: "other@example.com" }]);
  customer = await customerOf(visitor);
  assert.deepEqual([customer.email, customer.attributes.unverified_email], ["lin@example.com", "other@example.com"]);
  assert.equal((await visitor.begin({ visitor_token: visitor.token })).has_contact, true);
});

test("Queue_SomebodyLeavesIt_ThoseBehindHearTheirNewPlace", async () => {
  // Somebody is here, with his hands full: they wait instead of getting a promise.
  const queued = [];
  for (let i = 0; i < 3; ++i) {
    const visitor = new Visitor(server);
    await visitor.begin();
    await visitor.say(`排队 ${i}`);
    queued.push(visitor);
  }
  const talks = await eventually(async () => {
    const { items } = await admin.ok("GET", "/conversations?box=all&limit=100");
    const mine = queued.map((visitor) => items.find((talk) => talk.customer.id === visitor.session.customer.id && talk.state === "queued" && talk.team_id));
    return mine.every(Boolean) && mine;
  }, "all wait");
  const places = await Promise.all(queued.map(async (visitor) => (await new Visitor(server).begin({ visitor_token: visitor.token })).conversation.queue_position));
  assert.deepEqual(places.map((place) => place - places[0]), [0, 1, 2]);
  await admin.ok("POST", `/conversations/${talks[0].id}/close`, {});
  const frame = await until(queued[2], (one) => one.t === "queue" && one.position === places[2] - 1);
  assert.ok(frame.estimated_wait_ms === undefined || frame.estimated_wait_ms % 60_000 === 0, "whole minutes or nothing");
});

test("Config_WithAMenu_CarriesItWithoutTeams", async () => {
  const { version } = await admin.ok("GET", "/entrance");
  const [team] = (await admin.ok("GET", "/teams")).items;
  const words = (zh_CN, en) => ({ zh_CN, en });
  const items = [{ id: "a", label: words("订单", "Orders"), topic: "", items: [{ id: "b", label: words("退款", "Refunds"), topic: "refund", team_id: team.id, answer: words("七天内", "Within a week"), items: [] }] }];
  await admin.ok("PUT", "/entrance", { version, rules: [], external: { enabled: false, url: "", deadline_ms: 1500 }, menus: [{ widget_id: widget.id, prompt: words("请选择", "Choose"), items }] });
  const config = await eventually(async () => { const { body } = await get("demo/config"); return body.menu && body; }, "the menu is there");
  assert.equal(config.menu.items[0].items[0].answer.zh_CN, "七天内");
  assert.ok(!JSON.stringify(config).includes(team.id), "teams are the house's own");
});
