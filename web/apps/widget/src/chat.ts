// The chat without its looks: session, messages, outbox, receipts, typing. The single source of what the window shows; every change
// calls `changed`. Messages written while offline wait in localStorage and go out in order; keys make repeats harmless.
import { Line } from "./line";
import type { Boot, Conversation, FileInfo, Frame, Identity, Invitation, Message, Outgoing, Session, Verdict } from "./types";

const kOutboxMax = 200;
const kTypingMs = 4000;
const kFlashMs = 6000;

class Store {
  constructor(private readonly prefix: string) {}
  private memory: Record<string, string> = {};
  get(name: string): string | undefined {
    try { return localStorage.getItem(this.prefix + name) ?? undefined; } catch { return this.memory[name]; }
  }
  set(name: string, value: string | undefined): void {
    try {
      if (value === undefined) localStorage.removeItem(this.prefix + name);
      else localStorage.setItem(this.prefix + name, value);
    } catch { if (value === undefined) delete this.memory[name]; else this.memory[name] = value; }
  }
  /** Names of what is kept under `start`. */
  names(start: string): string[] {
    const all = this.prefix + start;
    try { return Object.keys(localStorage).filter((name) => name.startsWith(all)).map((name) => name.slice(this.prefix.length)); } catch { return []; }
  }
}

export class Problem extends Error {
  constructor(readonly reason: string, message: string, readonly retryAfterMs?: number) { super(message); }
}

export class Chat {
  messages: Message[] = [];
  outbox: Outgoing[] = [];
  conversation: Conversation | undefined;
  invitation: Invitation | undefined;
  /** What the visitor has just left to be reached by. */
  contact = "";
  session: Session | undefined;
  typingName = "";
  up = false;
  started = false;
  older = true;
  opened = false;
  notice = "";
  draft = "";
  /** No session could be opened yet; the next attempt is under way or planned. */
  troubled = false;
  online: boolean;
  /** When it was last known whether somebody is here. */
  knownAt = 0;
  /** Uploads that wait for the network. */
  readonly waiting = new Set<() => void>();
  changed: () => void = () => {};
  arrived: (message: Message) => void = () => {};

  private readonly store: Store;
  private line: Line | undefined;
  private lastSeq = 0;
  private identity: Identity | undefined;
  private attributes: Record<string, string> | undefined;
  private starting: Promise<void> | undefined;
  private inFlight = "";
  private hold: ReturnType<typeof setTimeout> | undefined;
  private flashOff: ReturnType<typeof setTimeout> | undefined;
  private tracks: Frame[] = [];
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private typingSent = 0;
  private quietTimer: ReturnType<typeof setTimeout> | undefined;
  private read = 0;
  private sent = ""; // the receipts this connection has carried
  private page = "";
  private refusals = 0; // of this line's tokens in a row

  constructor(readonly boot: Boot) {
    this.store = new Store(`yingda:${boot.key}:`);
    this.online = boot.config.online;
    // A name each: two tabs that write at once do not overwrite each other.
    for (const name of this.store.names("out:")) {
      try { this.outbox.push(JSON.parse(this.store.get(name) ?? "") as Outgoing); } catch { this.store.set(name, undefined); }
    }
    this.outbox.sort((a, b) => a.at - b.at);
    const turned = () => this.sendPage();
    addEventListener("popstate", turned);
    addEventListener("hashchange", turned);
    for (const turn of ["online", "offline"]) addEventListener(turn, () => this.changed());
    (window as { navigation?: EventTarget }).navigation?.addEventListener("navigatesuccess", turned);
    document.addEventListener("visibilitychange", () => this.sendReceipts());
  }

  get unread(): number {
    return this.messages.filter((m) => m.seq > this.read && (m.author.kind === "agent" || m.author.kind === "bot") && !m.recalled_at_ms).length;
  }

  start(): Promise<void> {
    this.starting ??= this.openSession().catch((error: unknown) => {
      this.starting = undefined;
      const wait = error instanceof Problem ? error.retryAfterMs ?? 0 : 3000;
      this.notice = wait ? "" : (error as Problem).message;
      this.troubled = true;
      this.changed();
      if (wait) setTimeout(() => void this.start(), wait);
    });
    return this.starting;
  }

  /** Goes on as a known customer. Rejects with a Problem when the signature is refused: then nothing changes. */
  async identify(identity: Identity): Promise<void> {
    const before = this.identity;
    await this.starting;
    this.identity = identity;
    const opening = this.openSession();
    this.starting = opening.catch(() => undefined);
    try {
      await opening;
    } catch (error) {
      this.starting = undefined;
      const refused = error instanceof Problem && !error.retryAfterMs;
      if (refused) this.identity = before;
      void this.start();
      if (refused) throw error;
    }
  }

