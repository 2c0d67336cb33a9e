import type { AuditRecord, Team, Unit, User, Widget } from "@yingda/client";
import { describe, expect, it } from "vitest";

import { nameOf, passes } from "../src/settings/model/audit";
import { matches, parseLines, shortcutProblem } from "../src/settings/model/canned";
import { steps } from "../src/settings/model/checklist";
import { differences } from "../src/settings/model/diff";
import { split } from "../src/settings/model/duration";
import { makePassword, strength } from "../src/settings/model/password";
import { defaultPolicy, overflows, vipHeadStartMs } from "../src/settings/model/policy";
import { reaches } from "../src/settings/model/rights";
import { buildTree, findNode, kindsBelow, pathTo, unitOptions, weigh } from "../src/settings/model/tree";
import { at, same } from "../src/settings/model/values";
import { avatarOk, draftOf, embedCode, newWidget, originOf } from "../src/settings/model/widget";

const unit = (id: string, parent_id: string | undefined, kind: Unit["kind"], name: string): Unit => ({ id, parent_id, kind, name, code: "" });
const team = (id: string, unit_id: string, member_count = 0): Team => ({ id, unit_id, name: id, member_count });
const user = (id: string, extra: Partial<User> = {}) => ({ id, name: id, disabled: false, team_ids: [], ...extra }) as User;
const units = [
  unit("c", "b", "centre", "中心"),
  unit("a", undefined, "headquarters", "总部"),
  unit("b", "a", "region", "华东"),
  unit("lost", "gone", "city", "孤儿"),
];

describe("tree", () => {
  it("Units_InAnyOrder_BecomeOneTree", () => {
    const roots = buildTree(units, [team("t1", "c"), team("t2", "a")]);
    expect(roots.map((node) => node.unit.id).sort()).toEqual(["a", "lost"]);
    const centre = findNode(roots, "c")!;
    expect(centre.depth).toBe(2);
    expect(centre.teams.map((one) => one.id)).toEqual(["t1"]);
    expect(pathTo(units, "c").map((one) => one.id)).toEqual(["a", "b", "c"]);
    expect(unitOptions(roots).find((one) => one.id === "b")!.depth).toBe(1);
  });

  it("PathOfARing_Ends", () => {
    const ring = [unit("x", "y", "city", "x"), unit("y", "x", "city", "y")];
    expect(pathTo(ring, "x").length).toBe(2);
  });

  it("Weighing_CountsEverythingBelow", () => {
    const roots = buildTree(units, [team("t1", "c"), team("t2", "a")]);
    const people = [user("u1", { unit_id: "c" }), user("u2", { unit_id: "b" }), user("u3", { unit_id: "lost" })];
    expect(weigh(findNode(roots, "a")!, people)).toEqual({ units: 2, teams: 2, people: 2 });
  });

  it("KindsBelow_AreOnlyDeeperOnes", () => {
    expect(kindsBelow("province")).toEqual(["city", "centre"]);
    expect(kindsBelow("centre")).toEqual([]);
  });
});

describe("values", () => {
  it("Same_ComparesContent_AndTakesAbsentForNull", () => {
    expect(same({ a: 1, b: null }, { a: 1 })).toBe(true);
    expect(same({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })).toBe(true);
    expect(same([1, 2], [2, 1])).toBe(false);
    expect(same([], {})).toBe(false);
    expect(same(0, null)).toBe(false);
  });

  it("At_FollowsDotsAndBrackets", () => {
    expect(at({ look: { title: { zh_CN: "茶" } } }, "look.title.zh_CN")).toBe("茶");
    expect(at({ list: ["a", "b"] }, "list[1]")).toBe("b");
    expect(at({ a: 1 }, "a.b.c")).toBeUndefined();
  });
});

