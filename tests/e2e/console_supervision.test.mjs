// 现场管理 in a real browser: the live board, silent watch, whispers, take-over, alarms; agents' offers, wrap-up, the own day.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, PHONE, Stage, Talk, until } from "./lib/stage.mjs";

let stage, sales, service, desk, chief, chiefPerson;
before(async () => {
  stage = await Stage.open();
  const teams = (await stage.admin.call("GET", "/teams")).items;
  sales = teams.find((team) => team.name === "售前");
  service = teams.find((team) => team.name === "售后");
  desk = await stage.console("wang@demo");
  chief = await stage.console("zhao@demo", { viewport: { width: 1440, height: 900 } });
  chiefPerson = await stage.person("zhao@demo");
  // As after the switch in the account menu.
  await chief.page.evaluate(() => localStorage.setItem("yd.prefs", JSON.stringify({ ...JSON.parse(localStorage.getItem("yd.prefs") ?? "{}"), locale: "zh_CN", desktop: true })));
  await desk.be("在线");
});
after(() => stage.close());

const figure = async (name) => Number(await chief.page.locator(`[data-figure="${name}"]`).innerText());
const board = () => chief.page.goto(`${stage.base}/console/supervision`).then(() => chief.page.locator('[data-figure="waiting"]').waitFor());
const panel = () => chief.page.getByRole("complementary", { name: "会话观察" });

/** Changes a team's policy; answers what puts it back. */
async function policy(team, change) {
  const before = (await stage.admin.call("GET", "/routing/policies")).items.find((one) => one.team_id === team.id);
  await stage.admin.call("PUT", "/routing/policies", { ...before, ...change });
  return () => stage.admin.call("PUT", "/routing/policies", before);
}
const silence = { warn_ms: 5000, alarm_ms: 6000, redispatch_ms: 0, hops_max: 3, remind_ms: 0, close_ms: 0 };

/** A visitor whose first words are in wang's hands and open before her. */
async function served(words) {
  const visitor = await (await stage.visitor()).open();
  await visitor.say(words);
  await desk.page.goto(`${stage.base}/console/inbox/mine`);
  await desk.pick(words);
  const talk = await visitor.reached(chiefPerson, words, "all");
  return { visitor, talk };
}
const watch = async (talk) => {
  await chief.page.goto(`${stage.base}/console/supervision?watch=${talk.id}`);
  await panel().getByText("静默观看中").waitFor();
};

test("Board_VisitorWritesAndIsServed_FiguresFollowWithoutReload", async (t) => {
  await desk.be("示忙");
  await board();
  await chief.page.evaluate(() => { window.__sameDocument = true; });
  const waiting = await figure("waiting");
  const visitor = await (await stage.visitor()).open();
  await visitor.say("看板上能看到我吗");
  const said = Date.now();
  await until("the board counts him", async () => (await figure("waiting")) === waiting + 1);
  t.diagnostic(`the board followed ${Date.now() - said} ms after the visitor saw his message stored`);
  assert.equal(await chief.page.locator('[data-queue="售前"] .waiting b').innerText(), String(waiting + 1));
  // The wait goes on by itself between frames.
  const longest = () => chief.page.locator('[data-figure="longest"]').innerText();
  const first = await longest();
  await until("the wait runs", async () => (await longest()) !== first);
  const inService = await figure("in-service");
  const served = await figure("served");
  await desk.be("在线");
  await until("he is in service", async () => (await figure("in-service")) === inService + 1 && (await figure("waiting")) === waiting);
  await until("he counts as served", async () => (await figure("served")) === served + 1);
  assert.equal(await chief.page.evaluate(() => window.__sameDocument), true);
  await visitor.context.close();
});

