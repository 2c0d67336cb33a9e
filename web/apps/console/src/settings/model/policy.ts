// A team's queue policy (排队策略) in the units people think in.
import type { Channel, Id, Ms } from "@yingda/client";

import type { Schedule } from "./schedule";

export const strategies = [
  "least_loaded",
  "longest_idle",
  "round_robin",
  "occupancy_balanced",
  "weighted",
  "skill_score",
  "ring_several",
  "pull",
] as const;
export type Strategy = (typeof strategies)[number];

export const channels: Channel[] = ["webchat", "email", "wechat", "wecom", "sms", "voice", "api"];
export const levelMax = 5;

export interface Relaxation {
  after_ms: Ms;
  levels: number;
}
export interface Skill {
  name: string;
  level: number;
}

/** The law of timers: the last word decides. Since that word; 0: never. */
export interface SilenceRules {
  warn_ms: Ms;
  alarm_ms: Ms;
  redispatch_ms: Ms;
  hops_max: number;
  remind_ms: Ms;
  close_ms: Ms;
}

export interface QueuePolicy {
  team_id: Id;
  strategy: Strategy;
  priority_step_ms: Ms;
  vip_priority: number;
  last_agent_wait_ms: Ms;
  ring_count: number;
  length_max: number;
  wait_ms_max: Ms;
  overflow_team_ids: Id[];
  relaxations: Relaxation[];
  silence?: SilenceRules | null;
  channel_silence: { channel: Channel; rules: SilenceRules }[];
  hours?: Schedule | null;
  skills: Skill[];
  weights: { channel: Channel; weight: number }[];
  offer_ms: Ms;
  wrap_up_ms: Ms;
  wrap_up_max_ms: Ms;
  alarm_length: number;
  alarm_wait_ms: Ms;
}

export const defaultSilence: SilenceRules = {
  warn_ms: 60_000,
  alarm_ms: 180_000,
  redispatch_ms: 300_000,
  hops_max: 3,
  remind_ms: 600_000,
  close_ms: 1_800_000,
};

export function defaultPolicy(team_id: Id): QueuePolicy {
  return {
    team_id,
    strategy: "least_loaded",
    priority_step_ms: 120_000,
    vip_priority: 2,
    last_agent_wait_ms: 60_000,
    ring_count: 3,
    length_max: 0,
    wait_ms_max: 0,
    overflow_team_ids: [],
    relaxations: [],
    silence: null,
    channel_silence: [],
    hours: null,
    skills: [],
    weights: [],
    offer_ms: 20_000,
    wrap_up_ms: 0,
    wrap_up_max_ms: 600_000,
    alarm_length: 0,
    alarm_wait_ms: 180_000,
  };
}

/** As it is sent: without skills that are not named yet, the steps in order of time. */
export function sendable(policy: QueuePolicy): QueuePolicy {
  return {
    ...policy,
    skills: policy.skills.filter((skill) => skill.name.trim()).map((skill) => ({ ...skill, name: skill.name.trim() })),
    relaxations: [...policy.relaxations].sort((a, b) => a.after_ms - b.after_ms),
  };
}

/** How many milliseconds earlier a VIP counts as having come. */
export function vipHeadStartMs(policy: QueuePolicy): number {
  return policy.vip_priority * policy.priority_step_ms;
}

/** Work can be refused by the queue (too long, too old). */
export function overflows(policy: QueuePolicy): boolean {
  return policy.length_max > 0 || policy.wait_ms_max > 0;
}

/** The silence rules that hold for a channel: its own, the queue's, the built-in ones. */
export function silenceOf(policy: QueuePolicy, channel: Channel | ""): SilenceRules {
  const own = policy.channel_silence.find((one) => one.channel === channel);
  return own?.rules ?? policy.silence ?? defaultSilence;
}

export interface Mark {
  key: keyof SilenceRules;
  ms: Ms;
  /** Where it stands on the line, 0 … 1. */
  at: number;
  /** It never comes to this: an earlier step ends the wait. */
  idle: boolean;
}

const lineStartMs = 5_000;

/** Steps on one line; minutes and days share it, so it is logarithmic. */
export function marksOf(rules: SilenceRules, side: "customer" | "agent"): Mark[] {
  const keys = side === "customer" ? (["warn_ms", "alarm_ms", "redispatch_ms"] as const) : (["remind_ms", "close_ms"] as const);
  const last = keys[keys.length - 1]!;
  const longest = Math.max(60_000, ...keys.map((key) => rules[key])) * 1.4;
  return keys
    .filter((key) => rules[key] > 0)
    .map((key) => ({
      key,
      ms: rules[key],
      at: Math.max(0, Math.log(rules[key] / lineStartMs) / Math.log(longest / lineStartMs)),
      idle: key !== last && rules[last] > 0 && rules[key] >= rules[last],
    }));
}

export interface Step {
  from_ms: Ms;
  /** Absent: until he is served. */
  until_ms?: Ms;
  /** What is asked of each skill in this time; 0: no longer asked. */
  levels: number[];
}

/** What is asked while somebody waits: one step for each time the demand really falls. */
export function stairsOf(skills: Skill[], relaxations: Relaxation[]): Step[] {
  const steps: Step[] = [{ from_ms: 0, levels: skills.map((skill) => skill.level) }];
  let relaxed = 0;
  for (const one of [...relaxations].sort((a, b) => a.after_ms - b.after_ms)) {
    if (one.levels <= relaxed) continue;
    relaxed = one.levels;
    const levels = skills.map((skill) => Math.max(0, skill.level - relaxed));
    const before = steps[steps.length - 1]!;
    if (before.from_ms === one.after_ms) before.levels = levels;
    else {
      before.until_ms = one.after_ms;
      steps.push({ from_ms: one.after_ms, levels });
    }
  }
  return steps;
}

/** The list with the item at `from` moved to `to`; unchanged when there is no such place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const out = [...list];
  if (from < 0 || from >= out.length || to < 0 || to >= out.length) return out;
  out.splice(to, 0, ...out.splice(from, 1));
  return out;
}
