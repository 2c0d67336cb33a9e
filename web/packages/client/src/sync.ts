// Gap-free sync (docs/protocol.md section 3): a chain of events over a socket, over long-polling when sockets are blocked.
// Owns the connection and the position in the chain; knows nothing of what the events mean.

import { ApiError } from "./http";
import type { ClientFrame, DurableEvent, EphemeralFrame, Id, PollAnswer, ServerFrame } from "./types";

export interface SocketLike {
  send(text: string): void;
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

/** connecting: first time; live: events flow; waiting: off line, a retry is set; ended: the session is over or replaced. */
export type SyncStatus = "idle" | "connecting" | "live" | "waiting" | "ended";

export interface SyncOptions {
  openSocket: () => SocketLike;
  poll: (
    query: { since: number; wait_s: number; watch: string; all: boolean },
    signal: AbortSignal,
  ) => Promise<PollAnswer>;
  sendFrames: (frames: ClientFrame[]) => Promise<void>;
  /** Every durable event exactly once, in order. */
  onEvent: (event: DurableEvent) => void;
  onEphemeral: (frame: EphemeralFrame) => void;
  /** Load snapshots anew; answers the `last_seq` of the oldest of them. */
  onResync: () => Promise<number>;
  onStatus: (status: SyncStatus, transport: "socket" | "poll") => void;
  onEnded: (code: number) => void;
  random?: () => number;
  timers?: {
    set: (run: () => void, ms: number) => unknown;
    clear: (handle: unknown) => void;
  };
}

/** Close codes of the server. */
export const closeCodes = { sessionEnded: 4001, tooSlow: 4008, replaced: 4009 } as const;

const backoffMinMs = 500;
const backoffMaxMs = 30_000;
const pingEveryMs = 20_000;
const pongWithinMs = 10_000;
/** Sockets that die before their welcome this many times in a row count as blocked. */
const blockedAfter = 2;
/** While polling, a socket is tried again this often. */
const socketAgainMs = 120_000;
const pollWaitS = 20;
/** A chain that breaks this often in a row is not mended by asking again. */
const chainBreaksMax = 3;

function watchFrame(id: Id, silent: boolean): ClientFrame {
  return silent ? { t: "watch", id, silent } : { t: "watch", id };
}

function boardFrame(unit: Id | null): ClientFrame {
  return unit ? { t: "board", on: true, unit_id: unit } : { t: "board", on: true };
}

export class SyncEngine {
  private readonly options: SyncOptions;
  private readonly setTimer: (run: () => void, ms: number) => unknown;
  private readonly clearTimer: (handle: unknown) => void;
  private readonly watched = new Map<Id, { count: number; silent: boolean }>();
  private boardUnit: Id | null | undefined;
  private all = false;
  private seq = 0;
  private running = false;
  private socket: SocketLike | undefined;
  private welcomed = false;
  private failures = 0;
  private earlyDeaths = 0;
  private polling = false;
  private pollAbort: AbortController | undefined;
  private brokenChains = 0;
  private resyncing = false;
  private readonly pending = new Map<string, { handle: unknown; fire: () => void }>();

  constructor(options: SyncOptions) {
    this.options = options;
    this.setTimer = options.timers?.set ?? ((run, ms) => setTimeout(run, ms));
    this.clearTimer = options.timers?.clear ?? ((handle) => clearTimeout(handle as ReturnType<typeof setTimeout>));
  }

  get lastSeq(): number {
    return this.seq;
  }

  start(since: number): void {
    this.seq = since;
    this.running = true;
    this.options.onStatus("connecting", "socket");
    this.connect();
  }

  stop(): void {
    this.running = false;
    this.drop();
    this.pollAbort?.abort();
    for (const name of [...this.pending.keys()]) this.cancel(name);
    this.options.onStatus("idle", "socket");
  }

  /** Tries at once instead of at the end of the back-off (the browser says it is on line again, the user asks). */
  nudge(): void {
    if (!this.running || this.socket || this.resyncing) return;
    if (this.polling) {
      this.fire("poll");
      return;
    }
    this.cancel("retry");
    this.connect();
  }

  /** `silent`: a supervisor looks on and nobody sees him. A view that shows itself beats one that does not. */
  watch(id: Id, silent = false): void {
    const known = this.watched.get(id);
    this.watched.set(id, { count: (known?.count ?? 0) + 1, silent: silent && (known?.silent ?? true) });
    if (!known || (known.silent && !silent)) this.frame(watchFrame(id, silent));
  }

