// @vitest-environment happy-dom
import type { CannedReply, Outgoing } from "@yingda/client";
import { createPinia, setActivePinia } from "pinia";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { setLocale } from "../src/i18n";
import { kindOf, shortText, systemText } from "../src/inbox/wording";
import { outboxKeeper } from "../src/lib/keeper";
import { customerName } from "../src/lib/names";
import { span } from "../src/lib/time";
import { fillVariables, useCanned } from "../src/stores/canned";

const event = (key: string, args: Record<string, string> = {}) => ({ key, args, internal: false });
const reply = (shortcut: string, title: string, text: string): CannedReply => ({
  id: shortcut,
  shortcut,
  title,
  text,
  updated_at_ms: 0,
});

beforeAll(() => setLocale("zh_CN"));
beforeEach(() => setActivePinia(createPinia()));

describe("wording", () => {
  it("SystemEvents_AreToldByTheirArguments", () => {
    expect(systemText(event("conversation.transferred", { agent: "小芳" }))).toBe("会话已转接给 小芳");
    expect(systemText(event("conversation.transferred", { team: "售后" }))).toContain("「售后」");
    expect(systemText(event("conversation.reopened"))).toBe("会话重新打开");
    expect(systemText(event("conversation.promised"))).toContain("无人在线");
  });

  it("UnknownEvent_ShowsItsKeyRatherThanNothing", () => {
    expect(systemText(event("ticket.opened"))).toBe("ticket.opened");
  });

  it("OtherLanguage_IsSpokenAtOnce", async () => {
    await setLocale("en");
    expect(systemText(event("conversation.closed", { agent: "Bo" }))).toBe("Bo closed the conversation");
    expect(span(125_000)).toBe("2 min");
    await setLocale("zh_CN");
    expect(span(125_000)).toBe("2 分钟");
  });

  it("MessagesWithoutText_HaveAName", () => {
    const file = { id: "f", name: "a.pdf", content_type: "", bytes: 0, width: 0, height: 0, duration_ms: 0, thumbnail: false };
    expect(shortText({ kind: "image", text: "", file })).toBe("[图片]");
    expect(shortText({ kind: "file", text: "", file })).toBe("[文件] a.pdf");
  });

  it("SvgAndHtml_AreFilesNotPictures", () => {
    expect(kindOf("image/svg+xml")).toBe("file");
    expect(kindOf("text/html")).toBe("file");
    expect(kindOf("image/png")).toBe("image");
    expect(kindOf("audio/ogg")).toBe("voice");
  });

  it("AnonymousVisitor_IsCalledByHisLabel", () => {
    expect(customerName({ name: "", label: "4F2K" })).toBe("访客 4F2K");
    expect(customerName({ name: "林", label: "4F2K" })).toBe("林");
  });
});

describe("canned replies", () => {
  it("Variables_AreFilled_UnknownOnesVanish", () => {
    const values = { "customer.name": "林女士" };
    expect(fillVariables("您好{{customer.name}}，{{ customer.name }}！{{nobody.knows}}", values)).toBe("您好林女士，林女士！");
    expect(fillVariables("{{customer.name}}", { "customer.name": "{{agent.name}}" })).toBe("{{agent.name}}");
  });

  it("Search_PutsShortcutsBeforeTitlesBeforeTexts", () => {
    const canned = useCanned();
    canned.items = [reply("x", "other", "refund inside"), reply("y", "refund title", ""), reply("refund", "z", "")];
    expect(canned.search("REFUND").map((r) => r.shortcut)).toEqual(["refund", "y", "x"]);
    expect(canned.search("nothing")).toEqual([]);
  });
});

describe("outboxKeeper", () => {
  const item = (key: string): Outgoing => ({
    conversation_id: "cv",
    created_at_ms: 1,
    state: "waiting",
    body: { client_msg_id: key, text: key },
  });

  it("TwoTabsAndTwoUsers_DoNotDisturbEachOther", () => {
    localStorage.clear();
    const one = outboxKeeper("us_1");
    const other = outboxKeeper("us_1");
    one.put(item("a"));
    other.put(item("b"));
    one.remove("a");
    expect(other.load().map((i) => i.body.client_msg_id)).toEqual(["b"]);
    expect(outboxKeeper("us_2").load()).toEqual([]);
  });

  it("BrokenEntry_IsThrownAway", () => {
    localStorage.clear();
    localStorage.setItem("yd.out.us_1.k", "{broken");
    expect(outboxKeeper("us_1").load()).toEqual([]);
    expect(localStorage.length).toBe(0);
  });
});
