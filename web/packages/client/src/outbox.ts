// Messages on their way: kept in the browser until the server has stored them, sent in order within a conversation,
// always under the same client_msg_id, so neither a retry nor a reload can double one.

import { ApiError } from "./http";
import type { Accepted, FileInfo, Id, Ms, Quote, SendMessage } from "./types";

export interface Outgoing {
  conversation_id: Id;
  body: SendMessage;
  created_at_ms: Ms;
  /** What the bubble shows until the stored message takes its place. */
  file?: FileInfo;
  quote?: Quote;
  state: "waiting" | "sending" | "failed";
  /** The server's words when it refused. */
  error?: string;
}

/** Where messages wait across reloads: one entry a message, so several tabs never overwrite each other's. */
export interface OutboxKeeper {
  load: () => Outgoing[];
  put: (item: Outgoing) => void;
  remove: (key: string) => void;
}

export interface OutboxOptions {
  send: (conversation: Id, body: SendMessage) => Promise<Accepted>;
  keeper: OutboxKeeper;
  onChange: (items: readonly Outgoing[]) => void;
  onAccepted: (accepted: Accepted) => void;
  setTimer?: (run: () => void, ms: number) => unknown;
}

/** More than this is refused at the composer; it bounds what a browser keeps. */
export const outboxMax = 500;
const retryMs = 4_000;

export class Outbox {
  private readonly options: OutboxOptions;
  private items: Outgoing[] = [];
  private readonly busy = new Set<Id>();
  private retrySet = false;

  constructor(options: OutboxOptions) {
    this.options = options;
    const kept = options.keeper.load().sort((a, b) => a.created_at_ms - b.created_at_ms);
    this.items = kept.map((item) => (item.state === "sending" ? { ...item, state: "waiting" } : item));
  }

  get all(): readonly Outgoing[] {
    return this.items;
  }

  /** False: full. */
  add(item: Omit<Outgoing, "state">): boolean {
    if (this.items.length >= outboxMax) return false;
    const waiting: Outgoing = { ...item, state: "waiting" };
    this.options.keeper.put(waiting);
    this.update([...this.items, waiting]);
    void this.pump(item.conversation_id);
    return true;
  }

  retry(key: string): void {
    const item = this.find(key);
    if (!item) return;
    this.replace(key, { ...item, state: "waiting", error: undefined });
    void this.pump(item.conversation_id);
  }

  discard(key: string): void {
    const item = this.find(key);
    if (!item || item.state === "sending") return;
    this.remove(key);
    void this.pump(item.conversation_id);
  }

  /** The stored message was seen (by event or answer): its place is taken. */
  settle(key: string): void {
    if (key && this.find(key)) this.remove(key);
  }

  /** Sends whatever waits (after a start or a reconnect). */
  flush(): void {
    for (const id of new Set(this.items.map((item) => item.conversation_id))) void this.pump(id);
  }

  private find(key: string): Outgoing | undefined {
    return this.items.find((item) => item.body.client_msg_id === key);
  }

  private replace(key: string, item: Outgoing): void {
    this.update(this.items.map((other) => (other.body.client_msg_id === key ? item : other)));
  }

  private remove(key: string): void {
    this.options.keeper.remove(key);
    this.update(this.items.filter((item) => item.body.client_msg_id !== key));
  }

  private update(items: Outgoing[]): void {
    this.items = items;
    this.options.onChange(items);
  }

  private async pump(conversation: Id): Promise<void> {
    if (this.busy.has(conversation)) return;
    this.busy.add(conversation);
    for (;;) {
      const item = this.items.find((other) => other.conversation_id === conversation);
      // A failed message holds back those behind it: what follows may make no sense without it.
      if (!item || item.state === "failed") break;
      const key = item.body.client_msg_id;
      this.replace(key, { ...item, state: "sending" });
      try {
        const accepted = await this.options.send(conversation, item.body);
        this.options.onAccepted(accepted);
        this.settle(key);
      } catch (error) {
        const transient = !(error instanceof ApiError) || error.transient;
        if (!this.find(key)) continue;
        if (transient || (error as ApiError).status === 401) {
          this.replace(key, { ...item, state: "waiting" });
          if (transient) this.retryLater(error instanceof ApiError ? error.retryAfterS * 1000 : 0);
          break;
        }
        this.replace(key, { ...item, state: "failed", error: (error as ApiError).message });
        break;
      }
    }
    this.busy.delete(conversation);
  }

  private retryLater(ms: number): void {
    if (this.retrySet) return;
    this.retrySet = true;
    const set = this.options.setTimer ?? ((run: () => void, after: number) => setTimeout(run, after));
    set(() => {
      this.retrySet = false;
      this.flush();
    }, Math.max(ms, retryMs));
  }
}