test("Watch_Silent_AgentAndColleaguesSeeNobody", async () => {
  const { visitor, talk } = await served("有人在看吗");
  // The control: who opens it in the inbox is seen.
  const li = await stage.console("admin@demo");
  await li.page.goto(`${stage.base}/console/inbox/all/${talk.id}`);
  await desk.page.getByText(/也在看/).waitFor();
  await li.context.close();
  await desk.page.getByText(/也在看/).waitFor({ state: "detached" });
  await watch(talk);
  await visitor.say("这句话主管也收得到");
  await panel().getByRole("log").getByText("这句话主管也收得到").waitFor();
  await visitor.box.pressSequentially("还没发出的话");
  await panel().getByText("还没发出的话").waitFor();
  assert.equal(await desk.page.getByText("也在看").count(), 0);
  assert.equal(await visitor.page.getByText("赵主管").count(), 0);
  await visitor.context.close();
});

test("Whisper_AgentSeesIt_VisitorAndSecondParticipantNever", async () => {
  const { visitor, talk } = await served("我要投诉");
  const li = await stage.console("li@demo");
  const helper = (await stage.admin.call("GET", "/users")).items.find((user) => user.login === "li@demo");
  await stage.admin.call("PUT", `/conversations/${talk.id}/participants/${helper.id}`, { role: "conference" });
  await li.pick("我要投诉");
  await watch(talk);
  const box = panel().getByRole("textbox", { name: "消息内容" });
  assert.equal(await panel().getByRole("radio", { name: "密语" }).getAttribute("aria-checked"), "true");
  assert.equal(await panel().getByRole("radio", { name: "回复" }).isDisabled(), true);
  await box.fill("先道歉，再给运费券");
  await box.press("Enter");
  const bubble = desk.log.locator(".whisper").filter({ hasText: "先道歉，再给运费券" });
  await bubble.waitFor();
  await bubble.getByText(/密语/).waitFor();
  await desk.answer("非常抱歉，给您补一张运费券");
  await visitor.log.getByText("给您补一张运费券").waitFor();
  await li.log.getByText("给您补一张运费券").waitFor();
  for (const page of [visitor.page, li.page]) assert.equal(await page.getByText("先道歉").count(), 0);
  await visitor.page.reload();
  await visitor.open();
  await visitor.log.getByText("给您补一张运费券").waitFor();
  await li.page.reload();
  await li.log.getByText("给您补一张运费券").waitFor();
  for (const page of [visitor.page, li.page]) assert.equal(await page.getByText("先道歉").count(), 0);
  await panel().getByRole("log").getByText("给您补一张运费券").waitFor();
  await li.context.close();
  await visitor.context.close();
});

test("Join_SupervisorAnswersBesideTheAgent_OwnerStays", async () => {
  const { visitor, talk } = await served("能请主管来吗");
  await watch(talk);
  await panel().getByRole("button", { name: "加入" }).click();
  await panel().getByText("静默观看中").waitFor({ state: "detached" });
  await panel().getByRole("textbox", { name: "消息内容" }).fill("您好，我是主管");
  await panel().getByRole("button", { name: "发送", exact: true }).click();
  await visitor.log.getByText("您好，我是主管").waitFor();
  assert.equal((await talk.view()).conversation.agent.name, "小芳");
  await visitor.context.close();
});

test("TakeOver_SupervisorOwnsIt_AgentLosesIt_CustomerIsTold", async () => {
  const { visitor, talk } = await served("请换个人");
  await watch(talk);
  await panel().getByRole("button", { name: "接管" }).click();
  await chief.page.getByRole("dialog", { name: /^接管/ }).getByRole("button", { name: "接管" }).click();
  await visitor.log.getByText(/赵主管 为您服务/).waitFor();
  await panel().getByRole("textbox", { name: "消息内容" }).fill("接下来由我负责");
  await panel().getByRole("button", { name: "发送", exact: true }).click();
  await visitor.log.getByText("接下来由我负责").waitFor();
  await desk.tab("我的").click();
  await until("it left the agent's box", async () => (await desk.row("接下来由我负责").count()) === 0);
  const actions = (await stage.admin.call("GET", "/audit")).items.map((record) => record.action);
  assert.ok(actions.includes("conversation.taken_over") && actions.includes("conversation.watched"), actions.slice(0, 12).join());
  await new Talk(chiefPerson, talk.id).person.call("POST", `/conversations/${talk.id}/close`, {});
  await visitor.context.close();
});

