// What must hold after anything went wrong.
import assert from "node:assert/strict";
import { wholeThread } from "./yingda.mjs";

/** Every acknowledged message is stored once, under the number its ack named, in the order it was sent; numbers are dense. */
export async function checkThread(admin, visitor) {
  if (!visitor.conversation) return 0;
  const thread = await wholeThread(admin, visitor.conversation.id);
  thread.forEach((message, at) => assert.equal(message.seq, at + 1, "message numbers are dense"));
  const byKey = new Map();
  for (const message of thread) {
    if (message.author.kind !== "customer") continue;
    assert.ok(!byKey.has(message.client_msg_id), `message ${message.client_msg_id} is stored twice`);
    byKey.set(message.client_msg_id, message);
  }
  let before = 0;
  for (const [key, { seq, text }] of visitor.acked) {
    const stored = byKey.get(key);
    assert.ok(stored, `acknowledged message ${key} (seq ${seq}) is gone`);
    assert.equal(stored.seq, seq, "the ack named the stored number");
    assert.equal(stored.text, text);
    assert.ok(seq > before, "acknowledged in the order of sending");
    before = seq;
  }
  return byKey.size;
}

/** The client's state equals what a page that loads now gets, byte for byte. */
export async function checkVisitorState(visitor) {
  const fresh = await visitor.fresh();
  assert.equal(JSON.stringify(visitor.conversation), JSON.stringify(fresh.conversation), "conversation as held and as loaded anew");
  for (const [seq, message] of fresh.messages) {
    assert.equal(JSON.stringify(visitor.messages.get(seq)), JSON.stringify(message), `message ${seq} as held and as loaded anew`);
  }
  assert.equal(visitor.duplicates, 0, "no message event came twice");
}

export async function checkAgentState(agent) {
  const list = await agent.person.call("GET", "/conversations?box=mine&limit=100");
  const sorted = (rows) => JSON.stringify([...rows].sort((a, b) => (a.id < b.id ? -1 : 1)));
  assert.equal(sorted(agent.conversations.values()), sorted(list.items), "inbox as held and as loaded anew");
  for (const [id, thread] of agent.messages) {
    const { items } = await agent.person.call("GET", `/conversations/${id}/messages?limit=200`).catch(() => ({ items: [] }));
    for (const message of items) {
      const held = thread.get(message.seq);
      if (held) assert.equal(JSON.stringify(held), JSON.stringify(message), `message ${message.seq} of ${id}`);
    }
  }
}
