// Files, quotes and recall in the widget.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { png, Stage, until } from "./lib/stage.mjs";

let stage, agent;
before(async () => {
  stage = await Stage.open();
  agent = await stage.agent();
});
after(() => stage.close());

/** A visitor with an agent in the conversation. */
async function talking(words) {
  const visitor = await (await stage.visitor()).open();
  await visitor.say(words);
  return { visitor, talk: await visitor.reached(agent, words) };
}
const attach = (visitor, ...files) => visitor.window.locator("input[type=file]").setInputFiles(files);
const fileOf = (talk, name) => until(`${name} arrives`, async () => (await talk.messages()).find((m) => m.file?.name === name));

test("Widget_PictureAttached_ShowsProgressThenThumbnailAndEnlarges", async () => {
  const { visitor, talk } = await talking("给您看照片");
  let go;
  const held = new Promise((resolve) => { go = resolve; });
  await visitor.page.route("**/webchat/files?*", async (route) => {
    await held;
    await route.continue();
  });
  await attach(visitor, { name: "吊牌.png", mimeType: "image/png", buffer: png(900, 600) });
  await visitor.log.getByRole("progressbar").waitFor();
  go();
  const stored = await fileOf(talk, "吊牌.png");
  assert.equal(stored.kind, "image");
  assert.deepEqual([stored.file.width, stored.file.height, stored.file.thumbnail], [900, 600, true]);
  const picture = visitor.log.getByRole("button", { name: "图片 吊牌.png" });
  const image = picture.getByRole("img");
  await until("the thumbnail is painted", () => image.evaluate((one) => one.src.includes("/thumbnail") && one.complete && one.naturalWidth > 0));
  await visitor.log.getByRole("progressbar").waitFor({ state: "detached" });
  await picture.click();
  const large = visitor.page.getByRole("dialog", { name: "图片" });
  await until("the whole picture is painted", () => large.getByRole("img").evaluate((one) => one.naturalWidth === 900));
  await visitor.page.keyboard.press("Escape");
  await large.waitFor({ state: "detached" });
  assert.ok(await visitor.window.isVisible());
  await visitor.context.close();
});

test("Widget_FilePastedAndDropped_BothAreSent", async () => {
  const { visitor, talk } = await talking("贴一个文件");
  const hand = (name, type, bytes, event) => visitor.page.evaluate(([name, type, bytes, event]) => {
    const inside = document.querySelector("#yingda-widget").shadowRoot;
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
    const target = inside.querySelector(event === "paste" ? "textarea" : ".w");
    const made = event === "paste" ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }) : new DragEvent(event, { dataTransfer: transfer, bubbles: true, cancelable: true });
    target.dispatchEvent(made);
  }, [name, type, [...bytes], event]);
  await hand("截图.png", "image/png", png(40, 30), "paste");
  assert.equal((await fileOf(talk, "截图.png")).kind, "image");
  await hand("发票.pdf", "application/pdf", Buffer.from("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"), "dragover");
  await visitor.window.getByText("松开即可发送").waitFor();
  await hand("发票.pdf", "application/pdf", Buffer.from("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"), "drop");
  assert.equal((await fileOf(talk, "发票.pdf")).kind, "file");
  await visitor.window.getByText("松开即可发送").waitFor({ state: "detached" });
  const link = visitor.log.getByRole("link", { name: /发票\.pdf/ });
  await link.waitFor();
  const got = await visitor.page.request.get(new URL(await link.getAttribute("href"), stage.base).href);
  assert.equal(got.status(), 200);
  assert.match(got.headers()["content-disposition"] ?? "", /attachment|inline/);
  assert.match(await got.text(), /^%PDF/);
  await visitor.context.close();
});

test("Widget_PageInsteadOfPicture_IsRefusedAndCanBeRemoved", async () => {
  const { visitor, talk } = await talking("发一个网页");
  stage.expected.push(/status of 4\d\d/);
  await attach(visitor, { name: "page.html", mimeType: "text/html", buffer: Buffer.from("<script>alert(1)</script>") });
  const outcome = await until("refused or kept as a plain file", async () => {
    if (await visitor.log.getByRole("alert").count()) return "refused";
    return (await talk.messages()).find((m) => m.file?.name === "page.html") && "kept";
  });
  if (outcome === "refused") {
    await visitor.log.getByRole("button", { name: "删除" }).click();
    await visitor.log.getByRole("alert").waitFor({ state: "detached" });
  } else {
    const link = visitor.log.getByRole("link", { name: /page\.html/ });
    const got = await visitor.page.request.get(new URL(await link.getAttribute("href"), stage.base).href);
    assert.match(got.headers()["content-disposition"], /^attachment/);
  }
  await visitor.say("后面的消息照常");
  await visitor.context.close();
});

test("Widget_AnswerQuoted_BothSidesSeeTheQuote", async () => {
  const { visitor, talk } = await talking("M 还是 S？");
  await talk.say("建议您选 M 码");
  const answer = visitor.message("建议您选 M 码");
  await answer.hover();
  await answer.getByRole("button", { name: "引用" }).click();
  await visitor.say("就这个");
  const mine = (await talk.messages()).at(-1);
  assert.equal(mine.quote.preview, "建议您选 M 码");
  assert.match(await visitor.message("就这个").locator(".q").innerText(), /小芳: 建议您选 M 码/);
  await talk.say("好的，已备注", { quote_id: mine.id });
  assert.match(await visitor.message("好的，已备注").locator(".q").innerText(), /^您: 就这个/);
  await visitor.context.close();
});

test("Widget_EitherSideRecalls_TheTextIsGoneForBoth", async () => {
  const { visitor, talk } = await talking("改主意之前");
  await visitor.say("我的电话是 13800000000");
  const slip = visitor.message("13800000000");
  await slip.hover();
  await slip.getByRole("button", { name: "撤回" }).click();
  await visitor.log.getByText("您撤回了一条消息").waitFor();
  assert.equal(await visitor.log.getByText("13800000000").count(), 0);
  const stored = (await talk.messages()).find((m) => m.recalled_at_ms && m.author.kind === "customer");
  assert.equal(stored.text, "");
  const { message } = await talk.say("发错人了");
  await visitor.log.getByText("发错人了").waitFor();
  await agent.call("POST", `/messages/${message.id}/recall`, {});
  await visitor.log.getByText("小芳撤回了一条消息").waitFor();
  assert.equal(await visitor.log.getByText("发错人了").count(), 0);
  await visitor.page.reload();
  await visitor.open();
  await visitor.log.getByText("您撤回了一条消息").waitFor();
  assert.equal(await visitor.log.getByText("13800000000").count(), 0);
  await visitor.context.close();
});
