import { describe, expect, it } from "vitest";

import {
  applyConversations,
  applyEvent,
  applyMessages,
  closeCodes,
  emptyState,
  type SocketLike,
  SyncEngine,
  type SyncOptions,
  type SyncState,
  type SyncStatus,
} from "../src";
import { random, ServerModel } from "./model";

/** Timers that fire when the test says so, the nearest first. */
class FakeTimers {
  private items: { at: number; run: () => void }[] = [];
  now = 0;
  set = (run: () => void, ms: number): unknown => {
    const item = { at: this.now + ms, run };
    this.items.push(item);
    return item;
  };
  clear = (handle: unknown): void => {
    this.items = this.items.filter((item) => item !== handle);
  };
  /** Fires everything due within the next `ms`. */
  advance(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const due = this.items.filter((item) => item.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.items = this.items.filter((item) => item !== due);
      this.now = due.at;
      due.run();
    }
    this.now = until;
  }
}

class FakeSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: { t: string; since?: number; id?: string }[] = [];
  closed = false;
  onSend: (frame: { t: string; since?: number }) => void = () => {};
  send(text: string): void {
    const frame = JSON.parse(text) as { t: string; since?: number };
    this.sent.push(frame);
    this.onSend(frame);
  }
  close(): void {
    this.closed = true;
  }
  give(frame: unknown): void {
    if (!this.closed) this.onmessage?.({ data: JSON.stringify(frame) });
  }
  cut(code = 1006): void {
    if (this.closed) return;
    this.closed = true;
    this.onclose?.({ code });
  }
}

const flush = async () => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
};

interface Rig {
  engine: SyncEngine;
  timers: FakeTimers;
  sockets: FakeSocket[];
  statuses: SyncStatus[];
  state: () => SyncState;
  ended: number[];
}

function rig(server: ServerModel, over: Partial<SyncOptions> = {}): Rig {
  const timers = new FakeTimers();
  const sockets: FakeSocket[] = [];
  const statuses: SyncStatus[] = [];
  const ended: number[] = [];
  let state = emptyState;
  const load = (): number => {
    const snapshot = server.snapshot();
    state = applyConversations(emptyState, snapshot.conversations);
    for (const [id, messages] of snapshot.threads) state = applyMessages(state, id, messages);
    return snapshot.last_seq;
  };
  const engine = new SyncEngine({
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    poll: () => Promise.reject(new Error("no polling here")),
    sendFrames: () => Promise.resolve(),
    onEvent: (event) => (state = applyEvent(state, event)),
    onEphemeral: () => {},
    onResync: () => Promise.resolve(load()),
    onStatus: (status) => statuses.push(status),
    onEnded: (code) => ended.push(code),
    random: () => 0.5,
    timers,
    ...over,
  });
  const since = load();
  engine.start(since);
  return { engine, timers, sockets, statuses, state: () => state, ended };
}

/** JSON of what the client holds, in a fixed order. */
function picture(state: SyncState): string {
  const conversations = Object.values(state.conversations).sort((a, b) => a.id.localeCompare(b.id));
  const threads = Object.entries(state.threads)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([id, thread]) => [id, thread.messages]);
  return JSON.stringify({ conversations, threads });
}

function fresh(server: ServerModel): string {
  const snapshot = server.snapshot();
  let state = applyConversations(emptyState, snapshot.conversations);
  for (const [id, messages] of snapshot.threads) state = applyMessages(state, id, messages);
  return picture(state);
}

