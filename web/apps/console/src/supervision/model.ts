// What the supervision page shows, computed from the board and the time that passed since it was drawn. Pure.
import type { AgentState, Alarm, Board, BoardAgent, BoardQueue, DaySpan, FollowUp, Offer, Risk } from "@yingda/client";

/** From here on an agent's silence is coloured as too long: the server's default for queues. */
export const waitAlarmMs = 180_000;
/** A board that is older than this is not live: the server sends one every 5 s at least. */
export const staleAfterMs = 12_000;

export type Level = "calm" | "near" | "over";

export function levelOf(ms: number, thresholdMs: number): Level {
  if (thresholdMs <= 0) return "calm";
  if (ms >= thresholdMs) return "over";
  return ms * 2 >= thresholdMs ? "near" : "calm";
}

/** A wait that goes on: what the board said plus what passed since. */
export function running(ms: number, goesOn: boolean, ageMs: number): number {
  return goesOn ? ms + Math.max(0, ageMs) : ms;
}

export interface Headline {
  waiting: number;
  promised: number;
  longestWaitMs: number;
  level: Level;
  inService: number;
  free: number;
  online: number;
  served: number;
  abandoned: number;
  offered: number;
  withinTarget: number;
}

export function queueWait(queue: BoardQueue, ageMs: number): number {
  return running(queue.longest_wait_ms, queue.waiting > 0, ageMs);
}

const severity: Record<Level, number> = { calm: 0, near: 1, over: 2 };

export function worst(levels: Level[]): Level {
  return levels.reduce((a, b) => (severity[b] > severity[a] ? b : a), "calm");
}

export function headline(board: Board, ageMs: number): Headline {
  const sum = (of: (queue: BoardQueue) => number) => board.queues.reduce((total, queue) => total + of(queue), 0);
  // An agent serves the queues of all his teams: people are counted once, from the list of people.
  const online = board.agents.filter((agent) => agent.state === "online");
  return {
    waiting: sum((q) => q.waiting),
    promised: sum((q) => q.promised),
    longestWaitMs: Math.max(0, ...board.queues.map((q) => queueWait(q, ageMs))),
    level: worst(board.queues.map((q) => (q.waiting > 0 ? levelOf(queueWait(q, ageMs), q.alarm_wait_ms) : "calm"))),
    inService: sum((q) => q.in_service),
    free: online.filter((agent) => agent.load < agent.capacity).length,
    online: online.length,
    served: sum((q) => q.today.served),
    abandoned: sum((q) => q.today.abandoned),
    offered: sum((q) => q.today.offered),
    withinTarget: sum((q) => q.today.within_target),
  };
}

/** Numerator and denominator become a share only here, where it is read. */
export function share(part: number, whole: number): number | undefined {
  return whole > 0 ? Math.round((part / whole) * 100) : undefined;
}

/** Queues that need eyes come first: over the threshold, then by what waits, then by name. */
export function sortQueues(queues: BoardQueue[], ageMs: number): BoardQueue[] {
  const rank = (q: BoardQueue) => (q.waiting > 0 ? severity[levelOf(queueWait(q, ageMs), q.alarm_wait_ms)] : -1);
  return [...queues].sort(
    (a, b) => rank(b) - rank(a) || b.waiting - a.waiting || a.team_name.localeCompare(b.team_name, "zh-Hans-CN"),
  );
}

export const stateOrder: Record<AgentState, number> = { online: 0, wrap_up: 1, busy: 2, away: 3, offline: 4 };

/** Who leaves a customer waiting stands first within his state, then who has most to do. */
export function sortAgents(agents: BoardAgent[]): BoardAgent[] {
  return [...agents].sort(
    (a, b) =>
      stateOrder[a.state] - stateOrder[b.state] ||
      b.longest_silent_ms - a.longest_silent_ms ||
      b.load / Math.max(1, b.capacity) - a.load / Math.max(1, a.capacity) ||
      a.name.localeCompare(b.name, "zh-Hans-CN"),
  );
}