describe("password", () => {
  it("Made_IsLongReadableAndUnbiased", () => {
    const made = makePassword();
    expect(made).toMatch(/^[a-zA-Z2-9]{4}(-[a-zA-Z2-9]{4}){2}$/);
    expect(made).not.toMatch(/[0O1lI]/);
    // A byte beyond the last whole multiple is thrown away, not folded.
    let call = 0;
    const bytes = [255, ...Array<number>(15).fill(0)];
    expect(makePassword((buffer) => (buffer.set(call++ ? Array<number>(16).fill(0) : bytes), buffer))).toBe("aaaa-aaaa-aaaa");
  });

  it("Strength_FollowsLengthAndVariety", () => {
    expect(strength("abc")).toBe(0);
    expect(strength("aaaaaaaa")).toBe(1);
    expect(strength("password1")).toBe(1);
    expect(strength("teehaus27")).toBe(2);
    expect(strength("Teehaus27 am See")).toBe(3);
    expect(strength("一二三四五六七八九十再加四个")).toBe(3);
  });
});

describe("audit", () => {
  it("Differences_NameTheLeaves_AndSkipWhatSaysNothing", () => {
    const before = { id: "wg_1", enabled: true, look: { color: "#111111", title: { en: "A" } }, tags: ["x"], note: "" };
    const after = { id: "wg_1", enabled: true, look: { color: "#222222", title: { en: "A", zh_CN: "甲" } }, tags: ["x", "y"], note: null };
    expect(differences(before, after)).toEqual([
      { path: "look.color", kind: "changed", before: "#111111", after: "#222222" },
      { path: "look.title.zh_CN", kind: "added", after: "甲" },
      { path: "tags", kind: "changed", before: ["x"], after: ["x", "y"] },
    ]);
    expect(differences(null, { name: "n" })).toEqual([{ path: "name", kind: "added", after: "n" }]);
    expect(differences({ name: "n" }, undefined)).toEqual([{ path: "name", kind: "removed", before: "n" }]);
  });

  it("Filter_HoldsAllConditionsAtOnce", () => {
    const record = { id: "1", at_ms: 100, actor_id: "us_1", actor_name: "周静", action: "team.changed", object: "tm_1", before: { name: "售前" }, after: { name: "售前咨询" }, address: "10.0.0.1" } as AuditRecord;
    expect(nameOf(record)).toBe("售前咨询");
    expect(passes(record, { words: "", area: "", actor: "" })).toBe(true);
    expect(passes(record, { words: "咨询", area: "team", actor: "us_1", from: 100, to: 101 })).toBe(true);
    expect(passes(record, { words: "", area: "user", actor: "" })).toBe(false);
    expect(passes(record, { words: "", area: "", actor: "us_2" })).toBe(false);
    expect(passes(record, { words: "", area: "", actor: "", to: 100 })).toBe(false);
    expect(passes(record, { words: "nothing", area: "", actor: "" })).toBe(false);
  });
});

describe("canned replies", () => {
  it("PastedLines_BecomeReplies", () => {
    const lines = parseLines("退款 | 退款流程 | 您可以\\n自助退款\n\n/ship\tOrders ship today\n只有内容", []);
    expect(lines.map(({ line, shortcut, title, text, problem }) => [line, shortcut, title, text, problem])).toEqual([
      [1, "退款", "退款流程", "您可以\n自助退款", undefined],
      [3, "ship", "Orders ship today", "Orders ship today", undefined],
      [4, "r1", "只有内容", "只有内容", undefined],
    ]);
  });

  it("BadLines_SayWhatIsWrong", () => {
    const lines = parseLines("hi | a\nhi | b\nbye | c\na b | d\nx | ", ["BYE"]);
    expect(lines.map((line) => line.problem)).toEqual([undefined, "shortcutTwice", "shortcutTaken", "shortcut", "empty"]);
    expect(parseLines(`x | ${"长".repeat(81)} | t`, [])[0]!.problem).toBe("titleLong");
    expect(parseLines("only text", ["r1"])[0]!.shortcut).toBe("r2");
  });

  it("Shortcut_HasNoSpacesOrSlashes", () => {
    expect(shortcutProblem(" ")).toBe("required");
    expect(shortcutProblem("a/b")).toBe("signs");
    expect(shortcutProblem("字".repeat(33))).toBe("long");
    expect(shortcutProblem("退款")).toBeUndefined();
  });

  it("Search_TakesTheSlashForGranted", () => {
    const reply = { id: "1", shortcut: "refund", title: "退款", text: "…", updated_at_ms: 0 };
    expect(matches(reply, "/ref")).toBe(true);
    expect(matches(reply, "退")).toBe(true);
    expect(matches(reply, "ship")).toBe(false);
  });
});

