// The widget on other people's pages: window.Yingda, identity, origins, size, policy.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { Stage, until } from "./lib/stage.mjs";

let stage, agent, widget, identityKey;
const sign = (id) => createHmac("sha256", identityKey).update(id).digest("base64url");

before(async () => {
  stage = await Stage.open();
  agent = await stage.agent();
  widget = (await stage.admin.call("GET", "/widgets")).items.find((w) => w.key === "demo");
  ({ identity_key: identityKey } = await stage.admin.call("POST", `/widgets/${widget.id}/identity-key`));
});
after(() => stage.close());

const another = (change) => stage.admin.call("POST", "/widgets", { ...widget, id: undefined, key: undefined, ...change });
const api = (visitor, method, ...args) => visitor.page.evaluate(([name, given]) => window.Yingda[name](...given), [method, args]);

test("Widget_LoadedUnopened_UnderTwentyKilobytesAndNothingFurther", async () => {
  const context = await stage.context();
  const page = await stage.page(context);
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  const bytes = new Map();
  const urls = new Map();
  session.on("Network.requestWillBeSent", ({ requestId, request }) => urls.set(requestId, request.url));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => bytes.set(requestId, encodedDataLength));
  const ready = page.waitForEvent("requestfinished", (request) => request.url().endsWith("/config"));
  await page.goto(await stage.site("demo"));
  await ready;
  await page.locator("#yingda-widget .launcher").waitFor();
  const own = [...urls].filter(([, url]) => url.startsWith(stage.base));
  assert.deepEqual(own.map(([, url]) => new URL(url).pathname).sort(), ["/api/v1/webchat/demo/config", "/widget.js"]);
  await until("sizes are known", () => own.every(([id]) => bytes.has(id)));
  const total = own.reduce((sum, [id]) => sum + bytes.get(id), 0);
  assert.ok(total > 1000 && total < 20 * 1024, `${total} bytes on the wire`);
  // And the whole widget with the application stays below, too.
  const opened = [];
  page.on("requestfinished", (request) => { if (/\/widget\/app-/.test(request.url())) opened.push(request); });
  await page.evaluate(() => window.Yingda.open());
  await page.getByRole("dialog").waitFor();
  const code = await Promise.all([...opened.map((request) => request.url()), `${stage.base}/widget.js`].map(async (url) => brotliCompressSync(Buffer.from(await (await fetch(url)).arrayBuffer())).length));
  assert.equal(code.length, 2);
  assert.ok(code[0] + code[1] < 20 * 1024, `${code} bytes compressed`);
  // What comes with the opening has a budget of its own.
  const part = await until("the second part comes", () => [...urls.values()].find((url) => /\/widget\/more-/.test(url)));
  const more = brotliCompressSync(Buffer.from(await (await fetch(part)).arrayBuffer())).length;
  assert.ok(more < 12 * 1024, `${more} bytes compressed`);
  await context.close();
});

test("Widget_OnAnotherOrigin_ChatsAndLeavesThePageAlone", async () => {
  const visitor = await stage.visitor({ path: await stage.site("demo", "<style>*{color:red!important;font-size:40px!important}button{display:none!important}</style>") });
  const globals = await visitor.page.evaluate(() => Object.keys(window).filter((name) => /yingda|preact/i.test(name)));
  assert.deepEqual(globals, ["Yingda"]);
  await visitor.open();
  await visitor.say("从别的网站来");
  const talk = await visitor.reached(agent, "从别的网站来");
  assert.equal((await talk.view()).pages[0].title, "Elsewhere");
  assert.equal(await visitor.box.evaluate((box) => getComputedStyle(box).fontSize), "14.5px");
  assert.equal(await visitor.page.evaluate(() => document.querySelectorAll("body > *").length), 3);
  await visitor.context.close();
});

