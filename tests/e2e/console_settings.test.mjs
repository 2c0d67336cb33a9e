// Settings: the widget's editor with its preview, canned replies, agents; every page against WCAG 2.2 AA.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, PHONE, Stage, until } from "./lib/stage.mjs";

const kPages = ["", "/profile", "/company", "/agents", "/teams", "/roles", "/widget", "/canned", "/tokens", "/audit", "/queues", "/entrance", "/skills", "/rating", "/reasons", "/alarms", "/mail"];
let stage, admin;
before(async () => {
  stage = await Stage.open();
  admin = await stage.console("admin@demo");
});
after(() => stage.close());
const go = async (page, path) => {
  await page.goto(`${stage.base}/console/settings${path}`);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForLoadState("networkidle");
};

test("Settings_WidgetEdited_PreviewFollowsAndTheVisitorSeesIt", async () => {
  const { page } = admin;
  await go(page, "/widget");
  await page.getByRole("link", { name: "设置外观与行为" }).click();
  const preview = page.getByRole("complementary").last();
  await page.getByRole("textbox", { name: "自定义颜色" }).fill("#7a1fa2");
  await until("the preview has the colour", () => preview.evaluate((one) => [...one.querySelectorAll("*")].some((node) => getComputedStyle(node).backgroundColor === "rgb(122, 31, 162)")));
  await page.getByRole("tab", { name: "文案与语言" }).click();
  await page.getByRole("region", { name: "欢迎语" }).getByLabel("简体中文").fill("欢迎光临，想看点什么？");
  await preview.getByText("欢迎光临，想看点什么？").first().waitFor();
  const saved = page.waitForResponse((r) => /\/widgets\/wg_/.test(r.url()) && r.request().method() === "PUT");
  await page.getByRole("button", { name: "保存" }).click();
  assert.equal((await saved).status(), 200);
  const visitor = await (await stage.visitor()).open();
  await visitor.window.getByText("欢迎光临，想看点什么？").waitFor();
  assert.equal(await visitor.launcher.evaluate((one) => getComputedStyle(one).backgroundColor), "rgb(122, 31, 162)");
  await visitor.context.close();
});

test("Settings_CannedReplyMade_AgentFindsIt", async () => {
  const { page } = admin;
  await go(page, "/canned");
  await page.getByRole("button", { name: /新建|添加/ }).first().click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("短语").fill("gift");
  await sheet.getByLabel("标题").fill("礼品包装");
  await sheet.getByLabel("内容").fill("可以免费礼品包装，下单时备注即可。");
  await sheet.getByRole("button", { name: /保存|创建|新建/ }).click();
  await page.getByText("礼品包装").first().waitFor();
  const replies = (await stage.admin.call("GET", "/canned-replies")).items;
  assert.equal(replies.find((r) => r.shortcut === "gift")?.text, "可以免费礼品包装，下单时备注即可。");
});

test("Settings_AgentMade_CanSignIn", async () => {
  const { page } = admin;
  await go(page, "/agents");
  await page.getByText("wang@demo").first().waitFor();
  await page.getByRole("button", { name: /新建|添加/ }).first().click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel(/姓名/).first().fill("赵小满");
  await sheet.getByLabel(/登录|账号/).first().fill("xiaoman@demo");
  const made = page.waitForResponse((r) => r.url().endsWith("/api/v1/users") && r.request().method() === "POST");
  await sheet.getByRole("button", { name: /保存|创建|新建|添加/ }).last().click();
  const { password } = (await made).request().postDataJSON();
  const desk = await stage.console("xiaoman@demo", { password });
  await desk.list.waitFor();
  await desk.context.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`Settings_${colorScheme}_NoAccessibilityViolations`, async () => {
    const { page } = admin;
    await page.emulateMedia({ colorScheme });
    await until("the colours follow", async () => (await page.locator("html.dark").count()) === (colorScheme === "dark" ? 1 : 0));
    const found = {};
    for (const path of kPages) {
      await go(page, path);
      const violations = await axe(page);
      if (violations.length) found[path] = violations;
    }
    assert.deepEqual(found, {});
    await page.emulateMedia({ colorScheme: "light" });
  });
}

test("Settings_Phone_NothingSticksOut", async () => {
  const phone = await stage.console("admin@demo", PHONE);
  const wide = [];
  for (const path of kPages) {
    await go(phone.page, path);
    if (!(await phone.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))) wide.push(path);
  }
  assert.deepEqual(wide, []);
  await phone.context.close();
});