  unwatch(id: Id): void {
    const known = this.watched.get(id);
    if (!known) return;
    if (known.count > 1) {
      this.watched.set(id, { ...known, count: known.count - 1 });
      return;
    }
    this.watched.delete(id);
    this.frame({ t: "unwatch", id });
  }

  /** The live board of one unit and below (null: of everything in scope); undefined ends it. Kept over reconnects. */
  subscribeBoard(unit: Id | null | undefined): void {
    if (this.boardUnit === unit) return;
    this.boardUnit = unit;
    this.frame(unit === undefined ? { t: "board", on: false } : boardFrame(unit));
  }

  subscribeAll(on: boolean): void {
    if (this.all === on) return;
    this.all = on;
    this.frame({ t: "all", on });
  }

  typing(id: Id, on: boolean): void {
    this.frame({ t: "typing", id, on });
  }

  /** False when nothing carries frames now: the caller keeps what must not be lost. */
  frame(frame: ClientFrame): boolean {
    if (this.socket && this.welcomed) {
      this.socket.send(JSON.stringify(frame));
      return true;
    }
    if (!this.polling) return false;
    if ((frame.t === "watch" && !frame.silent) || frame.t === "unwatch" || frame.t === "all") {
      this.pollAbort?.abort("restart");
      return true;
    }
    this.options.sendFrames([frame]).catch(() => undefined);
    return true;
  }

  private later(name: string, run: () => void, ms: number): void {
    this.cancel(name);
    const fire = () => {
      this.pending.delete(name);
      run();
    };
    this.pending.set(name, { handle: this.setTimer(fire, ms), fire });
  }

  private cancel(name: string): void {
    const timer = this.pending.get(name);
    if (timer) this.clearTimer(timer.handle);
    this.pending.delete(name);
  }

  /** Runs a set timer now. */
  private fire(name: string): void {
    const timer = this.pending.get(name);
    if (!timer) return;
    this.clearTimer(timer.handle);
    timer.fire();
  }

  private connect(): void {
    if (!this.running) return;
    let socket: SocketLike;
    try {
      socket = this.options.openSocket();
    } catch {
      this.earlyDeaths = blockedAfter;
      this.lost();
      return;
    }
    this.socket = socket;
    this.welcomed = false;
    socket.onopen = () => {
      if (this.socket === socket) this.hello();
    };
    socket.onmessage = (event) => {
      if (this.socket === socket) this.receive(String(event.data));
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      this.closed(event.code);
    };
    // A proxy may swallow the upgrade and leave the socket hanging.
    this.later("welcome", () => this.abandon(), pongWithinMs);
  }

  private hello(): void {
    const views = [...this.watched];
    const watch = views.filter(([, view]) => !view.silent).map(([id]) => id);
    const watch_silent = views.filter(([, view]) => view.silent).map(([id]) => id);
    const frame: ClientFrame = { t: "hello", since: this.seq, all: this.all, watch };
    this.socket?.send(JSON.stringify(watch_silent.length > 0 ? { ...frame, watch_silent } : frame));
  }

  /** Gives up a socket that no longer answers, without waiting for its close. */
  private abandon(): void {
    this.drop();
    this.closed(1006);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = undefined;
    this.cancel("ping");
    this.cancel("pong");
    this.cancel("welcome");
    socket?.close();
  }

  private closed(code: number): void {
    this.cancel("ping");
    this.cancel("pong");
    this.cancel("welcome");
    if (!this.running || this.resyncing) return;
    if (code === closeCodes.sessionEnded || code === closeCodes.replaced) {
      this.running = false;
      this.options.onStatus("ended", "socket");
      this.options.onEnded(code);
      return;
    }
    this.earlyDeaths = this.welcomed ? 0 : this.earlyDeaths + 1;
    this.welcomed = false;
    this.lost();
  }

  private lost(): void {
    if (this.earlyDeaths >= blockedAfter) {
      void this.pollLoop();
      return;
    }
    this.options.onStatus("waiting", "socket");
    this.later("retry", () => this.connect(), this.backoff());
  }

  /** Full jitter above a floor, so a restarted server is not met by all at once. */
  private backoff(): number {
    const ceiling = Math.min(backoffMaxMs, backoffMinMs * 2 ** this.failures);
    this.failures += 1;
    return backoffMinMs / 2 + (this.options.random ?? Math.random)() * ceiling;
  }

