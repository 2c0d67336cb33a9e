// Waiting: place and estimate, the information panel, nobody online, and the part of the widget that comes when it opens.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, PHONE, Stage, until } from "./lib/stage.mjs";

let stage, agent;
before(async () => {
  stage = await Stage.open();
  agent = await stage.agent();
});
after(() => stage.close());

const wang = async () => (await stage.admin.call("GET", "/users")).items.find((user) => user.login === "wang@demo");
const capacity = async (n) => stage.admin.call("PATCH", `/users/${(await wang()).id}`, { capacity: n });
const close = (talk) => agent.call("POST", `/conversations/${talk.id}/close`, {});
const standing = (visitor) => visitor.window.locator(".bar.info");
async function ask(words, options) {
  const visitor = await (await stage.visitor(options)).open();
  await visitor.say(words);
  return visitor;
}
async function policyOf(change) {
  const widget = (await stage.admin.call("GET", "/widgets")).items.find((one) => one.key === "demo");
  const { items } = await stage.admin.call("GET", "/routing/policies");
  const policy = items.find((one) => one.team_id === widget.team_id) ?? items[0];
  await stage.admin.call("PUT", "/routing/policies", { ...policy, ...change });
  return policy;
}

test("Widget_Queued_PlaceAndWaitAreToldAndFollow", async () => {
  await capacity(1);
  const first = await ask("排队的第一位");
  const served = await first.reached(agent, "排队的第一位");
  const second = await ask("排队的第二位");
  const third = await ask("排队的第三位");
  const fourth = await ask("排队的第四位");
  await standing(second).getByText("下一位就是您，正在估算等待时间").waitFor();
  await standing(third).getByText("您前面还有 1 位，正在估算等待时间").waitFor();
  await standing(fourth).getByText("您前面还有 2 位").waitFor();
  assert.deepEqual(await axe(fourth.page, "#yingda-widget"), []);
  await close(served);
  const next = await second.reached(agent, "排队的第二位");
  await second.log.getByText("小芳 为您服务").waitFor();
  await standing(second).waitFor({ state: "detached" });
  await standing(third).getByText("下一位就是您").waitFor();
  await close(next);
  await close(await third.reached(agent, "排队的第三位"));
  // The queue has a pace now: whoever comes is told minutes, never seconds.
  await fourth.reached(agent, "排队的第四位");
  const fifth = await ask("排队的第五位");
  const sixth = await ask("排队的第六位");
  await standing(sixth).getByText("您前面还有 1 位，预计 1 分钟内").waitFor();
  assert.doesNotMatch(await standing(fifth).innerText(), /秒|\.\d/);
  // The session after a reload says the same as the frame.
  await sixth.page.reload();
  await sixth.open();
  await standing(sixth).getByText("您前面还有 1 位，预计 1 分钟内").waitFor();
  await capacity(100);
  for (const one of [first, second, third, fourth, fifth, sixth]) await one.context.close();
});

for (const [name, options, words] of [
  ["Chinese", {}, { button: "服务说明", hours: "周一至周五", closed: "休息", remind: "10 分钟", limits: "5000 个字", head: "服务说明" }],
  ["EnglishDarkPhone", { locale: "en-US", colorScheme: "dark", ...PHONE }, { button: "About this service", hours: "Mon–Fri", closed: "closed", remind: "10 minutes", limits: "5000 characters", head: "About this service" }],
]) {
  test(`Widget_InformationPanel_${name}_SaysHoursTimersAndLimits`, async () => {
    const hours = { time_zone: "Asia/Shanghai", chinese_holidays: true, week: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, spans: [{ from_minute: 540, until_minute: 1080 }] })), seasons: [], special_days: [] };
    const before = await policyOf({ hours });
    const visitor = await (await stage.visitor(options)).open();
    const button = visitor.window.getByRole("button", { name: words.button });
    await button.click();
    const panel = visitor.window.getByRole("region", { name: words.head });
    await panel.getByText(words.hours).waitFor();
    await panel.getByText("09:00–18:00").waitFor();
    await panel.getByText(words.closed, { exact: true }).waitFor();
    await panel.getByText(words.remind).waitFor();
    await panel.getByText(words.limits).waitFor();
    assert.equal(await button.getAttribute("aria-expanded"), "true");
    assert.deepEqual(await axe(visitor.page, "#yingda-widget"), []);
    // Escape closes the panel, not the window, and the panel never keeps anybody from writing.
    await visitor.page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    assert.ok(await visitor.window.isVisible());
    assert.equal(await button.getAttribute("aria-expanded"), "false");
    await stage.admin.call("PUT", "/routing/policies", before);
    await visitor.context.close();
  });
}

test("Widget_InformationPanelClosedByItsButton_FocusGoesBack", async () => {
  const visitor = await (await stage.visitor()).open();
  await visitor.window.getByRole("button", { name: "服务说明" }).click();
  const panel = visitor.window.getByRole("region", { name: "服务说明" });
  await panel.getByText("没有公布固定的服务时间").waitFor();
  await panel.getByRole("button", { name: "关闭" }).click();
  await panel.waitFor({ state: "detached" });
  assert.equal(await visitor.page.evaluate(() => document.activeElement.shadowRoot.activeElement.getAttribute("aria-label")), "服务说明");
  await visitor.context.close();
});