describe("widget", () => {
  it("Origins_AreMendedOrRefused", () => {
    expect(originOf("shop.example.com")).toBe("https://shop.example.com");
    expect(originOf(" HTTPS://Shop.Example/path?x ")).toBe("https://shop.example");
    expect(originOf("https://*.example.com")).toBe("https://*.example.com");
    expect(originOf("localhost:5173")).toBe("http://localhost:5173");
    expect(originOf("https://商城.example")).toBe("https://商城.example");
    for (const bad of ["", "ftp://x.example", "https://", "https://a b", "https://a..b", "javascript:alert(1)"]) {
      expect(originOf(bad), bad).toBeUndefined();
    }
  });

  it("Draft_TakesLanguagesInOneForm_AndOpensNothingByItself", () => {
    const made = newWidget("官网", "青禾");
    expect(made.look.auto_open_s).toBe(0);
    expect(made.typing_preview).toBe(false);
    const widget = { ...made, id: "wg_1", key: "k", team_id: null, languages: ["zh_CN", "en"] } as unknown as Widget;
    expect(draftOf(widget).languages).toEqual(["zh-CN", "en"]);
    expect(draftOf(widget).team_id).toBeUndefined();
  });

  it("EmbedCode_IsOneLine", () => {
    expect(embedCode("https://kf.example", "wk_1")).toBe('<script async src="https://kf.example/widget.js" data-key="wk_1"></script>');
  });

  it("Avatar_IsHttpsOrOwnPath", () => {
    expect([avatarOk(""), avatarOk("/a.png"), avatarOk("https://x/a.png"), avatarOk("http://x/a.png"), avatarOk("javascript:1")]).toEqual([true, true, true, false, false]);
  });
});

describe("rest", () => {
  it("Checklist_LeavesOutWhatCannotBeDone", () => {
    expect(steps({ sharedCanned: false, totp: false }).map((step) => step.key)).toEqual(["secure"]);
    const all = steps({ users: [user("1"), user("2", { disabled: true })], teams: [team("t", "u", 1)], widgets: [], canned: [], sharedCanned: true, totp: true });
    expect(all.map((step) => [step.key, step.done])).toEqual([
      ["invite", false],
      ["team", true],
      ["embed", false],
      ["canned", false],
      ["secure", true],
    ]);
  });

  it("Policy_SaysWhatItsNumbersMean", () => {
    const policy = defaultPolicy("tm_1");
    expect(vipHeadStartMs(policy)).toBe(240_000);
    expect(overflows(policy)).toBe(false);
    expect(overflows({ ...policy, wait_ms_max: 1000 })).toBe(true);
  });

  it("Durations_TakeTheLargestWholeUnit", () => {
    expect(split(90_000)).toEqual({ number: 90, unit: "s" });
    expect(split(120_000)).toEqual({ number: 2, unit: "min" });
    expect(split(7_200_000)).toEqual({ number: 2, unit: "h" });
    expect(split(0)).toEqual({ number: 0, unit: "s" });
  });

  it("NobodyGivesAWiderReachThanHisOwn", () => {
    expect(reaches("unit", "team")).toBe(true);
    expect(reaches("unit", "tenant")).toBe(false);
  });
});