  private alive(transport: "socket" | "poll"): void {
    this.failures = 0;
    this.options.onStatus("live", transport);
  }

  private receive(text: string): void {
    let frame: ServerFrame;
    try {
      frame = JSON.parse(text) as ServerFrame;
    } catch {
      return;
    }
    switch (frame.t) {
      case "welcome":
        this.cancel("welcome");
        this.welcomed = true;
        this.brokenChains = 0;
        this.earlyDeaths = 0;
        this.seq = Math.max(this.seq, frame.last_seq);
        // The board is no part of hello: it is asked for again once the server listens.
        if (this.boardUnit !== undefined) this.frame(boardFrame(this.boardUnit));
        this.alive("socket");
        this.schedulePing();
        return;
      case "pong":
        this.cancel("pong");
        return;
      case "resync":
        void this.resync();
        return;
      case "event":
        this.take(frame);
        return;
      default:
        this.options.onEphemeral(frame);
    }
  }

  /** A duplicate is dropped; an event whose predecessor never came asks for a replay from where we stand. */
  private take(event: DurableEvent): void {
    if (event.seq <= this.seq) return;
    if (event.prev > this.seq) {
      this.brokenChains += 1;
      if (this.brokenChains > chainBreaksMax) {
        void this.resync();
        return;
      }
      // On a socket of its own: what the old one still carries cannot be mistaken for the replay.
      this.drop();
      this.connect();
      return;
    }
    if (this.welcomed) this.brokenChains = 0;
    this.seq = event.seq;
    this.options.onEvent(event);
  }

  private schedulePing(): void {
    this.later(
      "ping",
      () => {
        this.socket?.send(JSON.stringify({ t: "ping" }));
        this.later("pong", () => this.abandon(), pongWithinMs);
        this.schedulePing();
      },
      pingEveryMs,
    );
  }

  private async resync(): Promise<void> {
    if (this.resyncing) return;
    this.resyncing = true;
    this.drop();
    this.brokenChains = 0;
    while (this.running) {
      try {
        this.seq = await this.options.onResync();
        break;
      } catch {
        this.options.onStatus("waiting", "socket");
        await new Promise<void>((resolve) => this.later("resync", resolve, this.backoff()));
      }
    }
    this.resyncing = false;
    if (this.running && !this.polling) this.connect();
  }

  private async pollLoop(): Promise<void> {
    if (this.polling) return;
    this.polling = true;
    let tryAgain = false;
    this.later("socket", () => (tryAgain = true), socketAgainMs);
    let first = true;
    while (this.running && !tryAgain) {
      const abort = new AbortController();
      this.pollAbort = abort;
      try {
        const watch = [...this.watched].filter(([, view]) => !view.silent).map(([id]) => id).join(",");
        const wait_s = first ? 0 : pollWaitS;
        const answer = await this.options.poll({ since: this.seq, wait_s, watch, all: this.all }, abort.signal);
        first = false;
        this.alive("poll");
        if (answer.resync) await this.resync();
        else this.takePolled(answer);
      } catch (error) {
        if (!this.running) break;
        if (abort.signal.aborted) continue;
        if (error instanceof ApiError && error.status === 401) {
          this.running = false;
          this.options.onStatus("ended", "poll");
          this.options.onEnded(closeCodes.sessionEnded);
          break;
        }
        // Nothing gets through: that is no proof against sockets. They are tried first when the network is back.
        this.options.onStatus("waiting", "poll");
        await new Promise<void>((resolve) => this.later("poll", resolve, this.backoff()));
        break;
      }
    }
    this.polling = false;
    this.pollAbort = undefined;
    this.cancel("socket");
    this.earlyDeaths = blockedAfter - 1;
    if (this.running) this.connect();
  }

  private takePolled(answer: PollAnswer): void {
    for (const frame of answer.events) {
      if (frame.t === "event") {
        // An answer is one request's view of the log from `since`: it has no holes, only overlaps.
        if (frame.seq <= this.seq) continue;
        this.seq = frame.seq;
        this.options.onEvent(frame);
      } else if (frame.t !== "welcome" && frame.t !== "resync" && frame.t !== "pong") {
        this.options.onEphemeral(frame);
      }
    }
    this.seq = Math.max(this.seq, answer.last_seq);
  }
}
