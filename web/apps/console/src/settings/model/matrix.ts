// The skills matrix: agents × skills, with what was changed and not saved yet.
import type { AgentStatus, Id } from "@yingda/client";

import type { AgentProfile } from "../service";
import { same } from "./values";
import { levelMax } from "./policy";

export interface Row {
  id: Id;
  name: string;
  team_ids: Id[];
  capacity: number;
  profile: AgentProfile;
}

/** One row an agent, by name. */
export function rowsOf(agents: AgentStatus[], profiles: AgentProfile[], locale: string): Row[] {
  const byId = new Map(profiles.map((one) => [one.user_id, one]));
  const order = new Intl.Collator(locale);
  return agents
    .map((agent) => ({
      id: agent.user_id,
      name: agent.name,
      team_ids: agent.team_ids,
      capacity: agent.capacity,
      profile: byId.get(agent.user_id) ?? { user_id: agent.user_id, skills: [], languages: [], weight: 1 },
    }))
    .sort((a, b) => order.compare(a.name, b.name));
}

export function levelOf(profile: AgentProfile, skill: string): number {
  return profile.skills.find((one) => one.name === skill)?.level ?? 0;
}

/** 0 takes the skill away. */
export function withLevel(profile: AgentProfile, name: string, level: number): AgentProfile {
  const kept = Math.max(0, Math.min(levelMax, Math.round(level)));
  const rest = profile.skills.filter((one) => one.name !== name);
  return { ...profile, skills: kept ? [...rest, { name, level: kept }].sort((a, b) => a.name.localeCompare(b.name)) : rest };
}

export function withLanguage(profile: AgentProfile, language: string): AgentProfile {
  const has = profile.languages.includes(language);
  return { ...profile, languages: has ? profile.languages.filter((one) => one !== language) : [...profile.languages, language].sort() };
}

/** Same skills in another order are the same. */
export function sameProfile(a: AgentProfile, b: AgentProfile): boolean {
  const plain = (one: AgentProfile) => ({
    ...one,
    skills: [...one.skills].sort((x, y) => x.name.localeCompare(y.name)),
    languages: [...one.languages].sort(),
  });
  return same(plain(a), plain(b));
}

/** Names of all skills that anybody has or that were just named, in order. */
export function skillNames(rows: Row[], extra: string[], locale: string): string[] {
  const names = new Set(extra);
  for (const row of rows) for (const skill of row.profile.skills) names.add(skill.name);
  return [...names].sort(new Intl.Collator(locale).compare);
}

export function filterRows(rows: Row[], team: Id | "", words: string): Row[] {
  const wanted = words.trim().toLowerCase();
  return rows.filter(
    (row) =>
      (!team || row.team_ids.includes(team)) &&
      (!wanted || row.name.toLowerCase().includes(wanted) || row.profile.skills.some((skill) => skill.name.toLowerCase().includes(wanted))),
  );
}

/** Which rows are drawn: those in sight and a few around them. */
export function windowOf(count: number, rowHeight: number, scrollTop: number, viewHeight: number, around = 8): { from: number; until: number } {
  const from = Math.max(0, Math.floor(scrollTop / rowHeight) - around);
  return { from, until: Math.min(count, Math.ceil((scrollTop + viewHeight) / rowHeight) + around) };
}

/** Where an arrow leads in the grid; undefined: nowhere. */
export function step(key: string, row: number, column: number, rows: number, columns: number): { row: number; column: number } | undefined {
  const to = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -column], End: [0, columns - 1 - column], PageDown: [10, 0], PageUp: [-10, 0] }[key];
  if (!to) return undefined;
  return { row: Math.max(0, Math.min(rows - 1, row + to[0]!)), column: Math.max(0, Math.min(columns - 1, column + to[1]!)) };
}
