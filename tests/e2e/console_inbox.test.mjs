// An agent's work at the console: boxes, answers, notes, transfer, canned replies, the customer's card, outages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, PHONE, Stage, until } from "./lib/stage.mjs";

let stage, wang;
before(async () => {
  stage = await Stage.open();
  wang = await stage.console("wang@demo");
  await wang.be("在线");
});
after(() => stage.close());

/** A visitor whose first words are in wang's hands and open before her. */
async function served(words) {
  const visitor = await (await stage.visitor()).open();
  await visitor.say(words);
  await wang.tab("我的").click();
  await wang.pick(words);
  return visitor;
}

test("Inbox_VisitorWrites_AgentAnswersWithTicksAndTyping", async () => {
  const visitor = await (await stage.visitor()).open();
  await visitor.say("围巾还有酒红色吗？");
  await wang.row("围巾还有酒红色吗？").waitFor();
  await wang.pick("围巾还有酒红色吗？");
  // Opening it is reading it: the visitor sees that.
  await visitor.message("围巾还有酒红色吗？").locator(".tick.read").waitFor();
  await wang.box.pressSequentially("有的");
  await visitor.window.getByText("小芳正在输入…").waitFor();
  await wang.box.press("Enter");
  await visitor.log.getByText("有的", { exact: true }).waitFor();
  await wang.log.getByText("已读").waitFor({ state: "attached" });
  await visitor.box.fill("那我要两条");
  await wang.log.getByText("那我要两条").waitFor();
  assert.match(await wang.log.innerText(), /正在输入，尚未发送/);
  await visitor.box.press("Enter");
  await wang.log.getByText("正在输入，尚未发送").waitFor({ state: "detached" });
  await wang.log.getByText("那我要两条").waitFor();
  assert.match(await wang.card.innerText(), /\/demo\//);
  await visitor.context.close();
});

test("Inbox_MessageOnScreenNotOpened_IsDeliveredNotRead", async () => {
  const visitor = await (await stage.visitor()).open();
  await visitor.say("还没有被打开");
  await wang.row("还没有被打开").waitFor();
  await visitor.message("还没有被打开").locator(".tick.delivered").waitFor();
  await visitor.say("仍然没有");
  await visitor.message("仍然没有").locator(".tick.delivered").waitFor();
  await wang.pick("仍然没有");
  await visitor.message("仍然没有").locator(".tick.read").waitFor();
  assert.match(await wang.card.innerText(), /客户 2 条/);
  await visitor.say("第三条");
  await wang.card.getByText(/客户 3 条/).waitFor();
  await visitor.context.close();
});

test("Inbox_OfflineAgentGrabs_KeepsTheCustomer", async () => {
  await wang.be("示忙");
  const visitor = await (await stage.visitor()).open();
  await visitor.say("有谁在？");
  const zhao = await stage.console("zhao@demo");
  await zhao.tab("排队").click();
  await zhao.row("有谁在？").getByRole("button", { name: "抢单" }).click();
  await zhao.answer("我来接待您");
  await visitor.log.getByText("我来接待您").waitFor();
  await zhao.context.close();
  await wang.be("在线");
  await visitor.context.close();
});

test("Inbox_AgentBusy_VisitorQueuesAndIsGrabbed", async () => {
  await wang.be("示忙");
  const visitor = await (await stage.visitor()).open();
  await visitor.say("排队的客人");
  await wang.tab("排队").getByText("1").waitFor();
  await wang.tab("排队").click();
  await wang.row("排队的客人").getByRole("button", { name: "抢单" }).click();
  await wang.page.waitForURL("**/inbox/mine/cv_*");
  await visitor.log.getByText("小芳 为您服务").waitFor();
  await wang.answer("让您久等了");
  await visitor.log.getByText("让您久等了").waitFor();
  await wang.tab("排队").click();
  await wang.list.getByText("没有客户在排队").waitFor();
  await wang.tab("全部").click();
  await wang.row("让您久等了").waitFor();
  await wang.be("在线");
  await visitor.context.close();
});

test("Inbox_NoteWritten_VisitorNeverSeesIt", async () => {
  const visitor = await served("帮我查一下订单");
  await wang.page.getByRole("radio", { name: "内部备注" }).click();
  await wang.box.fill("客户是老会员，先安抚");
  await wang.button("保存备注").click();
  await wang.log.getByText("客户是老会员，先安抚").waitFor();
  await wang.page.getByRole("radio", { name: "回复" }).click();
  await wang.answer("正在为您查询");
  await visitor.log.getByText("正在为您查询").waitFor();
  assert.equal(await visitor.page.getByText("先安抚").count(), 0);
  await visitor.page.reload();
  await visitor.open();
  await visitor.log.getByText("正在为您查询").waitFor();
  assert.equal(await visitor.page.getByText("先安抚").count(), 0);
  await visitor.context.close();
});

test("Inbox_MarkupInMessage_StaysText", async () => {
  const nasty = `<img src=x onerror="window.__hit=1"><b>粗</b>`;
  const visitor = await served(nasty);
  assert.equal(await wang.page.evaluate(() => window.__hit), undefined);
  assert.equal(await wang.log.locator("img[src=x]").count(), 0);
  await visitor.context.close();
});

test("Inbox_Transfer_MovesToTheColleagueWithTheNote", async () => {
  const li = await stage.console("li@demo");
  await li.be("在线");
  const visitor = await served("售后问题请转接");
  await wang.button("转接").click();
  const dialog = wang.page.getByRole("dialog", { name: "转接会话" });
  await dialog.getByRole("radio", { name: /小雷|李雷/ }).click();
  await dialog.getByLabel("交接备注（仅同事可见）").fill("要退货，已核对订单");
  await dialog.getByRole("button", { name: "转接" }).click();
  await dialog.waitFor({ state: "detached" });
  await visitor.log.getByText("已转接，小雷 为您服务").waitFor();
  await li.row("售后问题请转接").waitFor();
  await li.pick("售后问题请转接");
  await li.log.getByText("要退货，已核对订单").waitFor();
  await li.answer("我来处理退货");
  await visitor.log.getByText("我来处理退货").waitFor();
  assert.equal(await visitor.page.getByText("要退货").count(), 0);
  await wang.tab("我的").click();
  await until("it left wang's box", async () => (await wang.row("我来处理退货").count()) === 0);
  await li.context.close();
  await visitor.context.close();
});

test("Inbox_CloseAndReopen_BothSidesFollow", async () => {
  const visitor = await served("问题解决了");
  await wang.answer("不客气");
  await wang.button("结束").click();
  await visitor.log.getByText("本次服务已结束").waitFor();
  await wang.button("重新打开").click();
  await visitor.log.getByText("会话已重新打开").waitFor();
  await wang.answer("还有一句忘了说");
  await visitor.log.getByText("还有一句忘了说").waitFor();
  await visitor.context.close();
});

test("Inbox_ClosedRightAfterTheAnswer_TheAnswerIsThereFirst", async () => {
  const visitor = await served("最后一句");
  await wang.page.route("**/api/v1/conversations/*/messages", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 700));
    await route.continue();
  });
  await wang.box.fill("已经为您办好了");
  await wang.box.press("Enter");
  await wang.button("结束").click();
  // Nobody is asked whether he really leaves a customer waiting: the answer only was under way.
  await visitor.log.getByText("本次服务已结束").waitFor();
  assert.equal(await wang.page.getByRole("dialog").count(), 0);
  const texts = await visitor.texts();
  assert.match(texts.at(-1), /已经为您办好了/);
  await wang.page.unroute("**/api/v1/conversations/*/messages");
  await visitor.context.close();
});

