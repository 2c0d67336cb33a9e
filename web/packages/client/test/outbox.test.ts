import { describe, expect, it } from "vitest";

import { type Accepted, ApiError, Outbox, type OutboxKeeper, type Outgoing, type SendMessage } from "../src";
import { random } from "./model";

class MemoryKeeper implements OutboxKeeper {
  readonly kept = new Map<string, string>();
  load(): Outgoing[] {
    return [...this.kept.values()].map((text) => JSON.parse(text) as Outgoing);
  }
  put(item: Outgoing): void {
    this.kept.set(item.body.client_msg_id, JSON.stringify(item));
  }
  remove(key: string): void {
    this.kept.delete(key);
  }
}

const settled = async () => {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
};
const offline = () => new ApiError(0, { code: "unavailable", reason: "client.offline", message: "" });
const refused = () => new ApiError(400, { code: "invalid_argument", reason: "conversation.text_too_long", message: "too long" });
const item = (key: string, at: number, conversation = "cv_a") => ({
  conversation_id: conversation,
  created_at_ms: at,
  body: { client_msg_id: key, text: key } as SendMessage,
});

/** Stores once a key, as the server does; a `fault` may strike before or after the store. */
function server(fault: () => "before" | "after" | "none") {
  const stored: string[] = [];
  const send = async (_: string, body: SendMessage): Promise<Accepted> => {
    const strike = fault();
    if (strike === "before") throw offline();
    const duplicate = stored.includes(body.client_msg_id);
    if (!duplicate) stored.push(body.client_msg_id);
    if (strike === "after") throw offline();
    return { duplicate } as Accepted;
  };
  return { stored, send };
}

function make(send: (id: string, body: SendMessage) => Promise<Accepted>, keeper = new MemoryKeeper()) {
  const timers: (() => void)[] = [];
  const outbox = new Outbox({
    send,
    keeper,
    onChange: () => {},
    onAccepted: () => {},
    setTimer: (run) => timers.push(run),
  });
  return { outbox, keeper, fire: () => timers.splice(0).forEach((run) => run()) };
}

describe("Outbox", () => {
  it("FaultyNetworkAndReloads_EveryMessageOnceAndInOrder", async () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const next = random(seed);
      const remote = server(() => (next() < 0.3 ? "before" : next() < 0.3 ? "after" : "none"));
      const keeper = new MemoryKeeper();
      let client = make(remote.send, keeper);
      const keys = Array.from({ length: 15 }, (_, i) => `k${String(i).padStart(2, "0")}`);
      for (const [i, key] of keys.entries()) {
        client.outbox.add(item(key, i));
        await settled();
        if (next() < 0.3) {
          client = make(remote.send, keeper);
          client.outbox.flush();
          await settled();
        }
      }
      for (let i = 0; i < 200 && client.outbox.all.length > 0; i += 1) {
        client.fire();
        client.outbox.flush();
        await settled();
      }
      expect(remote.stored, `seed ${seed}`).toEqual(keys);
      expect(keeper.kept.size).toBe(0);
    }
  });

  it("RefusedMessage_HoldsBackTheNext_UntilDiscarded", async () => {
    const stored: string[] = [];
    const { outbox } = make(async (_, body) => {
      if (body.client_msg_id === "bad") throw refused();
      stored.push(body.client_msg_id);
      return {} as Accepted;
    });
    outbox.add(item("bad", 1));
    outbox.add(item("good", 2));
    await settled();
    expect(outbox.all.map((i) => i.state)).toEqual(["failed", "waiting"]);
    expect(outbox.all[0]!.error).toBe("too long");
    outbox.discard("bad");
    await settled();
    expect(stored).toEqual(["good"]);
    expect(outbox.all).toHaveLength(0);
  });

  it("RefusedMessage_DoesNotStopOtherConversations", async () => {
    const stored: string[] = [];
    const { outbox } = make(async (id, body) => {
      if (id === "cv_a") throw refused();
      stored.push(body.client_msg_id);
      return {} as Accepted;
    });
    outbox.add(item("one", 1, "cv_a"));
    outbox.add(item("two", 2, "cv_b"));
    await settled();
    expect(stored).toEqual(["two"]);
  });

  it("EventBeforeAnswer_SettlesWithoutASecondSend", async () => {
    let sends = 0;
    let answer: (value: Accepted) => void = () => {};
    const { outbox, keeper } = make(() => {
      sends += 1;
      return new Promise((resolve) => (answer = resolve));
    });
    outbox.add(item("k", 1));
    outbox.settle("k");
    answer({} as Accepted);
    await settled();
    outbox.flush();
    await settled();
    expect(sends).toBe(1);
    expect(keeper.kept.size).toBe(0);
  });
});
