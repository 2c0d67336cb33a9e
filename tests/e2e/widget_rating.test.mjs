// After the service: was it solved, how was it? In the thread, never in the way.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, PHONE, Stage, until } from "./lib/stage.mjs";

let stage, agent;
before(async () => {
  stage = await Stage.open();
  agent = await stage.agent();
  await configure({ enabled: true, scale: "stars", ask_words: true, low_score_max: 2 });
});
after(() => stage.close());

async function configure(change) {
  const settings = await stage.admin.call("GET", "/rating/settings");
  Object.assign(settings.channels.find((one) => one.channel === "webchat"), change);
  await stage.admin.call("PUT", "/rating/settings", settings);
}
/** A visitor whose service an agent has just ended. */
async function served(words, options) {
  const visitor = await (await stage.visitor(options)).open();
  await visitor.say(words);
  const talk = await visitor.reached(agent, words);
  await talk.say("办好了");
  await visitor.log.getByText("办好了").waitFor();
  await agent.call("POST", `/conversations/${talk.id}/close`, {});
  await visitor.log.getByText(/您的问题解决了吗？|Was your question solved\?/).waitFor();
  return { visitor, talk };
}
const button = (visitor, name) => visitor.log.getByRole("button", { name, exact: true });
const star = (visitor, n) => visitor.log.getByRole("radio", { name: `${n} 星` });
const thanks = (visitor) => visitor.log.getByText("感谢您的评价");
const rated = async (talk) => (await stage.admin.call("GET", `/rating/episodes?conversation_id=${talk.id}`)).items[0]?.invitation;
const focused = (visitor) => visitor.page.evaluate(() => {
  const one = document.activeElement?.shadowRoot?.activeElement;
  return one?.getAttribute("aria-label") || one?.textContent || one?.tagName;
});

test("Widget_ServiceEndedByTheAgent_AskedSolvedFirstThenStarsReasonsAndWords", async () => {
  const { visitor, talk } = await served("想退一件衣服");
  assert.equal(await visitor.log.getByRole("radio").count(), 0, "no score before it is known whether it was solved");
  assert.deepEqual(await axe(visitor.page, "#yingda-widget"), []);
  await button(visitor, "已解决").click();
  await star(visitor, 5).waitFor();
  assert.equal(await visitor.log.getByRole("checkbox").count(), 0, "reasons come with the score");
  await star(visitor, 2).click({ force: true });
  await visitor.log.getByText("哪里可以做得更好？").waitFor();
  const low = await visitor.log.getByRole("checkbox").count();
  const reason = visitor.log.locator(".why label").first();
  const words = await reason.innerText();
  await reason.click();
  await visitor.log.getByRole("textbox", { name: /还有什么想说的/ }).fill("等得有点久 <b>");
  assert.deepEqual(await axe(visitor.page, "#yingda-widget"), []);
  // Who changes his mind is asked other reasons: those of a low score go.
  await star(visitor, 5).click({ force: true });
  assert.ok((await visitor.log.getByRole("checkbox").count()) < low);
  await star(visitor, 2).click({ force: true });
  await button(visitor, "提交").click();
  await thanks(visitor).waitFor();
  await visitor.log.getByRole("img", { name: "2 星" }).waitFor();
  const answer = await until("the server has it", async () => { const one = await rated(talk); return one?.state === "rated" && one; });
  assert.deepEqual([answer.score, answer.words, answer.reason_keys.length], [2, "等得有点久 <b>", 1]);
  assert.equal(answer.reasons.find((one) => one.key === answer.reason_keys[0]).zh_CN, words);
  // A low score is somebody's work now.
  assert.equal((await stage.admin.call("GET", "/rating/follow-ups?state=open")).items.filter((one) => one.conversation_id === talk.id).length, 1);
  assert.deepEqual(await axe(visitor.page, "#yingda-widget"), []);
  await visitor.context.close();
});

