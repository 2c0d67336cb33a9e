// A stage for a test: the real server on a fresh store, a real Chromium, pages of visitors and agents, and people at the API.
// Everything that a page logs as an error or throws fails the test file, unless the test said that it expects it.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Agent, Person, Server, until as untilOrLimit } from "../../lib/yingda.mjs";

const require = createRequire(new URL("../../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const kAxe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const kChromium = process.env.YINGDA_CHROMIUM ?? "/usr/bin/chromium";
const kArgs = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const DEMO_PASSWORD = "yingda-demo";
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
export { randomUUID };
export const until = (what, condition) => untilOrLimit(what, condition, 15000);

export class Stage {
  problems = [];
  ends = []; // what close() undoes, last first
  /** Patterns of console errors that the test provokes. */
  expected = [];

  /** `demo`: with the demo company and shop; otherwise an empty server. */
  static async open({ demo = true } = {}) {
    const stage = new Stage();
    stage.server = await Server.start({ args: demo ? ["--demo"] : [] });
    stage.browser = await chromium.launch({ executablePath: kChromium, headless: true, args: kArgs });
    if (demo) {
      stage.admin = await stage.person("admin@demo");
      for (const user of (await stage.admin.call("GET", "/users")).items) await stage.admin.call("PATCH", `/users/${user.id}`, { capacity: 100 });
    }
    return stage;
  }
  async close() {
    await this.browser.close();
    for (const end of this.ends.reverse()) await end();
    await this.server.stop();
    assert.deepEqual(this.problems, [], "the pages logged no errors");
  }
  get base() { return this.server.base; }

  person(login, password = DEMO_PASSWORD) { return new Person(this.base).login(login, password); }
  /** Somebody who answers through the API and whom the routing counts as online, for his socket stands. */
  async agent(login = "wang@demo") {
    const person = await this.person(login);
    await person.call("PUT", "/agents/me/state", { state: "online" });
    const client = await new Agent(this.server, person).load();
    client.connect();
    await until("the agent's socket stands", () => client.live);
    this.ends.push(() => client.stop());
    person.client = client;
    return person;
  }
  /** Another company's page, on another origin, with the widget's one script line. Gives its address. */
  async site(key, head = "") {
    const page = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>Elsewhere</title><link rel="icon" href="data:,">${head}</head><body><main><h1>另一个网站</h1></main><script async src="${this.base}/widget.js" data-key="${key}"></script></body></html>`;
    const server = createServer((request, response) => response.setHeader("Content-Type", "text/html; charset=utf-8").end(page));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.ends.push(() => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }));
    return `http://127.0.0.1:${server.address().port}/`;
  }

  async context(options = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "zh-CN", reducedMotion: "reduce", ...options });
    context.setDefaultTimeout(15000);
    return context;
  }
  /** A page whose errors count. */
  async page(context, path, init) {
    const page = await context.newPage();
    // The console asks who it is before anybody signed in; the browser notes the 401.
    const note = (text) => { if (/status of 401/.test(text) && page.url().includes("/console/")) return; if (!this.expected.some((pattern) => pattern.test(text))) this.problems.push(text); };
    page.on("console", (message) => { if (message.type() === "error") note(message.text()); });
    page.on("pageerror", (error) => note(String(error)));
    if (init) await page.addInitScript(init);
    if (path) await page.goto(new URL(path, this.base).href);
    return page;
  }

  /** A visitor of the demo shop in a browser of his own. */
  async visitor(options = {}, init) {
    const context = options.context ?? (await this.context(options));
    const page = await this.page(context, options.path ?? "/demo/", init);
    return new VisitorPage(this, context, page, options.locale?.startsWith("en") ? "en" : "zh");
  }
  /** A signed-in console. */
  async console(login, options = {}, path = "/console/") {
    const context = await this.context(options);
    const page = await this.page(context, path);
    await signIn(page, login, options.password);
    return new Desk(context, page);
  }
}

export async function signIn(page, login, password = DEMO_PASSWORD) {
  await page.locator("#login").fill(login);
  await page.locator("#password").fill(password);
  await page.locator("#password").press("Enter");
  await page.waitForURL(/\/console\/(inbox|settings)/);
}

const WORDS = {
  zh: { open: "打开聊天窗", close: "收起聊天窗", dialog: "聊天窗", log: "消息记录", box: "输入消息…", quote: "引用", recall: "撤回" },
  en: { open: "Open chat", close: "Close chat", dialog: "Chat", log: "Messages", box: "Write a message…", quote: "Quote", recall: "Take back" },
};

