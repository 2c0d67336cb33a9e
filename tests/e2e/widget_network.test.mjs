// The widget on bad networks: nothing is lost, nothing doubled, everything in order.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Stage, until } from "./lib/stage.mjs";

let stage, agent;
before(async () => {
  stage = await Stage.open();
  agent = await stage.agent();
  stage.expected.push(/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection to|ERR_FAILED|status of 50\d/);
});
after(() => stage.close());

const numbered = (words, n) => Array.from({ length: n }, (_, i) => `${words} ${i + 1}`);

test("Widget_BrowserOffline_MessagesWaitAndGoOutInOrderOnce", async () => {
  const visitor = await (await stage.visitor()).open();
  await visitor.say("先打个招呼");
  const talk = await visitor.reached(agent, "先打个招呼");
  await visitor.context.setOffline(true);
  await visitor.window.getByText(/网络已断开/).waitFor();
  const lines = numbered("离线写的", 6);
  for (const line of lines) await visitor.write(line);
  await visitor.window.getByRole("status").getByText("待发送 6 条").waitFor();
  await talk.say("我在，请讲");
  await visitor.context.setOffline(false);
  await until("all arrive", async () => (await talk.customerTexts()).length === 7);
  assert.deepEqual(await talk.customerTexts(), ["先打个招呼", ...lines]);
  await visitor.log.getByText("我在，请讲").waitFor();
  await visitor.window.getByRole("status").waitFor({ state: "detached" });
  assert.equal(await visitor.mine.count(), 7);
  await visitor.context.close();
});

test("Widget_OfflineAndReloaded_WaitingMessagesSurviveTheReload", async () => {
  const visitor = await (await stage.visitor()).open();
  await visitor.say("会刷新页面");
  const talk = await visitor.reached(agent, "会刷新页面");
  // The server's address cannot be reached, but the page can be loaded again.
  await visitor.page.route("**/api/v1/webchat/**", (route) => route.abort());
  await visitor.page.routeWebSocket(/webchat\/socket/, (socket) => socket.close());
  await visitor.page.reload();
  await visitor.launcher.waitFor({ state: "detached" });
  await visitor.page.unroute("**/api/v1/webchat/**");
  await visitor.page.route(/webchat\/(demo\/session|poll)/, (route) => route.abort());
  await visitor.page.reload();
  await visitor.open();
  for (const line of numbered("没有网", 3)) await visitor.write(line);
  await visitor.window.getByRole("status").getByText("待发送 3 条").waitFor();
  await visitor.page.reload();
  await visitor.open();
  assert.equal(await visitor.mine.count(), 3);
  await visitor.page.unrouteAll();
  await until("all arrive", async () => (await talk.customerTexts()).length === 4);
  assert.deepEqual(await talk.customerTexts(), ["会刷新页面", ...numbered("没有网", 3)]);
  await visitor.context.close();
});

test("Widget_ServerKilledAndStarted_TalkGoesOn", async () => {
  const visitor = await (await stage.visitor()).open();
  await visitor.say("服务器重启前");
  const talk = await visitor.reached(agent, "服务器重启前");
  await stage.server.kill();
  const lines = numbered("停机时", 3);
  for (const line of lines) await visitor.write(line);
  await visitor.window.getByRole("status").getByText("待发送 3 条").waitFor();
  await stage.server.up();
  await until("all arrive", async () => (await talk.customerTexts()).length === 4);
  assert.deepEqual(await talk.customerTexts(), ["服务器重启前", ...lines]);
  await talk.say("都收到了");
  await visitor.log.getByText("都收到了").waitFor();
  assert.equal(await visitor.mine.count(), 4);
  await visitor.context.close();
});

