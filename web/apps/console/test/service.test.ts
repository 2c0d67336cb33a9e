// How customers are served: the pure parts behind the editors of queues, hours, skills and the entrance.
import type { AgentStatus } from "@yingda/client";
import { describe, expect, it } from "vitest";

import { cleanItem, cleanRule, countItems, freshId, matchesOf, newRule, ruleProblem, turnTo, type Menu, type MenuItem } from "../src/settings/model/entrance";
import { filterRows, levelOf, rowsOf, sameProfile, skillNames, step, windowOf, withLanguage, withLevel } from "../src/settings/model/matrix";
import { defaultPolicy, defaultSilence, marksOf, moved, silenceOf, stairsOf } from "../src/settings/model/policy";
import { barsOf, clockText, nextSpan, officeHours, overlapping, parseClock, spanFrom, spansOf, stretches, withDay, type PlannedDay } from "../src/settings/model/schedule";

describe("silence", () => {
  it("Marks_StandInOrder_AndLeaveOutWhatIsOff", () => {
    const marks = marksOf({ ...defaultSilence, alarm_ms: 0 }, "customer");
    expect(marks.map((mark) => mark.key)).toEqual(["warn_ms", "redispatch_ms"]);
    expect(marks[0]!.at).toBeGreaterThan(0);
    expect(marks[1]!.at).toBeGreaterThan(marks[0]!.at);
    expect(marks[1]!.at).toBeLessThan(1);
  });

  it("AStepBehindTheLast_IsMarkedAsIdle", () => {
    const marks = marksOf({ ...defaultSilence, remind_ms: 1_800_000, close_ms: 600_000 }, "agent");
    expect(marks.find((mark) => mark.key === "remind_ms")!.idle).toBe(true);
    expect(marks.find((mark) => mark.key === "close_ms")!.idle).toBe(false);
    expect(marksOf({ ...defaultSilence, close_ms: 0 }, "agent").every((mark) => !mark.idle)).toBe(true);
  });

  it("AChannelsOwnTimes_GoBeforeTheQueues", () => {
    const policy = defaultPolicy("t");
    expect(silenceOf(policy, "email")).toEqual(defaultSilence);
    policy.silence = { ...defaultSilence, warn_ms: 1 };
    policy.channel_silence = [{ channel: "email", rules: { ...defaultSilence, warn_ms: 2 } }];
    expect(silenceOf(policy, "email").warn_ms).toBe(2);
    expect(silenceOf(policy, "webchat").warn_ms).toBe(1);
  });
});

describe("stairs", () => {
  const skills = [{ name: "a", level: 3 }, { name: "b", level: 1 }];
  it("Relaxations_InAnyOrder_BecomeFallingSteps", () => {
    expect(stairsOf(skills, [{ after_ms: 120, levels: 2 }, { after_ms: 60, levels: 1 }])).toEqual([
      { from_ms: 0, until_ms: 60, levels: [3, 1] },
      { from_ms: 60, until_ms: 120, levels: [2, 0] },
      { from_ms: 120, levels: [1, 0] },
    ]);
  });
  it("AStepThatRelaxesLess_ChangesNothing", () => {
    expect(stairsOf(skills, [{ after_ms: 60, levels: 2 }, { after_ms: 90, levels: 1 }])).toHaveLength(2);
  });
});

it("Moved_TakesOneItemElsewhere_AndIgnoresPlacesThatAreNot", () => {
  expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
  expect(moved(["a", "b"], 0, 2)).toEqual(["a", "b"]);
  expect(moved(["a", "b"], -1, 0)).toEqual(["a", "b"]);
});