test("Inbox_SlashTyped_CannedReplyIsFilledIn", async () => {
  const visitor = await served("什么时候发货");
  await wang.box.pressSequentially("/ship");
  await wang.page.getByRole("option").filter({ hasText: "发货时间" }).waitFor();
  await wang.page.keyboard.press("Enter");
  await until("the text stands there", async () => /16:00 前付款/.test(await wang.box.inputValue()));
  await wang.box.press("Enter");
  await visitor.log.getByText(/16:00 前付款当天发出/).waitFor();
  await wang.box.pressSequentially("/hi");
  await wang.page.getByRole("option").filter({ hasText: "问候" }).click();
  await until("variables are filled", async () => /我是小芳/.test(await wang.box.inputValue()));
  assert.doesNotMatch(await wang.box.inputValue(), /\{\{/);
  await wang.box.fill("");
  await visitor.context.close();
});

test("Inbox_CardEdited_IsKeptAndShownInTheList", async () => {
  const visitor = await served("我姓沈");
  await wang.card.getByRole("button", { name: /^姓名/ }).click();
  await wang.card.getByRole("textbox", { name: "姓名" }).fill("沈先生");
  await wang.page.keyboard.press("Enter");
  await wang.row("沈先生").waitFor();
  await wang.card.getByRole("button", { name: /^电话/ }).click();
  await wang.card.getByRole("textbox", { name: "电话" }).fill("13900001111");
  await wang.page.keyboard.press("Enter");
  await wang.card.getByRole("button", { name: "添加标签" }).click();
  await wang.card.getByRole("textbox", { name: "添加标签" }).fill("回头客");
  await wang.page.keyboard.press("Enter");
  await wang.card.getByText("回头客").waitFor();
  await wang.page.reload();
  await wang.card.getByRole("button", { name: "电话: 13900001111" }).waitFor();
  await wang.card.getByText("回头客").waitFor();
  await visitor.context.close();
});

test("Inbox_ServerRestarted_GoesOnWithoutReload", async () => {
  stage.expected.push(/ERR_CONNECTION|WebSocket connection to|ERR_EMPTY_RESPONSE|status of 50\d/);
  const visitor = await served("重启前的话");
  await wang.page.evaluate(() => { window.__sameDocument = true; });
  await stage.server.kill("SIGTERM");
  await wang.page.getByRole("status").filter({ hasText: /(断开|连接|网络)/ }).first().waitFor();
  await wang.box.fill("停机时写的回复");
  await wang.box.press("Enter");
  await visitor.write("停机时的追问");
  await stage.server.up();
  await visitor.log.getByText("停机时写的回复").waitFor();
  await wang.log.getByText("停机时的追问").waitFor();
  assert.equal(await wang.log.getByText("停机时写的回复").count(), 1);
  assert.equal(await wang.page.evaluate(() => window.__sameDocument), true);
  await wang.answer("恢复了");
  await visitor.log.getByText("恢复了").waitFor();
  await visitor.context.close();
});

test("Inbox_LanguageSwitched_EveryWordFollows", async () => {
  const page = wang.page;
  await page.getByRole("button", { name: "账户菜单" }).click();
  await page.getByRole("radio", { name: "EN" }).click();
  await page.getByRole("region", { name: "Conversations" }).or(page.getByRole("region").first()).waitFor();
  await page.keyboard.press("Escape");
  await until("English", async () => (await page.locator("html").getAttribute("lang")) === "en");
  const words = await page.locator("#app").innerText();
  assert.doesNotMatch(words, /会话|设置|排队|我的|全部|客户资料|点击填写/);
  await page.getByRole("button", { name: /account/i }).click();
  await page.getByRole("radio", { name: "中文" }).click();
  await page.keyboard.press("Escape");
  await until("Chinese", async () => (await page.locator("html").getAttribute("lang")) === "zh-CN");
});

test("Inbox_Phone_ListThenConversationThenBack", async () => {
  const visitor = await (await stage.visitor()).open();
  await visitor.say("手机坐席在吗");
  await wang.row("手机坐席在吗").waitFor();
  const phone = await stage.console("wang@demo", PHONE);
  await phone.pick("手机坐席在吗");
  assert.ok(await phone.list.isHidden());
  await phone.answer("在的");
  await visitor.log.getByText("在的", { exact: true }).waitFor();
  assert.ok(await phone.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
  assert.deepEqual(await axe(phone.page), []);
  await phone.page.getByRole("link", { name: "返回列表" }).click();
  await phone.list.waitFor();
  assert.deepEqual(await axe(phone.page), []);
  await phone.context.close();
  await visitor.context.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`Inbox_${colorScheme}_NoAccessibilityViolations`, async () => {
    const visitor = await served(`看看颜色 ${colorScheme}`);
    await wang.answer("好的，这里有一个链接 https://example.com/colour");
    await wang.page.emulateMedia({ colorScheme });
    await until("the colours follow", async () => (await wang.page.locator("html.dark").count()) === (colorScheme === "dark" ? 1 : 0));
    assert.deepEqual(await axe(wang.page), [], "a conversation");
    await wang.button("转接").click();
    await wang.page.getByRole("dialog", { name: "转接会话" }).getByRole("radio").first().waitFor();
    assert.deepEqual(await axe(wang.page), [], "the transfer dialog");
    await wang.page.keyboard.press("Escape");
    await wang.page.getByRole("dialog").waitFor({ state: "detached" });
    await wang.tab("排队").click();
    assert.deepEqual(await axe(wang.page), [], "an empty queue");
    await wang.page.emulateMedia({ colorScheme: "light" });
    await visitor.context.close();
  });
}