test("Widget_SecondPartUnreachable_ChatWorksAndItComesLater", async () => {
  stage.expected.push(/ERR_FAILED|Failed to fetch dynamically/);
  const context = await stage.context();
  let blocked = 0;
  await context.route(/\/widget\/more-/, (route) => { ++blocked; return route.abort(); });
  const visitor = await stage.visitor({ context });
  await visitor.open();
  await visitor.say("没有表情也能聊");
  await visitor.reached(agent, "没有表情也能聊");
  await visitor.window.getByRole("button", { name: "表情" }).click();
  await visitor.window.locator("input[type=file]").setInputFiles([{ name: "晚到.txt", mimeType: "text/plain", buffer: Buffer.from("later") }]);
  await until("it was asked for", () => blocked > 0);
  await context.unroute(/\/widget\/more-/);
  await visitor.window.getByRole("group", { name: "表情" }).waitFor();
  await visitor.log.getByText("晚到.txt").waitFor();
  await context.close();
});

test("Widget_Unopened_SecondPartIsNotLoaded", async () => {
  const context = await stage.context();
  const loaded = [];
  context.on("request", (request) => { if (/\/widget\/(more|app)-/.test(request.url())) loaded.push(new URL(request.url()).pathname.slice(8, 12)); });
  const visitor = await stage.visitor({ context });
  await visitor.launcher.waitFor();
  await visitor.page.evaluate(() => window.Yingda.track("looked"));
  await until("the application is there", () => loaded.length > 0);
  await visitor.page.waitForLoadState("networkidle");
  assert.deepEqual(loaded, ["app-"]);
  await visitor.open();
  await until("the second part comes with the opening", () => loaded.includes("more"));
  await context.close();
});

test("Widget_RecallWindowOfTheCompany_DecidesTheOffer", async () => {
  const { recall_window_ms: usual } = await stage.admin.call("GET", "/tenant");
  await stage.admin.call("PATCH", "/tenant", { recall_window_ms: 0 });
  const visitor = await (await stage.visitor()).open();
  await visitor.say("收不回来的话");
  await visitor.reached(agent, "收不回来的话");
  await visitor.message("收不回来的话").hover();
  await visitor.message("收不回来的话").getByRole("button", { name: "引用" }).waitFor();
  assert.equal(await visitor.message("收不回来的话").getByRole("button", { name: "撤回" }).count(), 0);
  await stage.admin.call("PATCH", "/tenant", { recall_window_ms: usual });
  await visitor.context.close();
});

test("Widget_OpenForAWhile_HearsThatSomebodyCameOrWent", async () => {
  const visitor = await stage.visitor();
  await visitor.page.clock.install();
  await visitor.open();
  await visitor.window.getByText("一般几分钟内回复").waitFor();
  await agent.call("PUT", "/agents/me/state", { state: "busy" });
  await visitor.page.clock.runFor(80000);
  await visitor.window.getByText("暂时不在线，请留言").waitFor();
  await standing(visitor).getByText("现在没有客服在线，您可以先留言").waitFor();
  await agent.call("PUT", "/agents/me/state", { state: "online" });
  await visitor.page.clock.runFor(80000);
  await visitor.window.getByText("一般几分钟内回复").waitFor();
  await standing(visitor).waitFor({ state: "detached" });
  await visitor.context.close();
});

test("Widget_NobodyOnline_SaysWhenAndAsksOnceForAContact", async () => {
  agent.client.stop();
  await agent.call("PUT", "/agents/me/state", { state: "offline" });
  // Open on the weekday after next only: closed now, whatever the day of the test.
  const weekday = ((new Date(Date.now() + 8 * 3600000).getUTCDay() + 1) % 7) + 1;
  await policyOf({ hours: { time_zone: "Asia/Shanghai", chinese_holidays: false, week: [{ weekday, spans: [{ from_minute: 540, until_minute: 1080 }] }], seasons: [], special_days: [] } });
  const visitor = await (await stage.visitor()).open();
  await standing(visitor).getByText(/现在没有客服在线，.*恢复服务/).waitFor();
  assert.equal(await visitor.window.getByText("要不要留个联系方式？").count(), 0, "not before he wrote");
  await visitor.say("下班了还能问吗");
  await standing(visitor).getByText(/我们会在.*在这里回复您/).waitFor();
  const box = visitor.window.getByRole("textbox", { name: "邮箱或手机号" });
  await box.waitFor();
  assert.deepEqual(await axe(visitor.page, "#yingda-widget"), []);
  await box.fill("不是邮箱");
  await box.press("Enter");
  await visitor.window.getByText("请填写正确的邮箱或手机号").waitFor();
  // It is in nobody's way.
  await visitor.window.getByRole("textbox", { name: "输入消息…" }).fill("再补充一句");
  await visitor.page.keyboard.press("Enter");
  await visitor.message("再补充一句").locator(".tick").waitFor();
  await box.fill("lin@example.com");
  await box.press("Enter");
  await visitor.window.getByText("已记下：lin@example.com").waitFor();
  const [talk] = (await stage.admin.call("GET", "/conversations?box=all&search=" + encodeURIComponent("再补充一句"))).items;
  const { customer } = await stage.admin.call("GET", `/conversations/${talk.id}`);
  assert.equal(customer.email, "lin@example.com");
  assert.equal(customer.attributes.unverified_email, "lin@example.com");
  await visitor.page.reload();
  await visitor.open();
  await visitor.log.getByText("再补充一句").waitFor();
  await standing(visitor).waitFor();
  assert.equal(await visitor.window.getByText("要不要留个联系方式？").count(), 0, "asked once");
  // Who does not want to is not asked again, either.
  const other = await ask("我不想留");
  await other.window.getByRole("button", { name: "不用了" }).click();
  await other.window.getByText("要不要留个联系方式？").waitFor({ state: "detached" });
  await other.page.reload();
  await other.open();
  await standing(other).waitFor();
  assert.equal(await other.window.getByText("要不要留个联系方式？").count(), 0);
  await visitor.context.close();
  await other.context.close();
});