  setAttributes(attributes: Record<string, string>): void {
    this.attributes = { ...this.attributes, ...attributes };
    void this.start().then(() => this.flushAttributes());
  }

  track(name: string, properties: Record<string, unknown> = {}): void {
    this.tracks.push({ t: "track", name, properties });
    void this.start().then(() => this.flushTracks());
  }

  send(part: Pick<Outgoing, "kind" | "text"> & Partial<Outgoing>): Outgoing {
    const at = Math.max(Date.now(), (this.outbox.at(-1)?.at ?? 0) + 1);
    const one: Outgoing = { client_msg_id: crypto.randomUUID?.() ?? `${at}-${Math.random()}`, at, ...part };
    if (this.outbox.length >= kOutboxMax) this.discard(this.outbox[0]!);
    this.outbox.push(one);
    this.stopTyping();
    this.keep(one);
    void this.start();
    this.flush();
    return one;
  }

  retry(one: Outgoing): void {
    delete one.failed;
    this.keep(one);
    this.flush();
  }

  discard(one: Outgoing): void {
    this.outbox = this.outbox.filter((other) => other !== one);
    this.forget(one);
    this.flush();
    this.changed();
  }

  recall(message: Message): void {
    this.line?.send({ t: "recall", id: message.id });
  }

  typing(text: string): void {
    const now = Date.now();
    clearTimeout(this.quietTimer);
    if (!text) return this.stopTyping();
    this.quietTimer = setTimeout(() => this.stopTyping(), kTypingMs);
    if (now - this.typingSent < 400) {
      clearTimeout(this.typingTimer);
      this.typingTimer = setTimeout(() => this.typing(text), 420 - (now - this.typingSent));
      return;
    }
    this.typingSent = now;
    this.line?.send({ t: "typing", on: true, ...(this.session?.typing_preview ? { text: text.slice(0, 500) } : {}) });
  }

  private stopTyping(): void {
    clearTimeout(this.typingTimer);
    clearTimeout(this.quietTimer);
    if (this.typingSent) this.line?.send({ t: "typing", on: false });
    this.typingSent = 0;
  }

  async loadOlder(): Promise<void> {
    const first = this.messages[0];
    if (!first || !this.session || !this.older) return;
    const answer = await fetch(`${this.boot.base}/api/v1/webchat/messages?before_seq=${first.seq}&limit=30`, {
      credentials: "omit", headers: { Authorization: `Bearer ${this.session.visitor_token}` },
    });
    if (!answer.ok) return;
    const { items } = (await answer.json()) as { items: Message[] };
    this.older = items.length >= 30;
    for (const message of items) this.put(message);
    this.changed();
  }

  /** False: not connected, nothing was sent. What the server made of it comes back as `rated`. */
  rate(verdict: Verdict): boolean {
    return !!this.line?.send({ t: "rate", episode_id: this.invitation?.episode_id, ...verdict });
  }

  get contactAsked(): boolean { return !!this.store.get("contact"); }
  noContact(): void {
    this.store.set("contact", "1");
    this.changed();
  }
  leaveContact(contact: { email?: string; phone?: string }): void {
    this.line?.send({ t: "contact", ...contact });
  }

  /** Tells the server how far this side has received and, while the window is open and seen, read. */
  sendReceipts(): void {
    const newest = this.messages.at(-1)?.seq ?? 0;
    if (!newest) return;
    if (this.opened && !document.hidden && newest > this.read) {
      this.read = newest;
      this.changed();
    }
    const now = `${newest} ${this.read}`;
    if (now !== this.sent && this.line?.send({ t: "receipts", delivered_seq: newest, read_seq: this.read })) this.sent = now;
  }