test("Widget_OriginNotAllowed_ShowsNothing", async () => {
  const closed = await another({ name: "只许别处", allowed_origins: ["https://shop.example.com"] });
  stage.expected.push(/status of 403|blocked by CORS|ERR_FAILED/);
  const visitor = await stage.visitor({ path: await stage.site(closed.key) }, () => {
    window.__warned = [];
    const warn = console.warn;
    console.warn = (...args) => { window.__warned.push(args.join(" ")); warn(...args); };
  });
  await until("said in the console or quiet", async () => (await visitor.page.evaluate(() => window.Yingda)) !== undefined);
  const answer = await fetch(`${stage.base}/api/v1/webchat/${closed.key}/session`, { method: "POST", headers: { "Content-Type": "application/json", Origin: "https://evil.example" }, body: "{}" });
  assert.equal(answer.status, 403);
  assert.equal(await visitor.launcher.count(), 0);
  await visitor.context.close();
});

test("Widget_IdentifiedAtOnce_NoAnonymousVisitorIsMade", async () => {
  const visitor = await stage.visitor();
  await visitor.launcher.waitFor();
  const asked = [];
  visitor.page.on("request", (request) => { if (request.url().endsWith("/session")) asked.push(request.postDataJSON()); });
  await api(visitor, "identify", { external_id: "user-7", signature: sign("user-7") });
  await visitor.open();
  await until("a session", () => asked.length > 0);
  await visitor.say("一开始就认识");
  assert.deepEqual(asked.map((one) => one.identity?.external_id), ["user-7"]);
  await visitor.context.close();
});

test("Widget_Identified_AgentSeesAVerifiedCustomerOnEveryDevice", async () => {
  const identity = { external_id: "user-42", signature: sign("user-42"), name: "林小姐", email: "lin@example.com", level: "vip", attributes: { 城市: "杭州" } };
  const visitor = await stage.visitor();
  await visitor.launcher.waitFor();
  await api(visitor, "identify", identity);
  await visitor.open();
  await visitor.say("我是老客户");
  const talk = await visitor.reached(agent, "我是老客户");
  const { customer } = await talk.view();
  assert.deepEqual([customer.external_id, customer.name, customer.email, customer.level, customer.attributes.城市], ["user-42", "林小姐", "lin@example.com", "vip", "杭州"]);
  const phone = await stage.visitor({ context: await stage.context() });
  await phone.launcher.waitFor();
  await api(phone, "identify", identity);
  await phone.open();
  await phone.log.getByText("我是老客户").waitFor();
  await phone.say("现在用手机");
  await visitor.log.getByText("现在用手机").waitFor();
  await visitor.context.close();
  await phone.context.close();
});

test("Widget_WrongSignature_IsRefusedAndTheVisitorStaysAnonymous", async () => {
  stage.expected.push(/status of 401/);
  const visitor = await stage.visitor();
  await visitor.launcher.waitFor();
  await visitor.page.evaluate(() => { window.__errors = []; window.Yingda.on("error", (error) => window.__errors.push(error.reason)); });
  await visitor.open();
  await visitor.say("先说一句");
  await api(visitor, "identify", { external_id: "user-42", signature: sign("somebody else"), name: "骗子" });
  await until("the page hears of it", async () => (await visitor.page.evaluate(() => window.__errors)).includes("webchat.identity_invalid"));
  await visitor.say("我是谁");
  const talk = await visitor.reached(agent, "我是谁");
  const { customer } = await talk.view();
  assert.equal(customer.external_id, "");
  assert.equal(customer.name, "");
  assert.ok((await visitor.texts()).includes("先说一句"), "the thread stays");
  await visitor.context.close();
});

test("Widget_IdentityRequired_WaitsForIdentify", async () => {
  stage.expected.push(/status of 401/);
  const strict = await another({ name: "仅会员", identity_required: true });
  const { identity_key: key } = await stage.admin.call("POST", `/widgets/${strict.id}/identity-key`);
  const visitor = await stage.visitor({ path: await stage.site(strict.key) });
  await visitor.open();
  await visitor.window.getByRole("alert").waitFor();
  await visitor.write("会员提问");
  await api(visitor, "identify", { external_id: "m-1", signature: createHmac("sha256", key).update("m-1").digest("base64url") });
  const talk = await visitor.reached(agent, "会员提问");
  assert.equal((await talk.view()).customer.external_id, "m-1");
  await visitor.window.getByRole("alert").waitFor({ state: "detached" });
  await visitor.context.close();
});