test("Widget_PageReloaded_ThreadIsThere", async () => {
  const visitor = await (await stage.visitor()).open();
  await visitor.say("刷新后还在吗");
  const talk = await visitor.reached(agent, "刷新后还在吗");
  await talk.say("一直都在");
  await visitor.log.getByText("一直都在").waitFor();
  const shown = await visitor.texts();
  await visitor.page.reload();
  // No pop-up by itself, but a visitor with a conversation hears of answers.
  await visitor.launcher.waitFor();
  assert.equal(await visitor.window.count(), 0);
  await talk.say("新的一句");
  await until("badge", async () => (await visitor.launcher.locator("b").innerText()) === "1");
  await visitor.open();
  await visitor.log.getByText("新的一句").waitFor();
  assert.deepEqual(await visitor.texts(), [...shown, "新的一句"]);
  await visitor.context.close();
});

test("Widget_LongThread_EarlierMessagesLoadOnDemand", async () => {
  const visitor = await (await stage.visitor()).open();
  await visitor.say("历史第一条");
  const talk = await visitor.reached(agent, "历史第一条");
  for (let i = 1; i <= 40; ++i) await talk.say(`答 ${i}`);
  await visitor.page.reload();
  await visitor.open();
  await visitor.log.getByText("答 40", { exact: true }).waitFor();
  assert.equal(await visitor.log.getByText("历史第一条").count(), 0);
  await visitor.log.getByRole("button", { name: "查看更早的消息" }).click();
  await visitor.log.getByText("历史第一条").waitFor();
  assert.deepEqual((await visitor.texts()).slice(1), ["历史第一条", ...Array.from({ length: 40 }, (_, i) => `答 ${i + 1}`)]);
  await visitor.context.close();
});

test("Widget_TwoTabs_StayInStep", async () => {
  const one = await (await stage.visitor()).open();
  await one.say("在第一个标签页");
  const talk = await one.reached(agent, "在第一个标签页");
  const two = await stage.visitor({ context: one.context });
  await two.open();
  await two.log.getByText("在第一个标签页").waitFor();
  await two.say("在第二个标签页");
  await one.log.getByText("在第二个标签页").waitFor();
  await talk.say("两边都看得到");
  for (const tab of [one, two]) await tab.log.getByText("两边都看得到").waitFor();
  // Both write while the network is away: neither loses the other's words.
  await one.context.setOffline(true);
  await one.write("离线一");
  await two.write("离线二");
  await one.context.setOffline(false);
  await until("both arrive", async () => (await talk.customerTexts()).length === 4);
  assert.deepEqual((await talk.customerTexts()).slice(2).sort(), ["离线一", "离线二"].sort());
  await until("equal threads", async () => JSON.stringify(await one.texts()) === JSON.stringify(await two.texts()));
  // Read in one tab is read in the other.
  await two.page.keyboard.press("Escape");
  await two.window.waitFor({ state: "detached" });
  await one.page.bringToFront();
  await talk.say("读一次就够");
  await one.log.getByText("读一次就够").waitFor();
  await until("no badge in the other tab", () => two.launcher.locator("b").isHidden());
  await one.context.close();
});

test("Widget_SocketsBlocked_LongPollingCarriesTheChat", async () => {
  const context = await stage.context();
  await context.routeWebSocket(/webchat\/socket/, (socket) => socket.close({ code: 1011 }));
  const polls = [];
  context.on("request", (request) => { if (request.url().endsWith("/webchat/poll")) polls.push(request); });
  const visitor = await stage.visitor({ context });
  await visitor.open();
  await visitor.say("防火墙后面");
  const talk = await visitor.reached(agent, "防火墙后面");
  await talk.say("收到");
  await visitor.log.getByText("收到").waitFor();
  const lines = numbered("轮询", 5);
  for (const line of lines) await visitor.write(line);
  await until("all arrive", async () => (await talk.customerTexts()).length === 6);
  assert.deepEqual(await talk.customerTexts(), ["防火墙后面", ...lines]);
  await talk.receipts({ read_seq: 1000 });
  await visitor.message("轮询 5").locator(".tick.read").waitFor();
  await until("the agent sees his answer read", async () => {
    const { conversation } = await talk.view();
    return conversation.receipts.customer_read_seq >= (await talk.messages()).find((m) => m.text === "收到").seq;
  });
  assert.ok(polls.length > 0);
  await context.close();
});
