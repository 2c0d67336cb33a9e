// The menu before the queue: topics, answers by itself, always a person.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, PHONE, Stage, until } from "./lib/stage.mjs";

const both = (zh_CN, en) => ({ zh_CN, en });
let stage, agent, widget;
before(async () => {
  stage = await Stage.open();
  agent = await stage.agent();
  widget = (await stage.admin.call("GET", "/widgets")).items.find((one) => one.key === "demo");
  const plan = await stage.admin.call("GET", "/entrance");
  await stage.admin.call("PUT", "/entrance", {
    ...plan,
    menus: [{
      widget_id: widget.id, prompt: both("您想咨询什么？", "What is it about?"), items: [
        { id: "order", label: both("订单与物流", "Orders"), topic: "order", items: [
          { id: "change", label: both("修改订单", "Change an order"), items: [{ id: "address", label: both("改地址", "New address"), topic: "order_address", items: [] }] },
        ] },
        { id: "size", label: both("尺码建议", "Size advice"), topic: "size", answer: both("上衣按平时尺码选，见 https://example.com/size", "Our tops run true to size"), items: [] },
        { id: "return", label: both("退换货", "Returns"), topic: "return", items: [] },
      ],
    }],
  });
});
after(() => stage.close());

const menu = (visitor) => visitor.log.locator(".menu");
const chip = (visitor, name) => menu(visitor).getByRole("button", { name, exact: true });
const names = async (visitor) => (await menu(visitor).getByRole("button").allInnerTexts()).map((one) => one.trim());

test("Widget_Menu_ThreeLevelsThenTheTopicGoesToAnAgent", async () => {
  const visitor = await (await stage.visitor()).open();
  await menu(visitor).getByText("您想咨询什么？").waitFor();
  assert.deepEqual(await names(visitor), ["订单与物流", "尺码建议", "退换货", "找人工客服"]);
  assert.deepEqual(await axe(visitor.page, "#yingda-widget"), []);
  await chip(visitor, "订单与物流").click();
  assert.deepEqual(await names(visitor), ["修改订单", "返回", "找人工客服"]);
  await chip(visitor, "修改订单").click();
  assert.deepEqual(await names(visitor), ["改地址", "返回", "找人工客服"]);
  await chip(visitor, "返回").click();
  await chip(visitor, "修改订单").click();
  await chip(visitor, "改地址").click();
  const talk = await visitor.reached(agent, "改地址");
  assert.equal((await talk.view()).conversation.topic, "order_address");
  await menu(visitor).waitFor({ state: "detached" });
  assert.deepEqual((await visitor.texts()).slice(1), ["改地址"]);
  await visitor.context.close();
});

test("Widget_MenuAnswersByItself_SolvedNeedsNobody", async () => {
  const before = (await stage.admin.call("GET", "/conversations?box=all")).items.length;
  const visitor = await (await stage.visitor()).open();
  await chip(visitor, "尺码建议").click();
  await menu(visitor).getByText("上衣按平时尺码选").waitFor();
  assert.equal(await menu(visitor).getByRole("link").getAttribute("href"), "https://example.com/size");
  assert.deepEqual(await axe(visitor.page, "#yingda-widget"), []);
  await chip(visitor, "已解决").click();
  await menu(visitor).getByText("很高兴帮到您").waitFor();
  assert.deepEqual(await names(visitor), ["订单与物流", "尺码建议", "退换货", "找人工客服"]);
  assert.equal((await stage.admin.call("GET", "/conversations?box=all")).items.length, before);
  await visitor.context.close();
});

test("Widget_MenuAnswerDidNotHelp_PersonIsAskedWithTheTopic", async () => {
  const visitor = await (await stage.visitor()).open();
  await chip(visitor, "尺码建议").click();
  await chip(visitor, "找人工客服").click();
  const talk = await visitor.reached(agent, "尺码建议：我想咨询人工客服");
  assert.equal((await talk.view()).conversation.topic, "size");
  await visitor.context.close();
});

test("Widget_MenuShown_WritingGoesStraightToPeople", async () => {
  const visitor = await (await stage.visitor()).open();
  await menu(visitor).waitFor();
  await visitor.say("不看菜单，直接问");
  const talk = await visitor.reached(agent, "不看菜单，直接问");
  assert.equal((await talk.view()).conversation.topic ?? "", "");
  await menu(visitor).waitFor({ state: "detached" });
  // Served before: the menu waits folded, and comes back on demand with the focus.
  await agent.call("POST", `/conversations/${talk.id}/close`, {});
  await chip(visitor, "还有别的问题？选择问题类型").click();
  await chip(visitor, "退换货").click();
  await visitor.reached(agent, "退换货");
  assert.equal((await talk.view()).conversation.topic, "return");
  assert.equal((await talk.view()).conversation.episode_number, 2);
  await visitor.context.close();
});

test("Widget_MenuOffline_ChoiceWaitsAndKeepsItsTopic", async () => {
  stage.expected.push(/ERR_INTERNET_DISCONNECTED|WebSocket connection to/);
  const visitor = await (await stage.visitor()).open();
  await chip(visitor, "退换货").waitFor();
  await visitor.context.setOffline(true);
  await visitor.window.getByText(/网络已断开/).waitFor();
  await chip(visitor, "退换货").click();
  await visitor.window.getByRole("status").getByText("待发送 1 条").waitFor();
  await visitor.context.setOffline(false);
  await visitor.message("退换货").locator(".tick.sent, .tick.delivered, .tick.read").waitFor();
  const talk = await until("it reaches the agent", async () => (await agent.call("GET", "/conversations?box=mine")).items.find((one) => one.last_preview === "退换货" && one.episode_number === 1));
  assert.equal(talk.topic, "return");
  await visitor.context.close();
});

test("Widget_Menu_EnglishPhoneKeyboard_SpeaksAndLeads", async () => {
  const visitor = await (await stage.visitor({ locale: "en-US", colorScheme: "dark", ...PHONE })).open();
  await menu(visitor).getByText("What is it about?").waitFor();
  assert.deepEqual(await axe(visitor.page, "#yingda-widget"), []);
  for (const one of await menu(visitor).getByRole("button").all()) assert.ok((await one.boundingBox()).height >= 34);
  await chip(visitor, "Orders").focus();
  await visitor.page.keyboard.press("Enter");
  await chip(visitor, "Change an order").waitFor();
  const focus = await visitor.page.evaluate(() => document.activeElement.shadowRoot.activeElement?.textContent);
  assert.equal(focus, "Orders", "the focus goes to what the choice led to");
  await visitor.page.keyboard.press("Tab");
  await visitor.page.keyboard.press("Enter");
  await chip(visitor, "New address").waitFor();
  await visitor.context.close();
});

test("Widget_OfAnotherEntrance_HasNoMenu", async () => {
  const other = await stage.admin.call("POST", "/widgets", { ...widget, id: undefined, key: undefined, name: "无菜单" });
  const visitor = await (await stage.visitor({ path: await stage.site(other.key) })).open();
  await visitor.say("没有菜单");
  await visitor.reached(agent, "没有菜单");
  assert.equal(await menu(visitor).count(), 0);
  await visitor.context.close();
});