test("Widget_CallsBeforeTheScript_AreKept", async () => {
  const head = `<script>window.Yingda={q:[["on","open",()=>{window.__opened=(window.__opened||0)+1}],["on","ready",()=>{window.__ready=true}],["open"]]}</script>`;
  const visitor = await stage.visitor({ path: await stage.site("demo", head) });
  await visitor.window.waitFor();
  assert.equal(await visitor.page.evaluate(() => window.__opened), 1);
  assert.equal(await visitor.page.evaluate(() => window.__ready), true);
  await visitor.context.close();
});

test("Widget_EventsAttributesAndTracks_ReachPageAndAgent", async () => {
  const visitor = await stage.visitor();
  await visitor.launcher.waitFor();
  await visitor.page.evaluate(() => {
    window.__heard = [];
    for (const name of ["open", "close", "message", "unread"]) window.Yingda.on(name, (value) => window.__heard.push([name, value]));
  });
  await api(visitor, "open");
  await visitor.window.waitFor();
  await visitor.say("看看事件");
  const talk = await visitor.reached(agent, "看看事件");
  await api(visitor, "setAttributes", { 会员等级: "金卡" });
  await api(visitor, "track", "add_to_cart", { sku: "SW-01", price: 689 });
  await until("attributes arrive", async () => (await talk.view()).customer.attributes.会员等级 === "金卡");
  await talk.say("看到了");
  await visitor.log.getByText("看到了").waitFor();
  await api(visitor, "close");
  await visitor.window.waitFor({ state: "detached" });
  await talk.say("还在吗");
  await until("unread is told", () => visitor.page.evaluate(() => window.__heard.some(([name, value]) => name === "unread" && value === 1)));
  const heard = await visitor.page.evaluate(() => window.__heard);
  assert.equal(heard.filter(([name]) => name === "open").length, 1);
  assert.equal(heard.filter(([name]) => name === "close").length, 1);
  assert.ok(heard.some(([name, value]) => name === "message" && value.text === "看到了" && value.from === "agent"));
  // Turning pages inside a single-page shop is told to the agent.
  await visitor.page.evaluate(() => { document.title = "购物车"; history.pushState({}, "", "/demo/?cart"); });
  await until("the page is known", async () => (await talk.view()).pages[0].url.endsWith("/demo/?cart"));
  await visitor.context.close();
});

test("Widget_AutoOpen_OnlyWhereSwitchedOnAndNotAgainAfterClosing", async () => {
  const eager = await another({ name: "自动打开", look: { ...widget.look, auto_open_s: 1 } });
  const address = await stage.site(eager.key);
  const visitor = await stage.visitor({ path: address });
  await visitor.window.waitFor();
  await visitor.page.keyboard.press("Escape");
  await visitor.window.waitFor({ state: "detached" });
  await visitor.page.clock.install();
  await visitor.page.goto(address);
  await visitor.launcher.waitFor();
  await visitor.page.clock.runFor(5000);
  assert.equal(await visitor.window.count(), 0);
  await visitor.context.close();
});

test("DemoPage_ServerPolicy_AllowsTheWidgetAndNoInlineScript", async () => {
  const answer = await fetch(`${stage.base}/demo/`);
  const policy = answer.headers.get("content-security-policy");
  assert.match(policy, /script-src 'self'/);
  assert.doesNotMatch(policy, /script-src[^;]*unsafe/);
  const visitor = await stage.visitor();
  await visitor.open();
  await visitor.page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.__inline = 1";
    document.body.append(script);
  }).catch(() => undefined);
  assert.equal(await visitor.page.evaluate(() => window.__inline), undefined);
  stage.problems = stage.problems.filter((text) => !/inline script/i.test(text));
  await visitor.context.close();
});