  private async openSession(): Promise<void> {
    const locale = this.boot.lang === "zh" ? "zh-CN" : "en";
    this.page = location.href;
    const answer = await fetch(`${this.boot.base}/api/v1/webchat/${encodeURIComponent(this.boot.key)}/session`, {
      method: "POST", credentials: "omit", headers: { "Content-Type": "application/json", "Accept-Language": locale },
      body: JSON.stringify({
        visitor_token: this.store.get("token"), identity: this.identity, locale,
        page: { url: location.href.slice(0, 2000), title: document.title.slice(0, 200), referrer: document.referrer.slice(0, 2000), at_ms: Date.now() },
      }),
    });
    const body = (await answer.json().catch(() => ({}))) as Session & { reason?: string; message?: string };
    if (!answer.ok) {
      if (answer.status === 401 && !this.identity && !body.reason?.startsWith("webchat.") && this.store.get("token")) {
        this.store.set("token", undefined);
        return this.openSession();
      }
      const retry = Number(answer.headers.get("Retry-After") ?? 0) * 1000 || (answer.status >= 500 ? 5000 : 0);
      throw new Problem(body.reason ?? "", body.message ?? "", retry);
    }
    const other = this.session && this.session.customer.id !== body.customer.id;
    if (this.line && (other || this.session?.visitor_token !== body.visitor_token)) {
      this.line.stop();
      this.line = undefined;
    }
    this.notice = "";
    this.troubled = false;
    this.online = body.online;
    this.knownAt = Date.now();
    this.session = body;
    this.store.set("token", body.visitor_token);
    const known = this.started && !other ? this.messages.at(-1)?.seq ?? 0 : Infinity;
    this.messages = body.messages;
    this.older = body.messages.length >= 30;
    this.conversation = body.conversation;
    this.invitation = body.invitation;
    this.lastSeq = body.last_seq;
    this.read = body.conversation?.receipts.customer_read_seq ?? 0;
    this.started = true;
    if (body.conversation) this.store.set("talk", "1");
    this.settle();
    // What came while there was no line is news, too.
    for (const message of body.messages) if (message.seq > known) this.arrived(message);
    this.line ??= new Line(this.boot.base, () => this.session?.visitor_token ?? "", () => this.lastSeq, {
      hello: () => ({ t: "hello", token: this.session?.visitor_token, since: this.lastSeq }),
      frame: (frame) => this.onFrame(frame),
      up: () => {
        this.up = true;
        this.refusals = 0;
        this.inFlight = "";
        this.sent = "";
        for (const go of this.waiting) go();
        this.waiting.clear();
        this.flush();
        this.flushAttributes();
        this.flushTracks();
        this.sendPage();
        this.sendReceipts();
        this.changed();
      },
      down: () => {
        this.up = false;
        this.typingName = "";
        this.changed();
      },
      refused: () => {
        this.starting = undefined;
        this.line?.stop();
        this.line = undefined;
        // Once is a token that has become old; again and again is trouble that haste does not mend.
        const pause = this.refusals++ ? Math.min(1000 * 2 ** this.refusals, 30000) : 0;
        setTimeout(() => void this.start(), pause);
      },
    });
    if (!this.up) this.line.start();
    this.changed();
  }

  private onFrame(frame: Frame): void {
    switch (frame.t) {
      case "welcome": this.lastSeq = Math.max(this.lastSeq, frame.last_seq as number); break;
      case "event": this.onEvent(frame); break;
      case "ack": this.onAck(frame); break;
      case "nack": this.onNack(frame); break;
      case "error": this.flash(String(frame.message ?? "")); break;
      case "typing":
        this.typingName = frame.on ? String(frame.name ?? "") || "…" : "";
        clearTimeout(this.typingOff);
        if (frame.on) this.typingOff = setTimeout(() => { this.typingName = ""; this.changed(); }, 6500);
        this.changed();
        break;
      case "queue":
        if (this.conversation) this.conversation = { ...this.conversation, queue_position: frame.position as number, estimated_wait_ms: frame.estimated_wait_ms as number | undefined };
        this.changed();
        break;
      case "rated":
        this.invitation = frame.invitation as Invitation;
        this.changed();
        break;
      case "contact":
        this.contact = String(frame.email || frame.phone || "");
        this.noContact();
        break;
      case "resync":
        this.starting = undefined;
        this.line?.stop();
        this.line = undefined;
        void this.start();
        break;
      default: break;
    }
  }
  private typingOff: ReturnType<typeof setTimeout> | undefined;

  private onEvent(frame: Frame): void {
    const seq = frame.seq as number;
    if (seq <= this.lastSeq) return;
    if ((frame.prev as number) > this.lastSeq) return this.line?.again(); // something is missing: ask from where we stand
    this.lastSeq = seq;
    const data = frame.data as { conversation?: Conversation; message?: Message; invitation?: Invitation; receipts?: Conversation["receipts"]; version?: number };
    if (data.conversation && data.conversation.version > (this.conversation?.version ?? -1)) {
      this.conversation = data.conversation;
      if (data.conversation.agent) this.online = true;
      this.store.set("talk", "1");
    }
    if (data.receipts && this.conversation && (data.version ?? 0) > this.conversation.version) {
      this.conversation = { ...this.conversation, receipts: data.receipts, version: data.version ?? 0 };
    }
    if (data.invitation) this.invitation = data.invitation;
    // Another tab may have read more than this one.
    this.read = Math.max(this.read, this.conversation?.receipts.customer_read_seq ?? 0);
    if (data.message) {
      const fresh = this.put(data.message);
      if (data.message.author.kind === "agent" || data.message.author.kind === "bot") this.typingName = "";
      if (fresh && frame.type === "message.accepted") this.arrived(data.message);
    }
    this.settle();
    this.sendReceipts();
    this.changed();
  }