describe("SyncEngine", () => {
  it("RandomCutsLossesAndDuplicates_EndInTheStateOfAFreshSnapshot", async () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const next = random(seed);
      const server = new ServerModel(next, ["cv_a", "cv_b", "cv_c"]);
      for (let i = 0; i < 5; i += 1) server.step();
      let wake = () => {};
      const client = rig(server, {
        poll: async (query) => {
          if (next() < 0.2) throw new Error("network");
          if (query.since >= server.lastSeq) await new Promise<void>((resolve) => (wake = resolve));
          return { events: server.replay(query.since).slice(0, -1), last_seq: server.lastSeq, resync: false };
        },
      });
      // Each socket of the server: what it still has to hand over. A faulty network loses, repeats and cuts.
      const pending = new Map<FakeSocket, { frames: unknown[]; upTo: number }>();
      const attached = new Set<FakeSocket>();
      const attach = (socket: FakeSocket) => {
        attached.add(socket);
        socket.onSend = (frame) => {
          if (frame.t === "hello") pending.set(socket, { frames: server.replay(frame.since!), upTo: server.lastSeq });
        };
        socket.onopen?.();
      };
      const pump = (faults: boolean) => {
        const socket = client.sockets.at(-1)!;
        const line = pending.get(socket);
        if (!line) return;
        for (const event of server.log.slice(line.upTo)) line.frames.push({ ...structuredClone(event), prev: event.seq - 1 });
        line.upTo = server.lastSeq;
        const n = Math.floor(next() * 6) + (faults ? 0 : 1000);
        for (let i = 0; i < n && line.frames.length > 0; i += 1) {
          const frame = line.frames.shift() as { t: string };
          // Lost (a broken proxy): the next event's chain must show it. Welcome has no chain, so none is lost before it.
          const following = line.frames[0] as { t: string } | undefined;
          if (faults && frame.t === "event" && following?.t !== "welcome" && next() < 0.05) continue;
          socket.give(frame);
          if (faults && next() < 0.1) socket.give(frame);
        }
      };
      attach(client.sockets[0]!);
      for (let round = 0; round < 80; round += 1) {
        if (next() < 0.7) server.step();
        pump(true);
        if (next() < 0.12) {
          client.sockets.at(-1)!.cut(next() < 0.5 ? 1006 : closeCodes.tooSlow);
        }
        client.timers.advance(1500);
        wake();
        await flush();
        if (client.statuses.at(-1) === "live" && next() < 0.02) client.sockets.at(-1)!.give({ t: "resync" });
        await flush();
        if (!attached.has(client.sockets.at(-1)!)) attach(client.sockets.at(-1)!);
      }
      // The network heals: whatever carries the events now, everything is there.
      client.sockets.at(-1)!.cut();
      for (let i = 0; i < 100; i += 1) {
        client.timers.advance(1500);
        wake();
        await flush();
        if (!attached.has(client.sockets.at(-1)!)) attach(client.sockets.at(-1)!);
        pump(false);
      }
      expect(picture(client.state()), `seed ${seed}`).toBe(fresh(server));
      client.engine.stop();
    }
  });

  it("EventWithUnknownPredecessor_AsksForReplayFromLastSeen", () => {
    const server = new ServerModel(random(7), ["cv_a"]);
    const client = rig(server);
    const socket = client.sockets[0]!;
    socket.onopen?.();
    socket.give({ t: "welcome", last_seq: 0 });
    for (let i = 0; i < 3; i += 1) server.step();
    socket.give({ ...server.log[0]!, prev: 0 });
    socket.give({ ...server.log[2]!, prev: 2 });
    const again = client.sockets[1]!;
    again.onopen?.();
    expect(again.sent[0]).toMatchObject({ t: "hello", since: 1 });
    // What the given-up socket still carries is not heard.
    socket.give({ t: "welcome", last_seq: 3 });
    for (const frame of server.replay(1)) again.give(frame);
    expect(client.engine.lastSeq).toBe(3);
    expect(picture(client.state())).toBe(fresh(server));
  });

  it("EventsOfOthersInBetween_AreNoGap", () => {
    const server = new ServerModel(random(3), ["cv_a"]);
    const client = rig(server);
    const socket = client.sockets[0]!;
    socket.onopen?.();
    socket.give({ t: "welcome", last_seq: 40 });
    server.step();
    socket.give({ ...server.log[0]!, seq: 55, prev: 31 });
    expect(socket.sent.filter((f) => f.t === "hello")).toHaveLength(1);
    expect(client.engine.lastSeq).toBe(55);
  });

  it("WatchedConversations_AreToldAgainAfterReconnect", () => {
    const client = rig(new ServerModel(random(1), ["cv_a"]));
    client.engine.watch("cv_a");
    client.sockets[0]!.onopen?.();
    client.sockets[0]!.give({ t: "welcome", last_seq: 0 });
    client.sockets[0]!.cut(1001);
    client.timers.advance(5000);
    client.sockets[1]!.onopen?.();
    expect(client.sockets[1]!.sent[0]).toMatchObject({ t: "hello", watch: ["cv_a"] });
  });

  it("SilentSocket_IsGivenUpAndReplaced", () => {
    const client = rig(new ServerModel(random(1), ["cv_a"]));
    client.sockets[0]!.onopen?.();
    client.sockets[0]!.give({ t: "welcome", last_seq: 0 });
    client.timers.advance(40_000);
    expect(client.sockets.length).toBeGreaterThan(1);
    expect(client.sockets[0]!.closed).toBe(true);
  });

  it("SessionEnded_StopsForGood", () => {
    const client = rig(new ServerModel(random(1), ["cv_a"]));
    client.sockets[0]!.onopen?.();
    client.sockets[0]!.cut(closeCodes.sessionEnded);
    client.timers.advance(600_000);
    expect(client.ended).toEqual([closeCodes.sessionEnded]);
    expect(client.sockets).toHaveLength(1);
  });

  it("BlockedSockets_FallBackToPollingAndLoseNothing", async () => {
    const server = new ServerModel(random(11), ["cv_a", "cv_b"]);
    let polls = 0;
    const client = rig(server, {
      poll: async (query) => {
        polls += 1;
        if (polls > 6) return new Promise(() => {});
        server.step();
        server.step();
        // One event of overlap: an answer may repeat what is known.
        const events = server.replay(Math.max(0, query.since - 1)).slice(0, -1);
        return { events, last_seq: server.lastSeq, resync: false };
      },
    });
    client.sockets[0]!.cut();
    client.timers.advance(10_000);
    client.sockets[1]!.cut();
    for (let i = 0; i < 40; i += 1) await flush();
    expect(polls).toBe(7);
    expect(client.statuses.at(-1)).toBe("live");
    expect(picture(client.state())).toBe(fresh(server));
    client.engine.stop();
  });

  it("Resync_LoadsSnapshotsAndSaysHelloFromThem", async () => {
    const server = new ServerModel(random(5), ["cv_a"]);
    const client = rig(server);
    client.sockets[0]!.onopen?.();
    for (let i = 0; i < 9; i += 1) server.step();
    client.sockets[0]!.give({ t: "resync" });
    await flush();
    client.sockets[1]!.onopen?.();
    expect(client.sockets[1]!.sent[0]).toMatchObject({ t: "hello", since: 9 });
    expect(picture(client.state())).toBe(fresh(server));
  });

  it("SilentWatchAndBoard_AreSaidAgainAfterAReconnect_AndNeverInTheOpen", () => {
    const server = new ServerModel(random(7), ["cv_a"]);
    const client = rig(server);
    const join = () => {
      const socket = client.sockets.at(-1)!;
      socket.onopen?.();
      socket.give({ t: "welcome", last_seq: server.lastSeq });
      return socket;
    };
    const first = join();
    client.engine.watch("cv_a", true);
    client.engine.watch("cv_b");
    client.engine.subscribeBoard(null);
    expect(first.sent.slice(1)).toEqual([{ t: "watch", id: "cv_a", silent: true }, { t: "watch", id: "cv_b" }, { t: "board", on: true }]);
    first.cut();
    client.timers.advance(2000);
    const second = join();
    expect(second.sent[0]).toMatchObject({ t: "hello", watch: ["cv_b"], watch_silent: ["cv_a"] });
    expect(second.sent.slice(1)).toEqual([{ t: "board", on: true }]);
    client.engine.subscribeBoard("un_1");
    client.engine.subscribeBoard(undefined);
    client.engine.unwatch("cv_a");
    expect(second.sent.slice(2)).toEqual([{ t: "board", on: true, unit_id: "un_1" }, { t: "board", on: false }, { t: "unwatch", id: "cv_a" }]);
  });

  it("OpenViewOfASilentlyWatchedConversation_ShowsItself", () => {
    const client = rig(new ServerModel(random(8), ["cv_a"]));
    const socket = client.sockets[0]!;
    socket.onopen?.();
    socket.give({ t: "welcome", last_seq: 0 });
    client.engine.watch("cv_a", true);
    client.engine.watch("cv_a");
    client.engine.watch("cv_a", true);
    expect(socket.sent.slice(1)).toEqual([{ t: "watch", id: "cv_a", silent: true }, { t: "watch", id: "cv_a" }]);
  });
});
