// How the widget looks and who can use it: phone, languages, colours, accessibility.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, PHONE, png, Stage, until } from "./lib/stage.mjs";

let stage, agent;
before(async () => {
  stage = await Stage.open();
  agent = await stage.agent();
});
after(() => stage.close());

for (const [name, options] of Object.entries({
  ChineseLight: { locale: "zh-CN", colorScheme: "light" },
  EnglishDark: { locale: "en-US", colorScheme: "dark" },
  ChineseDarkPhone: { locale: "zh-CN", colorScheme: "dark", ...PHONE },
  EnglishLightPhone: { locale: "en-US", colorScheme: "light", ...PHONE },
})) {
  test(`Widget_${name}_NoAccessibilityViolations`, async () => {
    const visitor = await stage.visitor(options);
    await visitor.launcher.waitFor();
    assert.deepEqual(await axe(visitor.page), [], "the page with the launcher");
    await visitor.open();
    await visitor.say(`Hello ${name}`);
    const talk = await visitor.reached(agent, `Hello ${name}`);
    await talk.say("https://example.com/size-guide");
    await visitor.window.locator("input[type=file]").setInputFiles([
      { name: "a.png", mimeType: "image/png", buffer: png(60, 40) },
      { name: "b.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n%%EOF\n") },
    ]);
    await visitor.mine.locator(".file").waitFor();
    await until("everything is sent", async () => (await visitor.mine.locator(".tick").count()) === 3 && (await visitor.log.getByRole("progressbar").count()) === 0);
    const { message } = await talk.say("quoted", { quote_id: (await talk.messages())[0].id });
    await visitor.log.getByText("quoted").waitFor();
    await talk.receipts({ read_seq: message.seq });
    await visitor.mine.locator(".tick.read").first().waitFor();
    assert.deepEqual(await axe(visitor.page), [], "with a conversation");
    await visitor.window.getByRole("button", { name: /表情|Emoji/ }).click();
    await visitor.context.setOffline(true);
    await visitor.write("offline");
    await visitor.window.getByRole("status").waitFor();
    await visitor.window.getByRole("button", { name: /表情|Emoji/ }).click();
    assert.deepEqual(await axe(visitor.page), [], "offline, with the emoji");
    stage.expected.push(/ERR_INTERNET_DISCONNECTED/);
    await visitor.context.close();
  });
}

test("Widget_Phone_CoversTheScreenAndKeepsTheFocusInside", async () => {
  const visitor = await (await stage.visitor(PHONE)).open();
  const box = await visitor.window.boundingBox();
  assert.deepEqual(box, { x: 0, y: 0, width: 390, height: 844 });
  assert.ok(await visitor.launcher.isHidden());
  // Typing does not zoom the page on phones: 16 pixels at least.
  assert.equal(await visitor.box.evaluate((area) => getComputedStyle(area).fontSize), "16px");
  await visitor.say("手机上");
  await visitor.reached(agent, "手机上");
  for (let i = 0; i < 30; ++i) {
    await visitor.page.keyboard.press("Tab");
    assert.equal(await visitor.page.evaluate(() => document.activeElement.id), "yingda-widget");
  }
  await visitor.window.getByRole("button", { name: "收起聊天窗" }).tap();
  await visitor.window.waitFor({ state: "detached" });
  assert.ok(await visitor.launcher.isVisible());
  await visitor.context.close();
});

test("Widget_TouchTargets_AreLargeEnough", async () => {
  const visitor = await (await stage.visitor(PHONE)).open();
  for (const button of await visitor.window.getByRole("button").all()) {
    const { width, height } = await button.boundingBox();
    assert.ok(width >= 24 && height >= 24, `${await button.getAttribute("aria-label")} is ${width} × ${height}`);
  }
  await visitor.context.close();
});

test("Widget_PageLanguage_DecidesTheWords", async () => {
  const visitor = await stage.visitor({ path: "/demo/?lang=en" , locale: "en-US" });
  await visitor.open();
  await visitor.window.getByText("Hello! How can we help you?").waitFor();
  assert.equal(await visitor.window.getAttribute("lang"), "en");
  await visitor.page.goto(new URL("/demo/?lang=zh", stage.base).href);
  await visitor.launcher.click();
  await visitor.page.getByRole("dialog", { name: "聊天窗" }).getByText("您好，请问有什么可以帮您？").waitFor();
  await visitor.context.close();
});

test("Widget_ColourOfAnyBrightness_TextStaysReadable", async () => {
  const base = (await stage.admin.call("GET", "/widgets")).items.find((w) => w.key === "demo");
  for (const color of ["#1677ff", "#ffd400", "#111111", "#ff7a45", "#7cb305", "#ffffff"]) {
    const widget = await stage.admin.call("POST", "/widgets", { ...base, id: undefined, key: undefined, name: color, look: { ...base.look, color, launcher: "bar" } });
    for (const colorScheme of ["light", "dark"]) {
      const visitor = await stage.visitor({ path: await stage.site(widget.key), colorScheme });
      await visitor.open();
      await visitor.box.fill("Readable");
      await visitor.write("Readable");
      await visitor.mine.first().waitFor();
      assert.deepEqual(await axe(visitor.page, "#yingda-widget"), [], `${color} ${colorScheme}`);
      await visitor.context.close();
    }
  }
});

test("Widget_NobodyOnline_SaysSoAndKeepsTheMessage", async () => {
  agent.client.stop();
  await agent.call("PUT", "/agents/me/state", { state: "offline" });
  const visitor = await (await stage.visitor()).open();
  await visitor.window.getByText("暂时不在线，请留言").waitFor();
  await visitor.say("下班了吗");
  await visitor.window.getByRole("status").waitFor();
  assert.match(await visitor.window.getByRole("status").innerText(), /在这里回复/);
  await visitor.context.close();
});
