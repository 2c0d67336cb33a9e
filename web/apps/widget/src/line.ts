// The line to the server: WebSocket first, long-polling when sockets are blocked. Delivers frames in order, says when it is up or
// down, reconnects with growing, jittered pauses. Knows nothing of messages.
import type { Frame } from "./types";

export interface LineHooks {
  /** First frame of every connection. */
  hello(): Frame;
  frame(frame: Frame): void;
  up(): void;
  down(): void;
  /** The token was refused: a new session is needed. */
  refused(): void;
}

const kWelcomeMs = 8000;
const kPollWaitS = 20;
const kPingMs = 20000;

export class Line {
  private socket: WebSocket | undefined;
  private poller = 0; // number of the poll that runs; 0: none
  private polls = 0;
  private failures = 0;
  private socketFailures = 0;
  private stopped = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pollQueue: Frame[] = [];
  private wake: (() => void) | undefined;
  private ping: ReturnType<typeof setInterval> | undefined;
  isUp = false;

  constructor(private readonly base: string, private readonly token: () => string, private readonly since: () => number, private readonly hooks: LineHooks) {
    addEventListener("online", () => this.retryNow());
    addEventListener("offline", () => { if (!this.stopped) { this.drop(); this.later(); } });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.retryNow(); });
  }

  start(): void {
    this.stopped = false;
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.drop();
  }

  /** Queues a frame when the line is up; false: not sent, keep it. */
  send(frame: Frame): boolean {
    if (!this.isUp) return false;
    if (this.socket) this.socket.send(JSON.stringify(frame));
    else {
      this.pollQueue.push(frame);
      this.wake?.();
    }
    return true;
  }

  /** Begins anew with `since`: the chain of events broke. */
  again(): void {
    this.drop();
    if (!this.stopped) this.connect();
  }

  private retryNow(): void {
    if (this.stopped || this.isUp || this.socket || this.poller) return;
    clearTimeout(this.timer);
    this.connect();
  }

  private drop(): void {
    clearInterval(this.ping);
    const socket = this.socket;
    this.socket = undefined;
    this.poller = 0;
    this.pollQueue.length = 0;
    this.wake?.();
    if (socket) {
      socket.onclose = socket.onmessage = socket.onerror = null;
      socket.close();
    }
    this.setUp(false);
  }

  private setUp(up: boolean): void {
    if (this.isUp === up) return;
    this.isUp = up;
    if (up) {
      this.failures = 0;
      this.hooks.up();
    } else this.hooks.down();
  }

  private later(): void {
    this.setUp(false);
    clearTimeout(this.timer);
    if (this.stopped) return;
    const pause = Math.min(500 * 2 ** this.failures++, 20000) * (0.6 + Math.random() * 0.8);
    this.timer = setTimeout(() => this.connect(), pause);
  }

  private connect(): void {
    clearTimeout(this.timer);
    if (this.stopped || this.socket || this.poller) return;
    if (this.socketFailures >= 2 || !("WebSocket" in window)) return void this.poll();
    let welcomed = false;
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.base.replace(/^http/, "ws") + "/api/v1/webchat/socket");
    } catch {
      this.socketFailures = 2;
      return void this.poll();
    }
    this.socket = socket;
    const giveUp = setTimeout(() => socket.close(), kWelcomeMs);
    socket.onopen = () => socket.send(JSON.stringify(this.hooks.hello()));
    let heard = true;
    socket.onmessage = (event) => {
      heard = true;
      const frame = JSON.parse(String(event.data)) as Frame;
      if (frame.t === "welcome" && !welcomed) {
        welcomed = true;
        this.socketFailures = 0;
        clearTimeout(giveUp);
        this.ping = setInterval(() => {
          // Nothing since the last ping: the network is gone without a word, as when a phone changes cells.
          if (!heard) { this.drop(); return this.later(); }
          heard = false;
          socket.send('{"t":"ping"}');
        }, kPingMs);
        this.hooks.frame(frame);
        this.setUp(true);
      } else this.hooks.frame(frame);
    };
    socket.onclose = (event) => {
      clearTimeout(giveUp);
      clearInterval(this.ping);
      if (this.socket === socket) this.socket = undefined;
      if (!welcomed && event.code !== 4001) ++this.socketFailures;
      if (event.code === 4001) {
        this.setUp(false);
        this.hooks.refused();
      } else this.later();
    };
  }

  private async poll(): Promise<void> {
    const me = this.poller = ++this.polls;
    let first = true;
    while (this.poller === me) {
      const frames = this.pollQueue.splice(0, 20);
      const abort = new AbortController();
      // A poll that carries nothing may be cut to send; one that carries frames is waited for.
      this.wake = () => { if (!frames.length || this.poller !== me) abort.abort(); };
      try {
        const answer = await fetch(`${this.base}/api/v1/webchat/poll`, {
          method: "POST", credentials: "omit", signal: abort.signal,
          headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.token()}` },
          body: JSON.stringify({ since: this.since(), wait_s: first || frames.length ? 0 : kPollWaitS, frames }),
        });
        if (this.poller !== me) return;
        if (answer.status === 401) {
          this.poller = 0;
          this.setUp(false);
          return this.hooks.refused();
        }
        if (!answer.ok) throw new Error(String(answer.status));
        const got = (await answer.json()) as { frames: Frame[]; last_seq: number };
        for (const frame of got.frames) if (this.poller === me) this.hooks.frame(frame);
        if (this.poller !== me) return;
        this.hooks.frame({ t: "welcome", last_seq: got.last_seq });
        first = false;
        this.setUp(true);
      } catch {
        if (this.poller !== me) return;
        if (abort.signal.aborted) continue;
        // What was on its way may or may not have arrived: the keys of the messages make sending again harmless.
        this.pollQueue.length = 0;
        this.poller = 0;
        this.socketFailures = 1; // give sockets another chance
        return this.later();
      }
    }
  }
}
