// Rules at the entrance (条件分配) and the navigation menu before the queue, as the editor handles them.
import type { Channel, Id, LocalText } from "@yingda/client";

import type { Skill } from "./policy";

export const subjects = [
  "channel",
  "widget",
  "page",
  "region",
  "language",
  "level",
  "tag",
  "attribute",
  "topic",
  "text",
  "open_hours",
  "returning",
] as const;
export type Subject = (typeof subjects)[number];
export type Match = "is" | "is_not" | "contains" | "starts_with" | "present" | "absent";

export interface Condition {
  subject: Subject;
  /** Of the attribute, or of the team whose hours are meant. */
  name?: string;
  match: Match;
  values: string[];
}
export interface EntranceRule {
  id?: string;
  name: string;
  enabled: boolean;
  conditions: Condition[];
  team_id?: Id | null;
  priority: number;
  skills: Skill[];
  language?: string;
  stop?: boolean;
}
export interface External {
  enabled: boolean;
  url: string;
  secret?: string;
  has_secret?: boolean;
  deadline_ms: number;
}
export interface MenuItem {
  id: string;
  label: LocalText;
  topic?: string;
  team_id?: Id | null;
  answer?: LocalText;
  items: MenuItem[];
}
export interface Menu {
  widget_id: Id;
  prompt: LocalText;
  items: MenuItem[];
}
export interface Plan {
  version: number;
  rules: EntranceRule[];
  external: External;
  menus: Menu[];
  warnings: { field: string; reason: string; message: string }[];
}
export interface Trial {
  channel?: Channel;
  widget_id?: Id;
  page?: string;
  language?: string;
  level?: string;
  topic?: string;
  text?: string;
  tags?: string[];
  attributes?: Record<string, string>;
  returning?: boolean;
}
export interface RuleCheck {
  rule_id: string;
  rule_name: string;
  matched: boolean;
  failed_condition?: number;
  found?: string;
}
export interface Outcome {
  rule_id?: string;
  rule_name: string;
  menu_item_id?: string;
  team_id?: Id;
  priority: number;
  skills: Skill[];
  language: string;
  checked: RuleCheck[];
}

const words: Match[] = ["is", "is_not", "contains", "starts_with", "present", "absent"];
const table: Record<Subject, Match[]> = {
  channel: ["is", "is_not"],
  widget: ["is", "is_not"],
  page: ["contains", "starts_with", "is", "is_not"],
  region: words,
  language: words,
  level: words,
  tag: words,
  attribute: words,
  topic: ["is", "is_not", "present", "absent"],
  text: ["contains", "starts_with"],
  open_hours: ["is"],
  returning: ["is"],
};

export function matchesOf(subject: Subject): Match[] {
  return table[subject];
}

/** Present and absent ask for nothing. */
export function takesValues(match: Match): boolean {
  return match !== "present" && match !== "absent";
}

/** A condition about something else: what was typed stays where it still makes sense. */
export function turnTo(condition: Condition, subject: Subject): Condition {
  const match = matchesOf(subject).includes(condition.match) ? condition.match : matchesOf(subject)[0]!;
  const free = (one: Subject) => !["channel", "widget", "open_hours", "returning"].includes(one);
  const first: Partial<Record<Subject, string[]>> = { channel: ["webchat"], open_hours: ["open"], returning: ["yes"] };
  const values = free(subject) && free(condition.subject) ? condition.values : (first[subject] ?? []);
  return { subject, name: subject === "attribute" || subject === "open_hours" ? "" : undefined, match, values };
}

export function newRule(): EntranceRule {
  return { name: "", enabled: true, conditions: [{ subject: "page", match: "contains", values: [] }], priority: 0, skills: [], language: "", stop: true };
}

/** Why a rule cannot be saved, "" when it can. */
export function ruleProblem(rule: EntranceRule): "" | "name" | "value" | "attribute" | "nothing" {
  if (!rule.name.trim()) return "name";
  for (const one of rule.conditions) {
    if (one.subject === "attribute" && !one.name?.trim()) return "attribute";
    if (takesValues(one.match) && !one.values.some((value) => value.trim())) return "value";
  }
  if (!rule.team_id && rule.priority === 0 && rule.skills.length === 0 && !rule.language) return "nothing";
  return "";
}

export const menuDepthMax = 3;
export const menuItemsMax = 100;

/** A key that no item of the menu has yet. */
export function freshId(menu: Menu): string {
  const taken = new Set<string>();
  const walk = (items: MenuItem[]) => items.forEach((item) => (taken.add(item.id), walk(item.items)));
  walk(menu.items);
  for (let n = taken.size + 1; ; n += 1) if (!taken.has(`m${n}`)) return `m${n}`;
}

export function newItem(menu: Menu): MenuItem {
  return { id: freshId(menu), label: { zh_CN: "", en: "" }, topic: "", answer: { zh_CN: "", en: "" }, items: [] };
}

export function countItems(items: MenuItem[]): number {
  return items.reduce((sum, item) => sum + 1 + countItems(item.items), 0);
}

/** Empty members are left out, as the server wants them. */
export function cleanItem(item: MenuItem): MenuItem {
  const out: MenuItem = { id: item.id, label: item.label, items: item.items.map(cleanItem) };
  if (item.topic?.trim()) out.topic = item.topic.trim();
  if (item.team_id) out.team_id = item.team_id;
  if (item.answer && (item.answer.zh_CN.trim() || item.answer.en.trim())) out.answer = item.answer;
  return out;
}

export function cleanRule(rule: EntranceRule): EntranceRule {
  const out: EntranceRule = {
    name: rule.name.trim(),
    enabled: rule.enabled,
    conditions: rule.conditions.map((one) => ({
      subject: one.subject,
      ...(one.name ? { name: one.name.trim() } : {}),
      match: one.match,
      values: takesValues(one.match) ? one.values.map((value) => value.trim()).filter(Boolean) : [],
    })),
    priority: rule.priority,
    skills: rule.skills,
    stop: rule.stop ?? true,
  };
  if (rule.id) out.id = rule.id;
  if (rule.team_id) out.team_id = rule.team_id;
  if (rule.language) out.language = rule.language;
  return out;
}