  private onAck(frame: Frame): void {
    const one = this.outbox.find((o) => o.client_msg_id === frame.client_msg_id);
    if (this.inFlight === frame.client_msg_id) this.inFlight = "";
    this.store.set("talk", "1");
    if (!one) return this.flush();
    // The message's own event may come before or after; until then it stands here under its number.
    if (!this.messages.some((m) => m.seq === frame.seq)) {
      this.put({
        id: String(frame.message_id), seq: frame.seq as number, author: { kind: "customer", id: this.session?.customer.id ?? "", name: "" },
        kind: one.kind, text: one.text, file: one.file, quote: one.quote, client_msg_id: one.client_msg_id, automatic: false,
        created_at_ms: (frame.created_at_ms as number) ?? one.at,
      });
    }
    this.settle();
    this.changed();
  }

  private onNack(frame: Frame): void {
    const one = this.outbox.find((o) => o.client_msg_id === frame.client_msg_id);
    if (this.inFlight === frame.client_msg_id) this.inFlight = "";
    if (!one) return;
    const code = String(frame.code);
    if (code === "limit_exceeded" || code === "unavailable" || code === "timeout" || code === "cancelled") {
      // Nothing overtakes it meanwhile.
      this.hold = setTimeout(() => { this.hold = undefined; this.flush(); }, (frame.retry_after_ms as number) || 2000);
    } else {
      one.failed = String(frame.message ?? "");
      this.keep(one);
      this.flush();
    }
    this.changed();
  }

  /** Puts a message in its place; true when it was not there. */
  private put(message: Message): boolean {
    let at = this.messages.length;
    while (at > 0 && this.messages[at - 1]!.seq > message.seq) --at;
    if (at > 0 && this.messages[at - 1]!.seq === message.seq) {
      this.messages[at - 1] = message;
      return false;
    }
    this.messages.splice(at, 0, message);
    return true;
  }

  /** Takes out of the outbox what stands in the thread. */
  private settle(): void {
    const stored = new Set(this.messages.map((m) => m.client_msg_id));
    this.outbox = this.outbox.filter((one) => {
      if (!stored.has(one.client_msg_id)) return true;
      this.forget(one);
      if (this.inFlight === one.client_msg_id) this.inFlight = "";
      return false;
    });
    this.flush();
  }

  private keep(one: Outgoing): void {
    if (one.kind === "text" || one.file?.id) this.store.set(`out:${one.client_msg_id}`, JSON.stringify(one));
    this.changed();
  }

  private forget(one: Outgoing): void {
    this.store.set(`out:${one.client_msg_id}`, undefined);
  }

  /** Sends what waits, in order, one at a time: nothing overtakes, whatever the server answers. */
  private flush(): void {
    if (!this.line?.isUp || this.inFlight || this.hold) return;
    const one = this.outbox.find((o) => o.failed === undefined);
    if (!one || (one.kind !== "text" && !one.file?.id)) return;
    if (this.line.send({ t: "send", client_msg_id: one.client_msg_id, kind: one.kind, text: one.text, file_id: one.file?.id, quote_id: one.quote?.id, topic: one.topic })) this.inFlight = one.client_msg_id;
  }

  /** An upload ended: its message can go. */
  uploaded(one: Outgoing, file: FileInfo): void {
    one.file = file;
    delete one.progress;
    this.keep(one);
    this.flush();
  }

  private flash(text: string): void {
    this.notice = text;
    clearTimeout(this.flashOff);
    this.flashOff = setTimeout(() => { this.notice = ""; this.changed(); }, kFlashMs);
    this.changed();
  }

  private flushAttributes(): void {
    if (this.attributes && this.line?.send({ t: "attributes", attributes: this.attributes })) this.attributes = undefined;
  }

  private flushTracks(): void {
    while (this.tracks[0] && this.line?.send(this.tracks[0])) this.tracks.shift();
  }

  private sendPage(): void {
    if (location.href === this.page || !this.line?.isUp) return;
    this.page = location.href;
    this.line.send({ t: "page", url: location.href.slice(0, 2000), title: document.title.slice(0, 200), referrer: "" });
  }
}