describe("schedule", () => {
  it("TimesOfDay_AreReadAsPeopleWriteThem", () => {
    expect([parseClock("9"), parseClock("9:30"), parseClock("0930"), parseClock("24:00"), parseClock(" 18：00 ")]).toEqual([540, 570, 570, 1440, 1080]);
    expect([parseClock("24:01"), parseClock("9:60"), parseClock("noon"), parseClock("")]).toEqual([undefined, undefined, undefined, undefined]);
    expect([clockText(570), clockText(1440), clockText(1800)]).toEqual(["09:30", "24:00", "06:00"]);
  });

  it("AnEndBeforeTheBeginning_IsOnTheNextDay", () => {
    expect(spanFrom(1320, 360)).toEqual({ from_minute: 1320, until_minute: 1800 });
    expect(spanFrom(540, 1440)).toEqual({ from_minute: 540, until_minute: 1440 });
    expect(barsOf([], [{ from_minute: 1320, until_minute: 1800 }])).toEqual([{ from: 0, until: 0.25, carried: true }]);
    expect(barsOf([{ from_minute: 1320, until_minute: 1800 }], [])).toEqual([{ from: 1320 / 1440, until: 1, carried: false }]);
  });

  it("ADay_IsReplacedInOrder_AndGoesWhenItIsClosed", () => {
    let week = officeHours("Asia/Shanghai").week;
    week = withDay(week, 7, [{ from_minute: 800, until_minute: 900 }, { from_minute: 600, until_minute: 700 }]);
    expect(week.map((day) => day.weekday)).toEqual([1, 2, 3, 4, 5, 7]);
    expect(spansOf(week, 7).map((span) => span.from_minute)).toEqual([600, 800]);
    expect(withDay(week, 7, []).map((day) => day.weekday)).toEqual([1, 2, 3, 4, 5]);
  });

  it("ANewSpan_NeverOverlaps", () => {
    let spans = officeHours("Asia/Shanghai").week[0]!.spans;
    for (let next = nextSpan(spans); next; next = nextSpan(spans)) {
      spans = [...spans, next];
      expect(overlapping(spans).size, JSON.stringify(spans)).toBe(0);
      expect(spans.length).toBeLessThanOrEqual(8);
    }
    expect(overlapping([{ from_minute: 0, until_minute: 60 }, { from_minute: 59, until_minute: 90 }])).toEqual(new Set([0, 1]));
  });

  it("NeighbouringHolidays_AreOneStretch", () => {
    const day = (date: string, source: PlannedDay["source"], holiday: string, open = false): PlannedDay => ({ date, source, name: "", holiday_zh_CN: holiday, holiday_en: holiday, spans: open ? [{ from_minute: 1, until_minute: 2 }] : [] });
    const found = stretches([day("2026-10-01", "holiday", "N"), day("2026-10-02", "holiday", "N"), day("2026-10-03", "week", ""), day("2026-10-04", "holiday", "N"), day("2026-10-10", "working_weekend", "N", true)], "en");
    expect(found).toEqual([
      { from: "2026-10-01", until: "2026-10-02", days: 2, open: false, name: "N" },
      { from: "2026-10-04", until: "2026-10-04", days: 1, open: false, name: "N" },
      { from: "2026-10-10", until: "2026-10-10", days: 1, open: true, name: "N" },
    ]);
  });
});

