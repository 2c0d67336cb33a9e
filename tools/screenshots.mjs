#!/usr/bin/env node
// Takes the pictures of the README from the real product: starts the binary on a fresh store with the demo company, lets
// customers and agents talk, and photographs. Usage: node tools/screenshots.mjs [folder]   (default docs/images)
// Needs a built binary (./run --build-only; YINGDA_BINARY names another one) and Chromium (YINGDA_CHROMIUM).
import { createHmac } from "node:crypto";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { PHONE, Stage, until } from "../tests/e2e/lib/stage.mjs";

const kBytesMax = 300 * 1024;
const folder = process.argv[2] ?? join(import.meta.dirname, "../docs/images");
const screen = { viewport: { width: 1440, height: 900 } };
mkdirSync(folder, { recursive: true });

const stage = await Stage.open();
const take = async (page, name) => {
  await page.evaluate(() => document.fonts.ready);
  // The pictures of the page itself have to be painted, too.
  await page.waitForLoadState("networkidle").catch(() => undefined);
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path });
  const { size } = statSync(path);
  console.log(`${name}.png ${Math.round(size / 1024)} KB`);
  if (size > kBytesMax) throw new Error(`${name}.png has ${size} bytes, more than ${kBytesMax}`);
};

try {
  const widget = (await stage.admin.call("GET", "/widgets")).items.find((w) => w.key === "demo");
  const { identity_key: key } = await stage.admin.call("POST", `/widgets/${widget.id}/identity-key`);
  for (const user of (await stage.admin.call("GET", "/users")).items) await stage.admin.call("PATCH", `/users/${user.id}`, { capacity: 8 });
  const desk = await stage.console("wang@demo", screen);
  await desk.be("在线");
  const wang = await stage.person("wang@demo");

  /** A customer whom the shop knows. */
  const customer = async (identity, options = {}) => {
    const visitor = await stage.visitor({ ...screen, ...options });
    await visitor.launcher.waitFor();
    await visitor.page.evaluate((given) => window.Yingda.identify(given), { ...identity, signature: createHmac("sha256", key).update(identity.external_id).digest("base64url") });
    return visitor.open();
  };
  /** Says it, and gives the conversation. */
  const ask = async (visitor, text) => {
    await visitor.say(text);
    return visitor.reached(wang, text);
  };

  const wei = await customer({ external_id: "c-2077", name: "周伟" });
  const weiTalk = await ask(wei, "短款大衣的袖长是多少？");
  await weiTalk.say("M 码袖长 58 cm，S 码 56 cm，都是平铺测量。");
  await ask(wei, "明白，那我拍 M");

  const english = { locale: "en-US", colorScheme: "dark", deviceScaleFactor: 2, ...PHONE };
  const emily = await customer({ external_id: "c-1186", name: "Emily Tan", level: "gold" }, english);
  const emilyTalk = await ask(emily, "Hi! Do you ship to Singapore?");
  await emilyTalk.say("Hello Emily, this is Fang. Yes: 5–7 days, free above 60 USD.");
  await ask(emily, "Great. Is the ribbed scarf pure wool?");
  await emilyTalk.say("It is 70 % lambswool and 30 % cashmere, so it does not itch.", { quote_id: (await emilyTalk.messages()).at(-1).id });
  await ask(emily, "Perfect, ordering two of them now");
  await emilyTalk.receipts({ read_seq: (await emilyTalk.messages()).at(-2).seq });

  const lin = await customer({ external_id: "c-0342", name: "林晓", level: "vip", phone: "139 0571 2026", email: "linxiao@example.com", attributes: { 会员等级: "黑金", 累计消费: "¥ 8,460", 常用尺码: "M" } });
  const linTalk = await ask(lin, "你好，羊绒圆领衫我 165 cm、52 kg 穿什么码？");
  await desk.pick("羊绒圆领衫我 165 cm");
  await linTalk.say("林晓您好，我是小芳。您的身材选 M 刚好，喜欢宽松一点可以选 L。");
  const sweater = await lin.page.locator("#grid svg").first().screenshot();
  await lin.window.locator("input[type=file]").setInputFiles({ name: "雾蓝色.png", mimeType: "image/png", buffer: sweater });
  await lin.mine.locator(".media img").waitFor();
  const question = "是这件雾蓝色，M 码还有货吗？";
  await ask(lin, question);
  await linTalk.say("有的，还剩 3 件。今天 16:00 前付款，当天就从杭州发出。", { quote_id: (await linTalk.messages()).at(-1).id });
  await lin.log.getByText("当天就从杭州发出").waitFor();
  await lin.mine.last().locator(".tick.read").waitFor();
  await lin.page.waitForFunction(() => [...document.querySelector("#yingda-widget").shadowRoot.querySelectorAll(".media img")].every((one) => one.complete));
  await take(lin.page, "shop");

  await wang.call("POST", `/conversations/${linTalk.id}/messages`, { client_msg_id: "note-for-colleagues", kind: "note", text: "老客户，上次包装盒压坏过，这次请仓库加固。" });
  await wang.call("PATCH", `/customers/${(await linTalk.view()).customer.id}`, { tags: ["回头客", "送礼"], note: "喜欢素色；送货请打电话。" });
  await ask(lin, "太好了，可以做礼品包装吗？送人的");
  await linTalk.say("可以的，免费的棉布袋和手写卡片，下单时备注贺词就好。");
  await lin.box.fill("那我现在就下单，贺词写");
  await desk.log.getByText("那我现在就下单，贺词写").waitFor();
  await desk.log.getByText("手写卡片").waitFor();
  await desk.log.getByText("已读").last().waitFor({ state: "attached" });
  await until("the thread's picture is painted", () => desk.log.locator("img").first().evaluate((one) => one.complete && one.naturalWidth > 0));
  await desk.page.mouse.move(900, 20);
  await take(desk.page, "console");

  await emily.log.getByText("ordering two").waitFor();
  await take(emily.page, "phone");

  const admin = await stage.console("admin@demo", screen);
  await admin.page.goto(`${stage.base}/console/settings/widget/${widget.id}`);
  await admin.page.getByRole("textbox", { name: "自定义颜色" }).waitFor();
  await take(admin.page, "widget-editor");

  // A queue with more customers than hands: the supervisor's board, and the timers that look after them.
  const team = (await linTalk.view()).conversation.team_id;
  const [policy] = (await stage.admin.call("GET", "/routing/policies")).items.filter((p) => p.team_id === team);
  await stage.admin.call("PUT", "/routing/policies", { ...policy, alarm_wait_ms: 10_000, wrap_up_ms: 30_000 });
  for (const user of (await stage.admin.call("GET", "/users")).items) await stage.admin.call("PATCH", `/users/${user.id}`, { capacity: user.login === "wang@demo" ? 3 : 4 });
  for (const [name, text] of [["何静", "退款三天了还没到账，麻烦查一下"], ["Marco Rossi", "Can I change the delivery address?"], ["赵一鸣", "在吗？想问下围巾有没有现货"]]) {
    const visitor = await customer({ external_id: `c-${name}`, name });
    await visitor.say(text);
  }
  const board = await stage.console("zhao@demo", screen);
  await board.page.goto(`${stage.base}/console/supervision`);
  await until("the alarm stands on the board", () => board.page.getByRole("button", { name: "知道了" }).first().isVisible());
  await take(board.page, "board");
  await admin.page.goto(`${stage.base}/console/settings/queues/${policy.team_id}`);
  await admin.page.getByRole("tab", { name: "超时处理" }).first().click();
  await admin.page.waitForTimeout(1000);
  await take(admin.page, "queue");
} finally {
  await stage.close();
}
