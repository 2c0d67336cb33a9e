// A small model of the server's side of the contract: a log of events, the truth after it, and visibility.
import type { Conversation, DurableEvent, Message, ServerFrame } from "../src";

export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function makeConversation(id: string): Conversation {
  return {
    id,
    customer: { id: `cu_${id}`, name: "", label: "4F2K", level: "" },
    channel: "webchat",
    state: "queued",
    participants: [],
    episode_number: 1,
    priority: 0,
    last_seq: 0,
    last_preview: "",
    last_author: "system",
    unread: 0,
    created_at_ms: 1,
    updated_at_ms: 1,
    version: 1,
    receipts: { customer_delivered_seq: 0, customer_read_seq: 0, agent_delivered_seq: 0, agent_read_seq: 0 },
    assign_reason: "",
  };
}

export class ServerModel {
  readonly log: DurableEvent[] = [];
  readonly conversations = new Map<string, Conversation>();
  readonly threads = new Map<string, Message[]>();
  private readonly next: () => number;
  private clock = 1000;

  constructor(next: () => number, ids: string[]) {
    this.next = next;
    for (const id of ids) {
      this.conversations.set(id, makeConversation(id));
      this.threads.set(id, []);
    }
  }

  get lastSeq(): number {
    return this.log.length;
  }

  private emit(type: string, data: unknown): void {
    const event = { t: "event", seq: this.log.length + 1, prev: 0, at_ms: this.clock, type, data: structuredClone(data) };
    this.log.push(event as DurableEvent);
  }

  private touch(c: Conversation): Conversation {
    this.clock += 1;
    c.version += 1;
    c.updated_at_ms = this.clock;
    return c;
  }

  /** One random change somewhere. */
  step(): void {
    const ids = [...this.conversations.keys()];
    const c = this.conversations.get(ids[Math.floor(this.next() * ids.length)]!)!;
    const thread = this.threads.get(c.id)!;
    const dice = this.next();
    if (dice < 0.6) this.message(c, thread);
    else if (dice < 0.7 && thread.length > 0) this.recall(c, thread);
    else if (dice < 0.85) this.receipts(c);
    else this.move(c);
  }

  private message(c: Conversation, thread: Message[]): void {
    const message: Message = {
      id: `ms_${c.id}_${thread.length + 1}`,
      conversation_id: c.id,
      seq: thread.length + 1,
      author: { kind: "customer", id: c.customer.id, name: "" },
      kind: "text",
      text: `text ${Math.floor(this.next() * 1000)}`,
      mentions: [],
      client_msg_id: `k${c.id}${thread.length}`,
      automatic: false,
      created_at_ms: this.clock,
    };
    thread.push(message);
    c.last_seq = message.seq;
    c.last_preview = message.text;
    c.unread += 1;
    this.emit("message.accepted", { conversation: this.touch(c), message });
  }

  private recall(c: Conversation, thread: Message[]): void {
    const message = thread[Math.floor(this.next() * thread.length)]!;
    message.text = "";
    message.recalled_at_ms = this.clock;
    this.emit("message.recalled", { conversation: this.touch(c), message });
  }

  private receipts(c: Conversation): void {
    c.receipts = { ...c.receipts, agent_read_seq: c.last_seq };
    c.unread = 0;
    // Receipts move the version only: the event carries no time.
    c.version += 1;
    this.emit("receipts.moved", { conversation_id: c.id, receipts: c.receipts, unread: 0, version: c.version });
  }

  private move(c: Conversation): void {
    c.state = c.state === "closed" ? "queued" : c.state === "queued" ? "assigned" : "closed";
    this.emit(c.state === "closed" ? "conversation.closed" : "conversation.assigned", {
      conversation: this.touch(c),
      by_id: "",
      by_name: "",
      reason: "",
      note: "",
    });
  }

  snapshot(): { conversations: Conversation[]; threads: [string, Message[]][]; last_seq: number } {
    return structuredClone({
      conversations: [...this.conversations.values()],
      threads: [...this.threads],
      last_seq: this.lastSeq,
    });
  }

  /** What a socket that says hello gets: the replay with its chain, then welcome. */
  replay(since: number): ServerFrame[] {
    const frames: ServerFrame[] = [];
    let prev = since;
    for (const event of this.log.slice(since)) {
      frames.push({ ...structuredClone(event), prev });
      prev = event.seq;
    }
    frames.push({ t: "welcome", last_seq: this.lastSeq });
    return frames;
  }
}
