// @vitest-environment happy-dom
import type { Alarm, Board, BoardAgent, BoardQueue, DaySpan, FollowUp } from "@yingda/client";
import { beforeAll, describe, expect, it } from "vitest";

import { setLocale } from "../src/i18n";
import { ServerClock } from "../src/lib/clock";
import {
  crew,
  dayBand,
  headline,
  levelOf,
  placeFollowUp,
  queueWait,
  ringLeft,
  share,
  sortAgents,
  sortAlarms,
  sortQueues,
  stopwatch,
} from "../src/supervision/model";
import { alarmText, ruleText } from "../src/supervision/wording";

const day = { offered: 0, served: 0, abandoned: 0, wait_ms_sum: 0, wait_ms_max: 0, within_target: 0, estimate_error_ms_sum: 0, estimates: 0 };
const queue = (over: Partial<BoardQueue> = {}): BoardQueue => ({
  team_id: "tm_1", team_name: "售前", unit_id: "un_1", strategy: "least_loaded", waiting: 0, longest_wait_ms: 0, promised: 0, in_service: 0,
  agents_online: 0, agents_busy: 0, agents_away: 0, agents_wrap_up: 0, agents_free: 0, alarm_wait_ms: 180_000, today: day, ...over,
});
const agent = (over: Partial<BoardAgent> = {}): BoardAgent => ({
  user_id: "us_1", name: "王芳", display_name: "小芳", state: "online", reason: "", since_at_ms: 0, load: 0, capacity: 5, connected: true,
  team_ids: ["tm_1"], longest_silent_ms: 0, waiting_count: 0, today: { assigned: 0, closed: 0 }, ...over,
});
const alarm = (id: string, raised_at_ms: number, acknowledged_at_ms?: number): Alarm => ({
  id, kind: "queue_long", value_ms: 0, count: 7, raised_at_ms, acknowledged_at_ms,
});
const board = (queues: BoardQueue[], agents: BoardAgent[]): Board => ({ at_ms: 1000, queues, agents, risks: [], alarms: [] });

beforeAll(() => setLocale("zh_CN"));

describe("waits", () => {
  it("Wait_IsNearAtHalfTheThreshold_OverAtTheWhole", () => {
    expect([0, 89_999, 90_000, 179_999, 180_000].map((ms) => levelOf(ms, 180_000))).toEqual(["calm", "calm", "near", "near", "over"]);
    expect(levelOf(9e9, 0)).toBe("calm");
  });

  it("BetweenFrames_OnlyQueuesWithSomebodyWaitingTick", () => {
    expect(queueWait(queue({ waiting: 1, longest_wait_ms: 5_000 }), 3_000)).toBe(8_000);
    expect(queueWait(queue({ waiting: 0, longest_wait_ms: 0 }), 3_000)).toBe(0);
    expect(queueWait(queue({ waiting: 1, longest_wait_ms: 5_000 }), -200)).toBe(5_000);
  });

  it("Stopwatch_KeepsItsShape", () => {
    expect([0, 999, 7_000, 760_000, 3_729_000, -5].map(stopwatch)).toEqual(["0:00", "0:00", "0:07", "12:40", "1:02:09", "0:00"]);
  });
});

describe("board", () => {
  it("Headline_CountsPeopleOnce_ThoughTheyServeTwoQueues", () => {
    const both = agent({ team_ids: ["tm_1", "tm_2"] });
    const full = agent({ user_id: "us_2", load: 5 });
    const now = headline(
      board(
        [queue({ agents_free: 1, agents_online: 2, waiting: 2, longest_wait_ms: 100_000, in_service: 5 }), queue({ team_id: "tm_2", agents_free: 1, agents_online: 1, in_service: 1 })],
        [both, full, agent({ user_id: "us_3", state: "offline" })],
      ),
      80_000,
    );
    expect(now).toMatchObject({ waiting: 2, longestWaitMs: 180_000, level: "over", free: 1, online: 2, inService: 6 });
  });

  it("Queue_TakesItsOwnThreshold", () => {
    const slow = queue({ waiting: 1, longest_wait_ms: 200_000, alarm_wait_ms: 600_000 });
    expect(headline(board([slow], []), 0).level).toBe("calm");
    expect(headline(board([{ ...slow, alarm_wait_ms: 180_000 }], []), 0).level).toBe("over");
    expect(headline(board([{ ...slow, alarm_wait_ms: 0 }], []), 0).level).toBe("calm");
  });

  it("EmptyBoard_HasNoInfinities", () => {
    expect(headline(board([], []), 1000)).toMatchObject({ waiting: 0, longestWaitMs: 0, level: "calm" });
    expect(share(3, 0)).toBeUndefined();
    expect(share(2, 3)).toBe(67);
  });

  it("Queues_ThatNeedEyesComeFirst", () => {
    const late = queue({ team_id: "late", waiting: 1, longest_wait_ms: 170_000 });
    const long = queue({ team_id: "long", waiting: 9, longest_wait_ms: 10_000 });
    const calm = queue({ team_id: "calm" });
    expect(sortQueues([calm, long, late], 0).map((q) => q.team_id)).toEqual(["late", "long", "calm"]);
  });

  it("Crew_AddsUpToEverybodyWhoIsHere", () => {
    expect(crew(queue({ agents_online: 3, agents_free: 1, agents_wrap_up: 1, agents_busy: 2, agents_away: 1 }))).toEqual({ free: 1, full: 2, wrap_up: 1, busy: 2, away: 1 });
    // A count that is a moment ahead of the other must not draw a negative part.
    expect(crew(queue({ agents_online: 1, agents_free: 2 })).full).toBe(0);
  });

  it("Agents_WhoLeaveCustomersWaitingStandFirst_OfflineLast", () => {
    const order = sortAgents([
      agent({ user_id: "off", state: "offline" }),
      agent({ user_id: "idle" }),
      agent({ user_id: "silent", longest_silent_ms: 9_000 }),
      agent({ user_id: "wrap", state: "wrap_up" }),
    ]);
    expect(order.map((a) => a.user_id)).toEqual(["silent", "idle", "wrap", "off"]);
  });

  it("Alarms_NobodySawComeFirst_NewestOnTop", () => {
    expect(sortAlarms([alarm("seen", 9, 10), alarm("old", 1), alarm("new", 5)]).map((a) => a.id)).toEqual(["new", "old", "seen"]);
  });
});

