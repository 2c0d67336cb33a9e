// Settings of how customers are served: queues with warnings and the live preview, hours, skills, entrance, reasons,
// alarm notices, ratings, mail. Main path of each screen in a real browser against the real server.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { axe, Stage, until } from "./lib/stage.mjs";

let stage, page, teams, policy;
before(async () => {
  stage = await Stage.open();
  const wang = await stage.agent("wang@demo");
  teams = (await stage.admin.call("GET", "/teams")).items;
  const me = (await stage.admin.call("GET", "/agents")).items.find((one) => one.connected);
  assert.ok(wang && me);
  policy = (await stage.admin.call("GET", "/routing/policies")).items.find((one) => one.team_id === me.team_ids[0]);
  ({ page } = await stage.console("admin@demo", { viewport: { width: 1440, height: 1000 } }));
});
after(() => stage.close());

const go = async (path) => {
  await page.goto(`${stage.base}/console/settings${path}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForLoadState("networkidle");
};
const save = async (path, method = "PUT") => {
  const answered = page.waitForResponse((r) => r.url().includes(path) && r.request().method() === method);
  await page.getByRole("button", { name: "保存", exact: true }).click();
  assert.equal((await answered).status(), 200);
  await page.getByRole("region", { name: "有未保存的修改" }).waitFor({ state: "detached" });
};
const mine = async () => (await stage.admin.call("GET", "/routing/policies")).items.find((one) => one.team_id === policy.team_id);

test("Queue_StrategyChanged_PreviewFollowsBeforeItIsSaved", async () => {
  await go(`/queues/${policy.team_id}`);
  const preview = page.getByRole("region", { name: "现在来一位客户，会分给谁？" });
  await preview.getByText("分给 王芳").waitFor();
  await page.getByRole("radio", { name: /^抢单/ }).check();
  await preview.getByText("等坐席抢单：下面的人都可以接").waitFor();
  assert.equal((await mine()).strategy, policy.strategy, "the preview saves nothing");
  await page.getByRole("radio", { name: /^占用比例最低的人/ }).check();
  await preview.getByText("分给 王芳").waitFor();
  await save("/routing/policies");
  assert.equal((await mine()).strategy, "occupancy_balanced");
});

test("Queue_OverflowEdited_WarnsInWordsAndKeepsTheOrder", async () => {
  const [first, second] = teams.filter((one) => one.id !== policy.team_id);
  await page.getByRole("tab", { name: /先后与上限/ }).click();
  await page.getByRole("switch", { name: "限制排队人数" }).locator("..").click();
  await page.getByText("到达上限后没有可转往的班组").waitFor();
  const add = async (name) => {
    await page.getByRole("combobox", { name: "添加一个班组" }).click();
    await page.getByRole("option", { name, exact: true }).click();
  };
  await add(first.name);
  await page.getByText("到达上限后没有可转往的班组").waitFor({ state: "detached" });
  if (second) {
    await add(second.name);
    await page.getByRole("button", { name: `上移“${second.name}”` }).click();
  }
  await save("/routing/policies");
  assert.deepEqual((await mine()).overflow_team_ids, second ? [second.id, first.id] : [first.id]);
});

test("Queue_SkillNobodyHas_IsWarnedAboutAndRelaxesInSteps", async () => {
  await page.getByRole("tab", { name: /技能与渠道/ }).click();
  await page.getByRole("button", { name: /添加技能要求/ }).click();
  await page.getByLabel("技能名称").fill("珠宝鉴定");
  await page.getByText("班组里没有人达到这项技能的要求").waitFor();
  const preview = page.getByRole("region", { name: "现在来一位客户，会分给谁？" });
  await preview.getByText("现在没有人能接，排在第 1 位").waitFor();
  await preview.getByText("技能不够").first().waitFor();
  await page.getByRole("button", { name: /添加一级台阶/ }).click();
  await page.getByText("只有放宽要求后才有人能接待").waitFor();
  assert.match(await page.getByRole("img", { name: /一开始/ }).getAttribute("aria-label"), /等待 1 分钟 后: 不再要求 珠宝鉴定/);
  await page.getByRole("button", { name: "移除“珠宝鉴定”" }).click();
  await page.getByRole("button", { name: "还原" }).click();
  assert.deepEqual((await mine()).skills, []);
});

test("Queue_ReminderBehindTheClose_IsWarnedAbout", async () => {
  await page.getByRole("tab", { name: /超时处理/ }).click();
  const agentSide = page.getByRole("region", { name: "坐席最后发言：等客户回应" });
  const remind = agentSide.getByRole("spinbutton").first();
  await remind.fill("40");
  await remind.press("Tab");
  await agentSide.getByText("会话会先关闭，提醒永远不会发出").waitFor();
  await remind.fill("5");
  await remind.press("Tab");
  await agentSide.getByText("会话会先关闭，提醒永远不会发出").waitFor({ state: "detached" });
  await save("/routing/policies");
  assert.equal((await mine()).silence.remind_ms, 300_000);
});

test("Hours_PastMidnightAndHolidays_ComeBackAsTyped", async () => {
  await page.getByRole("tab", { name: /工作时间/ }).click();
  await page.getByRole("button", { name: "设置工作时间" }).click();
  await page.getByRole("button", { name: "为周六添加一段" }).click();
  await page.getByRole("textbox", { name: "周六第 1 段开始" }).fill("22");
  await page.getByRole("textbox", { name: "周六第 1 段开始" }).press("Tab");
  await page.getByRole("textbox", { name: "周六第 1 段结束" }).fill("600");
  await page.getByRole("textbox", { name: "周六第 1 段结束" }).press("Tab");
  await page.getByText("次日").waitFor();
  const year = page.getByRole("img", { name: /天中有 \d+ 天营业/ });
  await year.waitFor();
  await save("/routing/policies");
  const { hours } = await mine();
  assert.deepEqual(hours.week.find((day) => day.weekday === 6).spans, [{ from_minute: 1320, until_minute: 1800 }]);
  assert.equal(hours.chinese_holidays, true);
  const open = async () => Number(/有 (\d+) 天营业/.exec(await year.getAttribute("aria-label"))[1]);
  const before = await open();
  await page.getByRole("switch", { name: /按中国法定节假日休息/ }).locator("..").click();
  await until("holidays are open days without the switch", async () => (await open()) > before);
  await page.getByRole("button", { name: "还原" }).click();
});

test("Skills_KeysOnTheMatrix_AreSavedForTheAgent", async () => {
  await go("/skills");
  await page.getByRole("button", { name: /添加技能/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "技能名称" }).fill("退款");
  await dialog.getByRole("button", { name: "只加一列" }).click();
  await page.getByRole("button", { name: "王芳，退款：不会" }).focus();
  await page.keyboard.press("4");
  await page.getByRole("button", { name: "王芳，退款：精通" }).waitFor();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("2");
  await page.keyboard.press("Delete");
  await page.getByRole("button", { name: /退款：会做/ }).waitFor({ state: "detached" });
  await save("/routing/profiles");
  const wang = (await stage.admin.call("GET", "/agents")).items.find((one) => one.name === "王芳");
  const profiles = (await stage.admin.call("GET", "/routing/profiles")).items;
  assert.deepEqual(profiles.find((one) => one.user_id === wang.user_id).skills, [{ name: "退款", level: 4 }]);
  assert.deepEqual(profiles.filter((one) => one.skills.length).length, 1);
});

test("Entrance_RuleMade_TrialExplainsAndThePlanIsSaved", async () => {
  const [team] = teams.filter((one) => one.id !== policy.team_id);
  await go("/entrance");
  await page.getByRole("button", { name: "新建规则" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByRole("textbox", { name: "规则名称" }).fill("结账页的客户");
  await sheet.getByRole("combobox", { name: "值" }).or(sheet.getByRole("textbox", { name: "值" })).first().fill("/checkout");
  await page.keyboard.press("Enter");
  await sheet.getByRole("combobox", { name: "分到班组" }).click();
  await page.getByRole("option", { name: team.name, exact: true }).click();
  await sheet.getByRole("button", { name: "确定" }).click();
  const trial = page.getByRole("region", { name: "试一试" });
  await trial.getByText("没有规则符合，按默认").waitFor();
  await trial.getByRole("textbox", { name: "所在网页" }).fill("https://shop.example/checkout");
  await trial.getByText("由规则“结账页的客户”决定").waitFor();
  await trial.getByText(`→ ${team.name}`).waitFor();
  await save("/entrance");
  const plan = await stage.admin.call("GET", "/entrance");
  assert.deepEqual(plan.rules.map((one) => [one.name, one.team_id, one.conditions[0].values]), [["结账页的客户", team.id, ["/checkout"]]]);
});

test("Entrance_MenuBuilt_ShowsTheCustomersChips", async () => {
  const menu = page.getByRole("region", { name: "排队前的导航菜单" });
  await menu.getByRole("switch", { name: "排队前的导航菜单" }).locator("..").click();
  await menu.getByRole("textbox", { name: "引导语（中文）" }).fill("请选择问题类型");
  await menu.getByRole("button", { name: "添加选项" }).click();
  await menu.getByRole("textbox", { name: "选项文字（中文）" }).fill("何时发货");
  await menu.getByRole("textbox", { name: "自助答案（中文），可不填" }).fill("付款后 24 小时内发出");
  const phone = menu.getByRole("region", { name: "客户看到的菜单" });
  await phone.getByText("请选择问题类型").waitFor();
  await phone.getByRole("button", { name: "何时发货" }).click();
  await phone.getByText("付款后 24 小时内发出").waitFor();
  await save("/entrance");
  const plan = await stage.admin.call("GET", "/entrance");
  assert.equal(plan.menus[0].items[0].answer.zh_CN, "付款后 24 小时内发出");
});

test("Reasons_OneAdded_AgentsMayChooseIt", async () => {
  await go("/reasons");
  await page.getByRole("button", { name: /添加原因/ }).click();
  await page.getByRole("textbox", { name: "中文名称" }).last().fill("接孩子");
  await page.getByRole("textbox", { name: "英文名称" }).last().fill("School run");
  await save("/routing/reason-codes");
  const items = (await stage.admin.call("GET", "/routing/reason-codes")).items;
  assert.deepEqual([items.at(-1).zh_CN, items.at(-1).state, items.at(-1).enabled], ["接孩子", "away", true]);
});

test("Alarms_AddressAdded_TheTestArrivesAndIsListed", async () => {
  const heard = [];
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => { heard.push({ body, signature: request.headers["x-yingda-signature"] }); response.end("ok"); });
  });
  await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  stage.ends.push(() => new Promise((resolve) => { receiver.close(resolve); receiver.closeAllConnections(); }));
  await go("/alarms");
  await page.getByRole("button", { name: /添加通知地址/ }).click();
  await page.getByRole("textbox", { name: "地址" }).fill("ftp://nowhere");
  await page.getByRole("button", { name: "保存", exact: true }).click();
  await page.getByText("请写以 http:// 或 https:// 开头的地址").waitFor();
  await page.getByRole("textbox", { name: "地址" }).fill(`http://127.0.0.1:${receiver.address().port}/hook`);
  await page.getByLabel("签名密钥").fill("a shared secret");
  await save("/alarm-settings");
  const [hook] = (await stage.admin.call("GET", "/alarm-settings")).webhooks;
  assert.equal(hook.has_secret, true);
  await page.getByRole("button", { name: /发送测试/ }).click();
  await until("the delivery is listed", async () => (await stage.admin.call("GET", "/alarm-deliveries")).items.length > 0);
  await page.getByRole("table").getByText(`127.0.0.1:${receiver.address().port}`).first().waitFor();
});