export interface Crew {
  free: number;
  /** Online, but with full hands. */
  full: number;
  wrap_up: number;
  busy: number;
  away: number;
}

/** Parts of the stacked bar; they add up to everybody who is not offline. */
export function crew(queue: BoardQueue): Crew {
  const free = Math.min(queue.agents_free, queue.agents_online);
  return { free, full: queue.agents_online - free, wrap_up: queue.agents_wrap_up, busy: queue.agents_busy, away: queue.agents_away };
}

export function riskWait(risk: Risk, ageMs: number): number {
  return running(risk.waited_ms, true, ageMs);
}

/** Alarms nobody has seen yet first, the newest on top. */
export function sortAlarms(alarms: Alarm[]): Alarm[] {
  const seen = (alarm: Alarm) => (alarm.acknowledged_at_ms === undefined ? 0 : 1);
  return [...alarms].sort((a, b) => seen(a) - seen(b) || b.raised_at_ms - a.raised_at_ms);
}

/** "0:07", "12:40", "1:02:09": a running time, of one width while it runs. */
export function stopwatch(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(s / 3600);
  return h > 0 ? `${h}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

/** A follow-up as it is now into the shown list: where it was, gone when it no longer belongs, else on top. */
export function placeFollowUp(items: FollowUp[], item: FollowUp, shown: FollowUp["state"]): FollowUp[] {
  const at = items.findIndex((one) => one.id === item.id);
  if (item.state !== shown) return at < 0 ? items : items.filter((one) => one.id !== item.id);
  if (at < 0) return [item, ...items];
  return items.map((one, i) => (i === at ? item : one));
}

export interface BandPart {
  state: AgentState;
  reason: string;
  from_at_ms: number;
  until_at_ms: number;
  /** Percent of the band. */
  left: number;
  width: number;
}

export interface Band {
  from_at_ms: number;
  until_at_ms: number;
  parts: BandPart[];
  /** Whole hours to mark, with their place in percent. */
  hours: { at_ms: number; left: number }[];
}

const hourMs = 3_600_000;

/** A day's spans as a band over whole hours; a day off line at both ends is cut to what was worked. */
export function dayBand(spans: DaySpan[]): Band | undefined {
  const worked = spans.filter((span) => span.state !== "offline" && span.until_at_ms > span.from_at_ms);
  if (worked.length === 0) return undefined;
  const from = Math.floor(Math.min(...worked.map((s) => s.from_at_ms)) / hourMs) * hourMs;
  const until = Math.ceil(Math.max(...worked.map((s) => s.until_at_ms)) / hourMs) * hourMs;
  const place = (ms: number) => ((ms - from) / (until - from)) * 100;
  const parts = spans
    .map((span) => ({ ...span, from_at_ms: Math.max(from, span.from_at_ms), until_at_ms: Math.min(until, span.until_at_ms) }))
    .filter((span) => span.until_at_ms > span.from_at_ms)
    .map((span) => ({ ...span, left: place(span.from_at_ms), width: place(span.until_at_ms) - place(span.from_at_ms) }));
  const every = Math.max(1, Math.ceil((until - from) / hourMs / 12)) * hourMs;
  const hours = [];
  for (let at = from; at <= until; at += every) hours.push({ at_ms: at, left: place(at) });
  return { from_at_ms: from, until_at_ms: until, parts, hours };
}

/** What is left of an offer: whole seconds, and the share of the time it rings. */
export function ringLeft(offer: Pick<Offer, "made_at_ms" | "until_at_ms">, serverNow: number): { seconds: number; share: number } {
  const ms = Math.max(0, offer.until_at_ms - serverNow);
  const whole = Math.max(1, offer.until_at_ms - offer.made_at_ms);
  return { seconds: Math.ceil(ms / 1000), share: Math.min(1, ms / whole) };
}