test("Widget_Rated_CanBeChangedAndSurvivesTheReload", async () => {
  const { visitor, talk } = await served("评完想改");
  await button(visitor, "已解决").click();
  await star(visitor, 3).click({ force: true });
  await button(visitor, "提交").click();
  await thanks(visitor).waitFor();
  await visitor.page.reload();
  await visitor.open();
  await visitor.log.getByRole("img", { name: "3 星" }).waitFor();
  const other = await stage.visitor({ context: visitor.context });
  await other.open();
  await button(visitor, "修改").click();
  assert.ok(await star(visitor, 3).isChecked());
  await star(visitor, 5).click({ force: true });
  await button(visitor, "提交").click();
  await visitor.log.getByRole("img", { name: "5 星" }).waitFor();
  await other.log.getByRole("img", { name: "5 星" }).waitFor();
  assert.equal((await rated(talk)).score, 5);
  await visitor.context.close();
});

test("Widget_NotSolved_GoesBackToPeopleAndNoScoreIsAsked", async () => {
  const { visitor, talk } = await served("其实没解决");
  await button(visitor, "还没有").click();
  await visitor.log.getByText("抱歉还没有解决").waitFor();
  await until("an agent has it again", async () => (await talk.view()).conversation.state === "assigned");
  assert.equal(await visitor.log.getByRole("radio").count(), 0);
  assert.equal((await rated(talk)).state, "unsolved");
  await visitor.context.close();
});

test("Widget_Asked_NeverKeepsAnybodyFromWriting", async () => {
  const { visitor, talk } = await served("先不评");
  assert.equal(await focused(visitor), "输入消息…", "the box keeps the focus");
  await visitor.say("我又想起一件事");
  assert.equal((await visitor.reached(agent, "我又想起一件事")).id, talk.id);
  assert.equal((await talk.view()).conversation.episode_number, 2);
  await button(visitor, "已解决").waitFor({ state: "detached" });
  await visitor.context.close();
});

test("Widget_KeyboardOnly_AnswersAndRates", async () => {
  const { visitor, talk } = await served("只用键盘评价");
  for (let i = 0; i < 12 && (await focused(visitor)) !== "已解决"; ++i) await visitor.page.keyboard.press("Shift+Tab");
  await visitor.page.keyboard.press("Enter");
  await until("the focus is on the stars", async () => (await focused(visitor)) === "1 星");
  await visitor.page.keyboard.press("Space");
  for (let i = 0; i < 3; ++i) await visitor.page.keyboard.press("ArrowRight");
  assert.ok(await star(visitor, 4).isChecked());
  await button(visitor, "提交").focus();
  await visitor.page.keyboard.press("Enter");
  await until("the focus stays in the card", async () => (await focused(visitor)) === "修改");
  assert.equal((await rated(talk)).score, 4);
  await visitor.context.close();
});

test("Widget_Thumbs_EnglishDarkPhone_AreUsable", async () => {
  await configure({ scale: "thumbs", low_score_max: 0 });
  const { visitor, talk } = await served("Thumbs please", { locale: "en-US", colorScheme: "dark", ...PHONE });
  await button(visitor, "Yes, solved").tap();
  const good = visitor.log.getByRole("radio", { name: "Good", exact: true });
  await good.waitFor();
  assert.deepEqual(await axe(visitor.page, "#yingda-widget"), []);
  for (const label of await visitor.log.locator(".thumbs label").all()) assert.ok((await label.boundingBox()).height >= 40);
  await good.tap({ force: true });
  await button(visitor, "Send").tap();
  await visitor.log.getByRole("img", { name: "Good", exact: true }).waitFor();
  assert.deepEqual(await axe(visitor.page, "#yingda-widget"), []);
  assert.equal((await rated(talk)).score, 1);
  await configure({ scale: "stars", low_score_max: 2 });
  await visitor.context.close();
});

test("Widget_RatingsSwitchedOff_NobodyIsAsked", async () => {
  await configure({ enabled: false });
  const visitor = await (await stage.visitor()).open();
  await visitor.say("不要问我");
  const talk = await visitor.reached(agent, "不要问我");
  await talk.say("好");
  await agent.call("POST", `/conversations/${talk.id}/close`, {});
  await visitor.log.getByText("本次服务已结束").waitFor();
  await until("the close was counted", async () => (await stage.admin.call("GET", `/conversations/${talk.id}`)).episodes[0].closed_at_ms);
  await visitor.page.reload();
  await visitor.open();
  await visitor.log.getByText("本次服务已结束").waitFor();
  assert.equal(await visitor.log.getByText("您的问题解决了吗？").count(), 0);
  await configure({ enabled: true });
  await visitor.context.close();
});