test("Rating_ScaleChanged_PreviewAndSettingsFollow", async () => {
  await go("/rating");
  const preview = page.getByRole("region", { name: "客户看到的" });
  await preview.getByRole("button", { name: "解决了" }).click();
  await preview.getByRole("button", { name: "5 星" }).waitFor();
  await page.getByText("赞或踩", { exact: true }).click();
  await preview.getByRole("button", { name: "解决了" }).click();
  await preview.getByRole("button", { name: "踩", exact: true }).click();
  await preview.getByText("这个评价会生成回访任务").waitFor();
  await page.getByRole("radio", { name: /^参与的人平分/ }).check();
  await save("/rating/settings");
  const settings = await stage.admin.call("GET", "/rating/settings");
  const webchat = settings.channels.find((one) => one.channel === "webchat");
  assert.deepEqual([webchat.scale, webchat.low_score_max, settings.share], ["thumbs", 0, "equal"]);
});

test("Mail_SettingsSaved_PasswordStaysSecret", async () => {
  await go("/mail");
  await page.getByLabel("SMTP 服务器").fill("smtp.example.com");
  await page.getByLabel("用户名").fill("care");
  await page.getByLabel("密码或授权码").fill("very secret");
  await page.getByLabel("发件人地址").fill("care@example.com");
  await save("/mail-settings");
  const settings = await stage.admin.call("GET", "/mail-settings");
  assert.deepEqual([settings.server, settings.has_password, settings.password], ["smtp.example.com", true, undefined]);
  await page.getByLabel("发件人名称").fill("云裳客服");
  await save("/mail-settings");
  assert.equal((await stage.admin.call("GET", "/mail-settings")).has_password, true, "an untouched password stays");
});

for (const colorScheme of ["light", "dark"]) {
  test(`Editors_${colorScheme}_NoAccessibilityViolations`, async () => {
    await page.emulateMedia({ colorScheme });
    const found = {};
    const look = async (name) => {
      const violations = await axe(page);
      if (violations.length) found[name] = violations;
    };
    await go(`/queues/${policy.team_id}`);
    for (const tab of ["分给谁", "先后与上限", "技能与渠道", "超时处理", "工作时间"]) {
      await page.getByRole("tab", { name: new RegExp(tab) }).click();
      await look(tab);
    }
    await go("/entrance");
    await page.getByRole("button", { name: "编辑“结账页的客户”" }).click();
    await page.getByRole("dialog").getByRole("textbox", { name: "规则名称" }).waitFor();
    await look("rule");
    assert.deepEqual(found, {});
  });
}