describe("day", () => {
  const hour = 3_600_000;
  const span = (state: DaySpan["state"], from: number, until: number): DaySpan => ({ state, reason: "", from_at_ms: from * hour, until_at_ms: until * hour });

  it("Band_CoversWholeHoursOfWhatWasWorked", () => {
    const band = dayBand([span("offline", 0, 9.5), span("online", 9.5, 12), span("away", 12, 12.5), span("offline", 12.5, 24)])!;
    expect([band.from_at_ms / hour, band.until_at_ms / hour]).toEqual([9, 13]);
    expect(band.parts.map((p) => p.state)).toEqual(["offline", "online", "away", "offline"]);
    expect(band.parts.reduce((sum, p) => sum + p.width, 0)).toBeCloseTo(100);
    expect(band.hours.map((h) => h.at_ms / hour)).toEqual([9, 10, 11, 12, 13]);
  });

  it("DayWithoutWork_HasNoBand", () => {
    expect(dayBand([span("offline", 0, 24)])).toBeUndefined();
    expect(dayBand([])).toBeUndefined();
  });
});

describe("offers and follow-ups", () => {
  it("Ring_EmptiesWithTheTime_AndNeverBelowZero", () => {
    const offer = { made_at_ms: 1000, until_at_ms: 21_000 };
    expect(ringLeft(offer, 1000)).toEqual({ seconds: 20, share: 1 });
    expect(ringLeft(offer, 11_000)).toEqual({ seconds: 10, share: 0.5 });
    expect(ringLeft(offer, 99_000)).toEqual({ seconds: 0, share: 0 });
  });

  it("Clock_BelievesTheQuickestFrame", () => {
    const clock = new ServerClock();
    expect(clock.at(500)).toBe(500);
    clock.observe(1_000_000, 1_060_400);
    clock.observe(1_001_000, 1_061_020);
    clock.observe(1_002_000, 1_063_000);
    expect(clock.at(1_070_020)).toBe(1_010_000);
  });

  it("FollowUp_LeavesTheListWhenItNoLongerBelongs", () => {
    const item = { id: "fu_1", state: "open" } as FollowUp;
    const shown = placeFollowUp([], item, "open");
    expect(shown).toHaveLength(1);
    expect(placeFollowUp(shown, { ...item, note: "x" }, "open")).toMatchObject([{ id: "fu_1", note: "x" }]);
    expect(placeFollowUp(shown, { ...item, state: "done" }, "open")).toEqual([]);
    expect(placeFollowUp([], { ...item, state: "done" }, "open")).toEqual([]);
  });
});

describe("wording", () => {
  it("Alarms_AreToldWithTheirNumbers", () => {
    expect(alarmText(alarm("al", 0), "售后")).toBe("「售后」排队已达 7 人");
    expect(alarmText({ ...alarm("al", 0), kind: "agent_silent", customer_name: "林", agent_name: "小芳", value_ms: 65_000 }, "")).toBe("小芳 未回复 林，客户已等 1:05");
    expect(alarmText({ ...alarm("al", 0), kind: "brand_new" as Alarm["kind"] }, "")).toBe("brand_new");
  });

  it("Rules_AreWords_UnknownOnesShowThemselves", () => {
    expect(ruleText("routing.rule.last_agent")).toContain("熟客");
    expect(ruleText("routing.rule.by_the_moon")).toBe("routing.rule.by_the_moon");
  });
});