test("Alarm_AgentStaysSilent_IsShownAcknowledgedAndEndsWithTheAnswer", async () => {
  const restore = await policy(sales, { silence, alarm_wait_ms: 5000 });
  await board();
  await chief.page.evaluate(() => {
    window.__notes = [];
    window.Notification = class { static permission = "granted"; constructor(title, options) { window.__notes.push({ title, body: options.body }); } close() {} };
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
  });
  const { visitor } = await served("为什么没人理我");
  const alarm = chief.page.locator('[data-alarm="agent_silent"]').filter({ hasText: "小芳" });
  await desk.page.getByText(/已等您 \d+ 秒，请尽快回复/).waitFor({ timeout: 40000 });
  await alarm.waitFor({ timeout: 40000 });
  await chief.page.getByTitle(/条未确认的告警/).waitFor();
  await until("a desktop notification, for the page is hidden", () => chief.page.evaluate(() => window.__notes.some((note) => note.title === "现场告警" && note.body.includes("小芳"))));
  // At risk: one click opens the whisper to the agent.
  const risk = chief.page.locator("[data-risk]").filter({ hasText: "为什么没人理我" });
  await risk.getByRole("button", { name: "密语" }).click();
  await panel().getByRole("textbox", { name: "消息内容" }).fill("客户等急了");
  await panel().getByRole("button", { name: "发送密语" }).click();
  await desk.log.locator(".whisper").filter({ hasText: "客户等急了" }).waitFor();
  await panel().getByRole("button", { name: "关闭观察" }).click();
  await alarm.getByRole("button", { name: "知道了" }).click();
  await alarm.getByText(/赵主管 已确认|赵敏 已确认/).waitFor();
  assert.equal(await alarm.getByRole("button", { name: "知道了" }).count(), 0);
  await desk.answer("抱歉久等了");
  await alarm.waitFor({ state: "detached" });
  await risk.waitFor({ state: "detached" });
  await restore();
  await visitor.context.close();
});

test("Offer_AcceptedByKeyboard_OpensTheConversation", async () => {
  const restore = await policy(sales, { strategy: "ring_several", ring_count: 2, offer_ms: 60000 });
  await desk.page.goto(`${stage.base}/console/inbox/mine`);
  await desk.list.waitFor();
  const visitor = await (await stage.visitor()).open();
  await visitor.say("请接一下");
  const offer = desk.page.getByRole("dialog", { name: "新会话振铃" });
  await offer.getByText("请接一下").waitFor();
  // It rings wherever the agent is, also while he writes.
  await desk.page.keyboard.press("Alt+a");
  await desk.page.waitForURL("**/inbox/mine/cv_*");
  await offer.waitFor({ state: "detached" });
  await visitor.log.getByText("小芳 为您服务").waitFor();
  await desk.answer("我来接待您");
  await visitor.log.getByText("我来接待您").waitFor();
  await restore();
  await visitor.context.close();
});

