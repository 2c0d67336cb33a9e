// Signing in, the second factor, the first start of an empty server.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { axe, DEMO_PASSWORD, PHONE, signIn, Stage, until } from "./lib/stage.mjs";

/** The six digits of RFC 6238 for a base32 secret. */
function totp(secret, at = Date.now()) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/=+$/, "")].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  return String((mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1000000).padStart(6, "0");
}

describe("signing in", () => {
  let stage;
  before(async () => { stage = await Stage.open(); });
  after(() => stage.close());

  test("Login_WrongPassword_SaysWhatHappenedAndKeepsTheAccount", async () => {
    const context = await stage.context();
    const page = await stage.page(context, "/console/");
    await page.getByRole("heading", { name: "登录应答" }).waitFor();
    await page.getByLabel("账号", { exact: true }).fill("wang@demo");
    await page.getByLabel("密码", { exact: true }).fill("not my password");
    await page.getByRole("button", { name: "登录" }).click();
    const problem = page.getByRole("alert");
    await problem.waitFor();
    assert.match(await problem.innerText(), /账号或密码/);
    assert.equal(await page.getByLabel("账号", { exact: true }).inputValue(), "wang@demo");
    await signIn(page, "wang@demo");
    await page.getByRole("region", { name: "会话列表" }).waitFor();
    await context.close();
  });

  test("Login_SecondFactorSetUpInProfile_IsAskedForNextTime", async () => {
    const desk = await stage.console("li@demo");
    await desk.page.goto(`${stage.base}/console/settings/profile`);
    const answer = desk.page.waitForResponse("**/auth/totp/begin");
    await desk.page.getByRole("button", { name: /(开启|启用|开始)/ }).first().click();
    const { secret_base32: secret } = await (await answer).json();
    await desk.page.getByLabel(/验证码|6 位/).first().fill(totp(secret));
    const confirmed = desk.page.waitForResponse("**/auth/totp/confirm");
    await desk.page.getByRole("button", { name: /(确认|验证|完成)/ }).first().click({ timeout: 2000 }).catch(() => undefined);
    assert.equal((await confirmed).status(), 204);
    await desk.context.close();
    const context = await stage.context();
    const page = await stage.page(context, "/console/");
    await page.locator("#login").fill("li@demo");
    await page.locator("#password").fill(DEMO_PASSWORD);
    await page.locator("#password").press("Enter");
    await page.getByRole("heading", { name: "两步验证" }).waitFor();
    const code = page.getByRole("textbox");
    await code.fill("000000");
    await page.getByRole("alert").waitFor();
    // A code counts once; the next period's is good already.
    await code.fill(totp(secret, Date.now() + 30000));
    await page.getByRole("region", { name: "会话列表" }).waitFor();
    await context.close();
  });

  test("Login_SignedOut_TheInboxIsClosed", async () => {
    const desk = await stage.console("wang@demo");
    await desk.page.getByRole("button", { name: "账户菜单" }).click();
    await desk.page.getByRole("button", { name: "退出登录" }).click();
    await desk.page.getByRole("heading", { name: "登录应答" }).waitFor();
    await desk.page.goto(`${stage.base}/console/inbox/all`);
    await desk.page.getByRole("heading", { name: "登录应答" }).waitFor();
    await desk.context.close();
  });

  for (const colorScheme of ["light", "dark"]) {
    for (const [width, options] of [["Desktop", {}], ["Phone", PHONE]]) {
      test(`Login_${colorScheme}${width}_NoAccessibilityViolations`, async () => {
        const context = await stage.context({ colorScheme, ...options });
        const page = await stage.page(context, "/console/");
        await page.getByRole("heading", { name: "登录应答" }).waitFor();
        await page.getByRole("button", { name: "登录" }).click();
        await page.getByRole("alert").waitFor();
        assert.deepEqual(await axe(page), []);
        await context.close();
      });
    }
  }
});

describe("an empty server", () => {
  let stage;
  before(async () => { stage = await Stage.open({ demo: false }); });
  after(() => stage.close());

  test("Setup_EmptyServer_WizardLeadsToTheFirstAnsweredVisitor", async () => {
    const context = await stage.context();
    const page = await stage.page(context, "/");
    await page.getByRole("heading", { name: "欢迎使用应答" }).waitFor();
    assert.deepEqual(await axe(page), []);
    await page.getByRole("button", { name: "下一步" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("企业名称").fill("杭州茶行");
    await page.getByRole("button", { name: "下一步" }).click();
    await page.getByLabel("您的姓名").fill("陈掌柜");
    await page.getByLabel("登录账号").fill("chen@tea.example");
    await page.getByLabel("密码", { exact: true }).fill("short");
    await page.getByRole("button", { name: "下一步" }).click();
    await page.getByRole("alert").getByText("至少 8 个字符").waitFor();
    await page.getByLabel("密码", { exact: true }).fill("longjing 2026");
    assert.deepEqual(await axe(page), []);
    await page.getByRole("button", { name: "下一步" }).click();
    await page.getByRole("button", { name: "完成并进入控制台" }).click();
    await page.waitForURL("**/console/settings/widget**");
    // A first widget is there; its one line goes on the company's own page.
    await page.getByRole("link", { name: "设置外观与行为" }).click();
    await page.getByRole("tab", { name: "安装" }).click();
    const code = await page.locator("pre, code").filter({ hasText: "widget.js" }).first().innerText();
    const [, key] = /data-key="([\w-]+)"/.exec(code);
    await page.goto(`${stage.base}/console/inbox/mine`);
    await page.getByRole("button", { name: "切换为在线" }).click();
    await page.getByRole("button", { name: /^我的状态：在线/ }).waitFor();
    const visitor = await stage.visitor({ path: await stage.site(key) });
    await visitor.open();
    await visitor.say("请问有明前龙井吗？");
    await page.getByRole("region", { name: "会话列表" }).getByText("请问有明前龙井吗？").waitFor();
    await page.getByRole("region", { name: "会话列表" }).getByRole("link").filter({ hasText: "龙井" }).click();
    const box = page.getByRole("textbox", { name: "消息内容" });
    await box.fill("有的，清明前采的");
    await box.press("Enter");
    await visitor.log.getByText("有的，清明前采的").waitFor();
    await visitor.context.close();
    // The wizard runs once.
    await page.goto(`${stage.base}/console/setup`);
    await until("away from the wizard", () => !page.url().includes("setup"));
    await context.close();
  });
});
