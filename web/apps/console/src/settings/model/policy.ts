// A team's queue policy (排队策略) in the units people think in.
import type { Id } from "@yingda/client";

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

export interface Relaxation {
  after_ms: number;
  levels: number;
}

export interface QueuePolicy {
  team_id: Id;
  strategy: Strategy;
  priority_step_ms: number;
  vip_priority: number;
  last_agent_wait_ms: number;
  ring_count: number;
  length_max: number;
  wait_ms_max: number;
  overflow_team_ids: Id[];
  relaxations: Relaxation[];
}

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