test("Transfer_NeedsAYes_DeclinedStaysWithTheOwner", async () => {
  const li = await stage.console("li@demo");
  await li.be("在线");
  const { visitor, talk } = await served("转给售后行吗");
  await desk.button("转接").click();
  const dialog = desk.page.getByRole("dialog", { name: "转接会话" });
  await dialog.getByRole("radio", { name: /小雷|李雷/ }).click();
  await dialog.getByLabel("交接备注（仅同事可见）").fill("要换货，订单已核对");
  await dialog.getByText("需要对方接受").click();
  await dialog.getByRole("button", { name: "转接", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await desk.page.getByText(/等待 .* 接受转接/).waitFor();
  const offer = li.page.getByRole("dialog", { name: "同事请您接手" });
  await offer.getByText("要换货，订单已核对").waitFor();
  await li.page.keyboard.press("Alt+r");
  await offer.waitFor({ state: "detached" });
  await desk.page.getByText(/暂时接不了，会话仍由您负责/).waitFor();
  await desk.page.getByText(/等待 .* 接受转接/).waitFor({ state: "detached" });
  assert.equal((await talk.view()).conversation.agent.name, "小芳");
  await desk.answer("那还是我来帮您");
  await visitor.log.getByText("那还是我来帮您").waitFor();
  await li.context.close();
  await visitor.context.close();
});

test("Consult_ColleagueWritesNotesOnly_CustomerLearnsNothing", async () => {
  const li = await stage.console("li@demo");
  const { visitor } = await served("这个型号支持换货吗");
  await desk.button("求助").click();
  await desk.page.getByRole("button", { name: /^李雷/ }).click();
  await li.page.getByText(/向您求助/).first().waitFor();
  await li.pick("这个型号支持换货吗");
  assert.equal(await li.page.getByRole("radio", { name: "回复" }).isDisabled(), true);
  await li.box.fill("支持，七天内都可以");
  await li.button("保存备注").click();
  await desk.log.getByText("支持，七天内都可以").waitFor();
  await desk.answer("可以换的");
  await visitor.log.getByText("可以换的").waitFor();
  assert.equal(await visitor.page.getByText(/小雷|七天内/).count(), 0);
  await li.context.close();
  await visitor.context.close();
});

test("ForcedState_AgentSeesItWithItsReason", async () => {
  await board();
  await chief.page.getByRole("button", { name: "王芳 的操作" }).click();
  await chief.page.getByRole("button", { name: "小休", exact: true }).click();
  const dialog = chief.page.getByRole("dialog", { name: /把 王芳 切换为/ });
  await dialog.getByRole("radio").first().click();
  const reason = await dialog.getByRole("radio").first().innerText();
  await dialog.getByRole("button", { name: "确认切换" }).click();
  await desk.page.getByRole("button", { name: new RegExp(`^我的状态：小休 · ${reason}`) }).waitFor();
  await chief.page.locator('[data-agent="王芳"].away').getByText(`小休 · ${reason}`).waitFor();
  await desk.be("在线");
});

test("WrapUp_AfterTheClose_CountsDown_IsExtendedAndEnded", async () => {
  const restore = await policy(sales, { wrap_up_ms: 60000, wrap_up_max_ms: 600000 });
  // Only who has nothing else in hand is seen to go straight into it.
  const mine = await (await stage.person("wang@demo")).call("GET", "/conversations?box=mine");
  for (const talk of mine.items) await chiefPerson.call("POST", `/conversations/${talk.id}/close`, {}).catch(() => undefined);
  await desk.be("在线");
  const { visitor } = await served("整理一下");
  await desk.answer("好的，再见");
  await visitor.log.getByText("好的，再见").waitFor();
  await desk.button("结束").click();
  const state = desk.page.getByRole("button", { name: /^我的状态：话后整理/ });
  await state.waitFor();
  const left = () => desk.page.locator(".switch .left").innerText().then((text) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0));
  assert.ok((await left()) <= 60);
  await state.click();
  await desk.page.getByRole("button", { name: "延长 1 分钟" }).click();
  await until("it lasts longer", async () => (await left()) > 60);
  await desk.page.getByRole("button", { name: "整理完毕" }).click();
  await desk.page.getByRole("button", { name: /^我的状态：在线/ }).waitFor();
  await restore();
  await visitor.context.close();
});

test("Why_AssignedConversation_IsExplainedToItsAgent", async () => {
  const { visitor } = await served("为什么是您接待");
  const why = desk.card.locator(".why");
  await why.getByText("为什么是我").waitFor();
  await why.getByText("可接待坐席").waitFor();
  await why.getByText("客户等了").waitFor();
  await visitor.context.close();
});

test("Day_ShowsStatesAndConversations", async () => {
  await desk.be("示忙");
  await desk.be("在线");
  await desk.page.goto(`${stage.base}/console/day`);
  await desk.page.getByRole("heading", { name: "我的一天" }).waitFor();
  await desk.page.locator(".band i.online").first().waitFor();
  await desk.page.locator(".band i.busy, .band i.away").first().waitFor();
  assert.ok((await desk.page.locator("ol li").count()) > 3, "conversations of the day");
  // A supervisor sees it from the agent's menu.
  await board();
  await chief.page.getByRole("button", { name: "王芳 的操作" }).click();
  await chief.page.getByRole("button", { name: "查看当日轨迹" }).click();
  await chief.page.getByRole("heading", { name: "王芳 的一天" }).waitFor();
  await chief.page.locator(".band i.online").first().waitFor();
});

test("Board_AnyConversation_IsPickedFromItsAgent", async () => {
  const { visitor, talk } = await served("随便看看");
  await board();
  await chief.page.getByRole("button", { name: "王芳 的操作" }).click();
  await chief.page.getByRole("button", { name: /^观看会话/ }).click();
  await chief.page.locator(`[data-conversation="${talk.id}"]`).click();
  await panel().getByRole("log").getByText("随便看看").waitFor();
  assert.match(chief.page.url(), new RegExp(talk.id));
  await chief.page.keyboard.press("Escape");
  await visitor.context.close();
});

test("Board_NarrowedToAUnit_ShowsItsTeamsOnly", async () => {
  const centre = (await stage.admin.call("GET", "/units")).items.find((unit) => unit.id === sales.unit_id);
  const unit = await stage.admin.call("POST", "/units", { parent_id: centre.parent_id ?? centre.id, kind: "centre", name: "夜班中心" });
  await stage.admin.call("POST", "/teams", { unit_id: unit.id, name: "夜班组" });
  const admin = await stage.console("admin@demo", { viewport: { width: 1440, height: 900 } });
  await admin.page.goto(`${stage.base}/console/supervision`);
  await admin.page.locator('[data-queue="夜班组"]').waitFor();
  await admin.page.locator('[data-queue="售前"]').waitFor();
  await admin.page.getByRole("combobox", { name: "组织范围" }).click();
  await admin.page.getByRole("option", { name: "夜班中心" }).click();
  await admin.page.locator('[data-queue="售前"]').waitFor({ state: "detached" });
  await admin.page.locator('[data-queue="夜班组"]').waitFor();
  assert.equal(await admin.page.locator("[data-queue]").count(), 1);
  await admin.context.close();
});

test("Rating_LowScore_StandsInTheThreadAndIsFollowedUp", async () => {
  const settings = await stage.admin.call("GET", "/rating/settings");
  await stage.admin.call("PUT", "/rating/settings", { ...settings, channels: settings.channels.map((one) => (one.channel === "webchat" ? { ...one, enabled: true, scale: "stars", low_score_max: 2 } : one)) });
  const { visitor } = await served("这次服务怎么评");
  await desk.answer("请您评价");
  await visitor.log.getByText("请您评价").waitFor();
  await desk.button("结束").click();
  await visitor.window.getByRole("button", { name: "已解决" }).click();
  await desk.log.locator("[data-rating]").getByText("客户确认已解决").waitFor();
  await visitor.window.getByRole("radio").nth(1).check({ force: true });
  await visitor.window.getByRole("textbox", { name: /还有什么想说的/ }).fill("等得太久了");
  await visitor.window.getByRole("button", { name: "提交" }).click();
  const mark = desk.log.locator("[data-rating]");
  await mark.getByText("等得太久了").waitFor();
  await mark.getByRole("img", { name: "评分 2 星" }).waitFor();
  await desk.card.locator("[data-rating]").first().waitFor();
  await chief.page.goto(`${stage.base}/console/supervision/follow-ups`);
  const item = chief.page.locator("[data-follow-up]").filter({ hasText: "等得太久了" });
  await item.waitFor();
  await item.getByRole("textbox", { name: "处理记录" }).fill("已致电道歉");
  await item.getByRole("combobox").click();
  await chief.page.getByRole("option", { name: "我", exact: true }).click();
  await item.getByRole("button", { name: "完成" }).click();
  await item.waitFor({ state: "detached" });
  await chief.page.getByRole("tab", { name: "已完成" }).click();
  await item.getByText(/赵.* 于 .* 完成/).waitFor();
  await item.getByText("已致电道歉").waitFor();
  await visitor.context.close();
});

test("Rating_NotSolved_ComesBackAndIsMarked", async () => {
  const { visitor } = await served("问题还在");
  await desk.answer("应该好了");
  await visitor.log.getByText("应该好了").waitFor();
  await desk.button("结束").click();
  await visitor.window.getByRole("button", { name: "还没有" }).click();
  await desk.log.locator("[data-rating]").getByText("客户表示未解决").waitFor();
  await desk.page.getByRole("button", { name: "结束", exact: true }).waitFor();
  await desk.answer("那我再看一下");
  await visitor.log.getByText("那我再看一下").waitFor();
  await visitor.context.close();
});

test("Board_ServerGone_IsMarkedStale_AndRecovers", async () => {
  stage.expected.push(/ERR_CONNECTION|WebSocket connection to|ERR_EMPTY_RESPONSE|ERR_INTERNET_DISCONNECTED|status of 50\d/);
  const { visitor, talk } = await served("重启也不露面");
  await watch(talk);
  await stage.server.kill("SIGTERM");
  await chief.page.getByText(/连接已断开，下面是/).waitFor();
  await stage.server.up();
  await chief.page.getByText(/连接已断开，下面是/).waitFor({ state: "detached", timeout: 40000 });
  // The view of before is live again, and as silent as it was.
  await visitor.say("服务器回来了");
  await panel().getByRole("log").getByText("服务器回来了").waitFor();
  await desk.log.getByText("服务器回来了").waitFor();
  assert.equal(await desk.page.getByText("也在看").count(), 0);
  await visitor.context.close();
  assert.ok((await figure("served")) > 0, "the day's figures survive a restart");
});

test("Supervision_PlainAgent_HasNoDoorToIt", async () => {
  assert.equal(await desk.page.getByRole("link", { name: "现场管理" }).count(), 0);
  await desk.page.goto(`${stage.base}/console/supervision`);
  await desk.page.waitForURL("**/inbox/mine");
});

for (const colorScheme of ["light", "dark"]) {
  test(`Supervision_${colorScheme}_NoAccessibilityViolations`, async () => {
    const { visitor, talk } = await served(`颜色 ${colorScheme}`);
    await board();
    await chief.page.emulateMedia({ colorScheme });
    await until("the colours follow", async () => (await chief.page.locator("html.dark").count()) === (colorScheme === "dark" ? 1 : 0));
    assert.deepEqual(await axe(chief.page), [], "the board");
    await watch(talk);
    assert.deepEqual(await axe(chief.page), [], "watching");
    await chief.page.goto(`${stage.base}/console/supervision/follow-ups`);
    await chief.page.getByRole("tab", { name: "待回访" }).waitFor();
    assert.deepEqual(await axe(chief.page), [], "follow-ups");
    await chief.page.goto(`${stage.base}/console/day`);
    await chief.page.getByRole("heading", { name: "状态轨迹" }).waitFor();
    assert.deepEqual(await axe(chief.page), [], "the day");
    await chief.page.emulateMedia({ colorScheme: "light" });
    await visitor.context.close();
  });
}

test("Supervision_Phone_NothingSticksOut", async () => {
  const phone = await stage.console("zhao@demo", PHONE);
  for (const path of ["supervision", "supervision/follow-ups", "day"]) {
    await phone.page.goto(`${stage.base}/console/${path}`);
    await phone.page.getByRole("heading", { level: 1 }).first().waitFor();
    assert.ok(await phone.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), path);
    assert.deepEqual(await axe(phone.page), [], path);
  }
  await phone.context.close();
});
