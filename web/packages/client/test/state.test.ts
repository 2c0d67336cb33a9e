import { describe, expect, it } from "vitest";

import { applyConversations, applyEvent, applyMessage, applyMessages, emptyState, joinRuns, type Message, placeMessage } from "../src";
import { makeConversation, random, ServerModel } from "./model";

function message(seq: number, over: Partial<Message> = {}): Message {
  return {
    id: `ms_${seq}`,
    conversation_id: "cv_a",
    seq,
    author: { kind: "customer", id: "", name: "" },
    kind: "text",
    text: `t${seq}`,
    mentions: [],
    client_msg_id: "",
    automatic: false,
    created_at_ms: seq,
    ...over,
  };
}

describe("applyEvent", () => {
  it("AnyEventTwice_ChangesNothing", () => {
    const server = new ServerModel(random(42), ["cv_a", "cv_b"]);
    let state = applyConversations(emptyState, server.snapshot().conversations);
    for (const id of ["cv_a", "cv_b"]) state = applyMessages(state, id, []);
    for (let i = 0; i < 200; i += 1) server.step();
    for (const event of server.log) {
      state = applyEvent(state, event);
      const again = applyEvent(state, event);
      expect(JSON.stringify(again)).toBe(JSON.stringify(state));
    }
  });

  it("OlderVersion_IsIgnored", () => {
    const now = { ...makeConversation("cv_a"), version: 9, priority: 5 };
    const state = applyConversations(emptyState, [now]);
    const data = { conversation: { ...now, version: 8, priority: 0 }, by_id: "", by_name: "", reason: "", note: "" };
    const event = { t: "event", seq: 1, prev: 0, at_ms: 0, type: "conversation.changed", data } as const;
    expect(applyEvent(state, event)).toBe(state);
  });

  it("UnknownType_LeavesTheState", () => {
    const event = { t: "event", seq: 1, prev: 0, at_ms: 0, type: "ticket.opened", data: {} } as never;
    expect(applyEvent(emptyState, event)).toBe(emptyState);
  });
});

describe("threads", () => {
  it("MessageBeyondTheNext_MarksAGap", () => {
    const thread = placeMessage({ messages: [message(1), message(2)], gap: false }, message(4));
    expect(thread.gap).toBe(true);
    expect(thread.messages).toHaveLength(2);
  });

  it("RecalledMessage_NeverGetsItsWordsBack", () => {
    const recalled = message(2, { text: "", recalled_at_ms: 5 });
    const thread = placeMessage({ messages: [message(1), recalled], gap: false }, message(2));
    expect(thread.messages[1]).toBe(recalled);
    expect(joinRuns([recalled], [message(2)])[0]).toBe(recalled);
  });

  it("RunsThatTouch_AreJoined_AndRunsApart_AreNot", () => {
    expect(joinRuns([message(3), message(4)], [message(1), message(2)]).map((m) => m.seq)).toEqual([1, 2, 3, 4]);
    expect(joinRuns([message(1), message(2)], [message(8), message(9)]).map((m) => m.seq)).toEqual([8, 9]);
    expect(joinRuns([message(8), message(9)], [message(1)]).map((m) => m.seq)).toEqual([8, 9]);
  });

  it("SingleMessageFarAhead_KeepsWhatIsLoaded", () => {
    const state = applyMessages(emptyState, "cv_a", [message(1), message(2)]);
    const after = applyMessage(state, message(9));
    expect(after.threads["cv_a"]).toMatchObject({ gap: true, messages: [{ seq: 1 }, { seq: 2 }] });
    expect(applyMessage(emptyState, message(1))).toBe(emptyState);
  });

  it("AnswerOlderThanTheConversation_KeepsTheGap", () => {
    const state = applyConversations(emptyState, [{ ...makeConversation("cv_a"), last_seq: 3 }]);
    expect(applyMessages(state, "cv_a", [message(1), message(2)]).threads["cv_a"]!.gap).toBe(true);
    expect(applyMessages(state, "cv_a", [message(1), message(2), message(3)]).threads["cv_a"]!.gap).toBe(false);
  });
});
