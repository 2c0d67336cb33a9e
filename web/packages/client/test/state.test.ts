import { describe, expect, it } from "vitest";

import {
  type Alarm,
  applyConversations,
  applyEvent,
  applyInvitations,
  applyMessage,
  applyMessages,
  emptyState,
  type Invitation,
  joinFetched,
  type Message,
  type Offer,
  placeMessage,
  type Thread,
} from "../src";
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

const run = (...seqs: number[]): Thread => ({ messages: seqs.map((seq) => message(seq)), gap: false });
const seqsOf = (thread: Thread | undefined) => thread?.messages.map((m) => m.seq);

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
    expect(joinFetched({ messages: [recalled], gap: false }, [message(2)]).messages[0]).toBe(recalled);
  });

  it("RunsThatTouch_AreJoined_AndRunsApart_AreNot", () => {
    expect(seqsOf(joinFetched(run(3, 4), run(1, 2).messages))).toEqual([1, 2, 3, 4]);
    expect(seqsOf(joinFetched(run(1, 2), run(8, 9).messages))).toEqual([8, 9]);
    expect(seqsOf(joinFetched(run(8, 9), run(1).messages))).toEqual([8, 9]);
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

  it("HoleOfAnothersWhisper_IsFilledByOneAnswer_AndTheRunGoesOn", () => {
    // Seq 3 is a whisper to somebody else: 4 comes, the store asks for what follows 2 and hears only 4.
    let state = applyMessages(applyConversations(emptyState, [{ ...makeConversation("cv_a"), last_seq: 2 }]), "cv_a", run(1, 2).messages);
    state = applyConversations(state, [{ ...makeConversation("cv_a"), version: 2, last_seq: 4 }]);
    state = applyMessage(state, message(4));
    expect(state.threads["cv_a"]!.gap).toBe(true);
    state = applyMessages(state, "cv_a", [message(4)], { from: 3, upto: 4 });
    expect(seqsOf(state.threads["cv_a"])).toEqual([1, 2, 4]);
    expect(state.threads["cv_a"]!.gap).toBe(false);
    state = applyMessage(state, message(5));
    expect(seqsOf(state.threads["cv_a"])).toEqual([1, 2, 4, 5]);
  });

  it("HoleAtTheEnd_IsCoveredByAnEmptyAnswer", () => {
    let state = applyMessages(applyConversations(emptyState, [{ ...makeConversation("cv_a"), last_seq: 3 }]), "cv_a", run(1, 2).messages);
    expect(state.threads["cv_a"]!.gap).toBe(true);
    state = applyMessages(state, "cv_a", [], { from: 3, upto: 3 });
    expect(state.threads["cv_a"]!.gap).toBe(false);
    expect(seqsOf(applyMessage(state, message(4)).threads["cv_a"])).toEqual([1, 2, 4]);
  });

  it("OlderPageWithAHoleAtItsEnd_Joins", () => {
    // What was asked for lies before 5; seq 4 is not for this reader.
    expect(seqsOf(joinFetched(run(5, 6), run(2, 3).messages, { upto: 4 }))).toEqual([2, 3, 5, 6]);
    expect(seqsOf(joinFetched(run(5, 6), run(2, 3).messages))).toEqual([5, 6]);
  });

  it("MessageThatBecomesReadable_TakesItsPlace", () => {
    const thread = joinFetched(run(1, 2, 4), []);
    expect(seqsOf(placeMessage(thread, message(3)))).toEqual([1, 2, 3, 4]);
  });
});

describe("what rings, alarms and is rated", () => {
  const event = (type: string, data: unknown) => ({ t: "event", seq: 1, prev: 0, at_ms: 0, type, data }) as never;
  const offer: Offer = {
    id: "of_1", conversation: makeConversation("cv_a"), kind: "ring", agent_ids: ["us_1", "us_2"], from_name: "", note: "", made_at_ms: 1, until_at_ms: 9,
  };
  const alarm: Alarm = { id: "al_1", kind: "wait_long", value_ms: 5, count: 1, raised_at_ms: 1 };
  const asked: Invitation = {
    episode_id: "ep_1", conversation_id: "cv_a", state: "asked", scale: "stars", reasons: [], reason_keys: [], words: "", invited_at_ms: 1,
  };

  it("Offer_RingsUntilItEnds", () => {
    const ringing = applyEvent(emptyState, event("routing.offered", offer));
    expect(Object.keys(ringing.offers)).toEqual(["of_1"]);
    const ended = event("routing.offer_ended", { id: "of_1", conversation_id: "cv_a", agent_ids: ["us_1"], outcome: "expired" });
    expect(applyEvent(ringing, ended).offers).toEqual({});
    expect(applyEvent(emptyState, ended)).toBe(emptyState);
  });

  it("Alarm_IsReplacedWhole_AndLeavesWhenItEnds", () => {
    let state = applyEvent(emptyState, event("alarm.raised", alarm));
    state = applyEvent(state, event("alarm.changed", { ...alarm, acknowledged_by_name: "Zhou", acknowledged_at_ms: 7 }));
    expect(state.alarms["al_1"]?.acknowledged_by_name).toBe("Zhou");
    expect(applyEvent(state, event("alarm.ended", { ...alarm, ended_at_ms: 9 })).alarms).toEqual({});
  });

  it("EditedAnswer_TakesThePlaceOfTheFirst_AQuestionNever", () => {
    const answered = { ...asked, state: "rated" as const, score: 2, answered_at_ms: 10 };
    const edited = { ...answered, score: 4 };
    const state = applyInvitations(emptyState, [asked, answered, edited, asked]);
    expect(state.invitations["ep_1"]?.score).toBe(4);
    const moved = applyEvent(emptyState, event("rating.answered", { conversation: makeConversation("cv_a"), invitation: edited }));
    expect(moved.invitations["ep_1"]?.score).toBe(4);
  });
});