/** What a visitor sees and does in the widget. */
export class VisitorPage {
  constructor(stage, context, page, tongue) {
    Object.assign(this, { stage, context, page, words: WORDS[tongue] });
    this.launcher = page.locator("#yingda-widget .launcher");
    this.window = page.getByRole("dialog", { name: this.words.dialog, exact: true });
    this.log = page.getByRole("log", { name: this.words.log });
    this.box = this.window.getByRole("textbox");
    this.mine = this.log.locator(".m.me");
    this.theirs = this.log.locator(".m:not(.me)");
  }
  async open() {
    await this.launcher.click();
    await this.window.waitFor();
    return this;
  }
  /** Writes without waiting for anything. */
  async write(text) {
    await this.box.fill(text);
    await this.box.press("Enter");
  }
  /** Writes and waits until the server has it. */
  async say(text) {
    await this.write(text);
    // A message on its way has a clock, which is no tick of the server's.
    await this.message(text).locator(".tick:is(.sent, .delivered, .read)").waitFor();
  }
  message(text) { return this.log.locator(".m").filter({ hasText: text }).last(); }
  /** Texts of all bubbles, in order. */
  texts() { return this.log.locator(".m .b").allInnerTexts(); }
  /** The conversation that carries `text` as its newest message, in an agent's hands. */
  async reached(person, text, box = "mine") {
    const talk = await until(`"${text}" reaches the agent`, async () => (await person.call("GET", `/conversations?box=${box}`)).items.find((c) => c.last_preview && text.startsWith(c.last_preview.replace(/…$/, ""))));
    return new Talk(person, talk.id);
  }
}

/** An agent at the console. Words are the Chinese ones. */
export class Desk {
  constructor(context, page) {
    Object.assign(this, { context, page });
    this.list = page.getByRole("region", { name: "会话列表" });
    this.log = page.getByRole("log");
    this.box = page.getByRole("textbox", { name: "消息内容" });
    this.card = page.getByRole("complementary", { name: "客户资料" });
    this.state = page.getByRole("button", { name: /^我的状态/ });
  }
  async be(state) {
    await this.state.click();
    await this.page.getByRole("button", { name: new RegExp(`^${state}`) }).click();
    await this.page.getByRole("button", { name: new RegExp(`^我的状态：${state}`) }).waitFor();
  }
  tab(name) { return this.list.getByRole("tab", { name: new RegExp(`^${name}`) }); }
  row(text) { return this.list.locator(".item").filter({ hasText: text }); }
  async pick(text) {
    await this.row(text).getByRole("link").click();
    await this.log.getByText(text).first().waitFor();
  }
  async answer(text) {
    await this.box.fill(text);
    await this.box.press("Enter");
    await this.log.getByText(text).waitFor();
  }
  button(name) { return this.page.getByRole("button", { name, exact: true }); }
}

/** A conversation from an agent's side, through the API. */
export class Talk {
  constructor(person, id) { Object.assign(this, { person, id }); }
  say(text, more = {}) { return this.person.call("POST", `/conversations/${this.id}/messages`, { client_msg_id: randomUUID(), text, ...more }); }
  async messages() { return (await this.person.call("GET", `/conversations/${this.id}/messages?limit=200`)).items; }
  async customerTexts() { return (await this.messages()).filter((m) => m.author.kind === "customer").map((m) => m.text); }
  view() { return this.person.call("GET", `/conversations/${this.id}`); }
  receipts(body) { return this.person.call("POST", `/conversations/${this.id}/receipts`, body); }
  typing(on) { this.person.client.send({ t: "typing", id: this.id, on }); }
}

/** WCAG 2.2 AA by axe-core; an empty list is a pass. */
export async function axe(page, include) {
  // Into an isolated evaluation: the pages' content security policy stays as it is.
  await page.evaluate(kAxe);
  // Colours on their way would be judged as they are: let what has an end come to it.
  await page.evaluate(async () => {
    for (let i = 0; i < 2; ++i) await new Promise((resolve) => requestAnimationFrame(resolve));
    await Promise.allSettled(document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity).map((one) => one.finished));
  });
  const { violations } = await page.evaluate((scope) => globalThis.axe.run(scope ?? document, {
    runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
  }), include);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} ${n.any[0]?.message ?? n.all[0]?.message ?? ""}`).join(" | ")}`);
}

/** A picture of `width` × `height` pixels in one colour, as PNG. */
export function png(width, height, [r, g, b] = [90, 140, 200]) {
  const { deflateSync } = require("node:zlib");
  const row = Buffer.alloc(1 + width * 3);
  for (let x = 0; x < width; ++x) row.set([r, g, b], 1 + x * 3);
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), chunk("IDAT", deflateSync(Buffer.concat(Array(height).fill(row)))), chunk("IEND", Buffer.alloc(0))]);
}
function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