describe("matrix", () => {
  const agent = (id: string, name: string, team: string) => ({ user_id: id, name, team_ids: [team], capacity: 5 }) as AgentStatus;
  const rows = rowsOf([agent("1", "Zoe", "t1"), agent("2", "Ann", "t2")], [{ user_id: "1", skills: [{ name: "wine", level: 2 }], languages: ["en"], weight: 3 }], "en");

  it("Rows_AreByName_WithEmptyProfilesWhereNoneIsSaved", () => {
    expect(rows.map((row) => row.name)).toEqual(["Ann", "Zoe"]);
    expect(rows[0]!.profile).toEqual({ user_id: "2", skills: [], languages: [], weight: 1 });
  });
  it("Levels_AreSetBoundedAndTakenAway", () => {
    const zoe = rows[1]!.profile;
    expect(levelOf(withLevel(zoe, "tea", 9), "tea")).toBe(5);
    expect(withLevel(zoe, "wine", 0).skills).toEqual([]);
    expect(sameProfile(withLevel(withLevel(zoe, "tea", 1), "tea", 0), zoe)).toBe(true);
    expect(sameProfile(withLanguage(zoe, "en"), zoe)).toBe(false);
    expect(zoe.skills).toEqual([{ name: "wine", level: 2 }]);
  });
  it("Filter_KnowsTeamsNamesAndSkills", () => {
    expect(filterRows(rows, "t1", "")).toHaveLength(1);
    expect(filterRows(rows, "", "WIN").map((row) => row.name)).toEqual(["Zoe"]);
    expect(skillNames(rows, ["tea", "wine"], "en")).toEqual(["tea", "wine"]);
  });
  it("OnlyRowsInSight_AreDrawn", () => {
    expect(windowOf(2000, 42, 0, 420)).toEqual({ from: 0, until: 18 });
    expect(windowOf(2000, 42, 42_000, 420, 2)).toEqual({ from: 998, until: 1012 });
    expect(windowOf(3, 42, 0, 420)).toEqual({ from: 0, until: 3 });
  });
  it("Arrows_StayInside", () => {
    expect(step("ArrowUp", 0, 0, 3, 3)).toEqual({ row: 0, column: 0 });
    expect(step("End", 1, 0, 3, 4)).toEqual({ row: 1, column: 3 });
    expect(step("PageDown", 1, 2, 3, 4)).toEqual({ row: 2, column: 2 });
    expect(step("x", 0, 0, 3, 3)).toBeUndefined();
  });
});

describe("entrance", () => {
  it("ConditionTurned_KeepsWordsWhereTheyStillMakeSense", () => {
    expect(turnTo({ subject: "page", match: "contains", values: ["/pay"] }, "text")).toMatchObject({ subject: "text", match: "contains", values: ["/pay"] });
    expect(turnTo({ subject: "text", match: "starts_with", values: ["x"] }, "channel")).toMatchObject({ match: "is", values: ["webchat"] });
    expect(matchesOf("returning")).toEqual(["is"]);
  });
  it("ARule_NeedsANameValuesAndAnEffect", () => {
    const rule = newRule();
    expect(ruleProblem(rule)).toBe("name");
    rule.name = "pay";
    expect(ruleProblem(rule)).toBe("value");
    rule.conditions[0]!.values = ["/pay"];
    expect(ruleProblem(rule)).toBe("nothing");
    rule.team_id = "t";
    expect(ruleProblem(rule)).toBe("");
    rule.conditions.push({ subject: "attribute", match: "present", values: [] });
    expect(ruleProblem(rule)).toBe("attribute");
  });
  it("CleanedRule_HasNothingEmpty", () => {
    const cleaned = cleanRule({ ...newRule(), name: " a ", conditions: [{ subject: "tag", match: "present", values: ["old"] }], team_id: null, language: "" });
    expect(cleaned).toEqual({ name: "a", enabled: true, conditions: [{ subject: "tag", match: "present", values: [] }], priority: 0, skills: [], stop: true });
  });
  it("MenuItems_GetFreshIds_AndLoseEmptyWords", () => {
    const item = (id: string, items: MenuItem[] = []): MenuItem => ({ id, label: { zh_CN: id, en: "" }, topic: " ", team_id: null, answer: { zh_CN: "", en: " " }, items });
    const menu: Menu = { widget_id: "w", prompt: { zh_CN: "", en: "" }, items: [item("m1", [item("m3")]), item("m2")] };
    expect(countItems(menu.items)).toBe(3);
    expect(freshId(menu)).toBe("m4");
    expect(cleanItem(menu.items[0]!)).toEqual({ id: "m1", label: { zh_CN: "m1", en: "" }, items: [{ id: "m3", label: { zh_CN: "m3", en: "" }, items: [] }] });
  });
});
