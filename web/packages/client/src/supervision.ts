// Shapes of routing, supervision and ratings: offers, the board, alarms, an agent's day, why somebody got a conversation.

import type { AgentState, AgentStatus, Conversation, Id, LocalText, Ms } from "./types";

// --- states and their reasons

/** 小休原因码: what an agent may say when he is away or busy. */
export interface ReasonCode {
  code: string;
  /** busy or away: other states take no reason. */
  state: AgentState;
  zh_CN: string;
  en: string;
  enabled: boolean;
}

export interface DaySpan {
  state: AgentState;
  reason: string;
  from_at_ms: Ms;
  until_at_ms: Ms;
}

export interface DayConversation {
  conversation_id: Id;
  customer_name: string;
  assigned_at_ms: Ms;
  rule: string;
}

/** 我的一天: states of one day as spans without holes from the first to the last one. */
export interface AgentDay {
  user_id: Id;
  date: string;
  spans: DaySpan[];
  totals: { state: AgentState; ms: number }[];
  assigned: number;
  conversations: DayConversation[];
}

// --- offers (振铃)

export interface Offer {
  id: Id;
  conversation: Conversation;
  kind: "ring" | "transfer";
  agent_ids: Id[];
  from_id?: Id;
  from_name: string;
  note: string;
  made_at_ms: Ms;
  until_at_ms: Ms;
  team_id?: Id;
}

export interface OfferEnded {
  id: Id;
  conversation_id: Id;
  agent_ids: Id[];
  outcome: "accepted" | "declined" | "expired" | "withdrawn";
  by_id?: Id;
  from_id?: Id;
  /** A decline's words. */
  reason?: string;
}

// --- the board (现场看板)

export type AlarmKind =
  | "waiting_long"
  | "wait_long"
  | "agent_silent"
  | "redispatch_limit"
  | "nobody_to_redispatch"
  | "nobody_online"
  | "queue_full"
  | "queue_long";

export interface Alarm {
  id: Id;
  kind: AlarmKind;
  team_id?: Id;
  conversation_id?: Id;
  agent_id?: Id;
  customer_name?: string;
  agent_name?: string;
  value_ms: number;
  count: number;
  raised_at_ms: Ms;
  ended_at_ms?: Ms;
  acknowledged_by_id?: Id;
  acknowledged_by_name?: string;
  acknowledged_at_ms?: Ms;
}

/** What happened since midnight of the tenant's time zone: counts and sums, never ratios. */
export interface QueueDay {
  offered: number;
  served: number;
  abandoned: number;
  wait_ms_sum: number;
  wait_ms_max: number;
  within_target: number;
  estimate_error_ms_sum: number;
  estimates: number;
}

export interface BoardQueue {
  team_id: Id;
  team_name: string;
  unit_id: Id;
  strategy: string;
  waiting: number;
  longest_wait_ms: number;
  estimated_wait_ms?: number;
  promised: number;
  in_service: number;
  agents_online: number;
  agents_busy: number;
  agents_away: number;
  agents_wrap_up: number;
  agents_free: number;
  /** The policy's: from here on a wait is an alarm; 0: never. */
  alarm_wait_ms: number;
  today: QueueDay;
}

export interface BoardAgent extends AgentStatus {
  unit_id?: Id;
  last_reply_at_ms?: Ms;
  /** How long the customer waits who has waited longest for this agent's word; 0: nobody waits. */
  longest_silent_ms: number;
  /** Conversations of his in which the customer spoke last. */
  waiting_count: number;
  today: { assigned: number; closed: number };
}

export interface Risk {
  conversation: Conversation;
  waited_ms: number;
  threshold_ms: number;
  kind: "queue" | "agent";
}

export interface Board {
  at_ms: Ms;
  queues: BoardQueue[];
  agents: BoardAgent[];
  /** Worst first. */
  risks: Risk[];
  alarms: Alarm[];
}

/** "routing.agent_warned": the customer waits for this owner's word. */
export interface Attention {
  conversation: Conversation;
  agent_id?: Id;
  kind: string;
  waited_ms: number;
  at_ms: Ms;
}

// --- why

/** Why this agent and why now, as it was stored with the assignment. */
export interface Explanation {
  rule: string;
  strategy: string;
  waited_ms: number;
  queue_length: number;
  agents_able: number;
  agents_in_queue: number;
  load_before: number;
  capacity: number;
  relaxed_levels: number;
  runner_up: string;
  estimated_wait_ms?: number;
}

export interface Assignment {
  conversation_id: Id;
  episode_id: Id;
  agent_id: Id;
  team_id: Id;
  at_ms: Ms;
  why: Explanation;
}

export interface Why {
  entrance?: { rule_name: string } | null;
  assignments: Assignment[];
}

// --- solved first, then the rating

export interface RatingReason extends LocalText {
  key: string;
}

export interface Invitation {
  episode_id: Id;
  conversation_id: Id;
  state: "asked" | "solved" | "unsolved" | "rated" | "expired";
  scale: "stars" | "thumbs";
  reasons: RatingReason[];
  solved?: boolean;
  /** stars 1…5, thumbs 0 or 1. */
  score?: number;
  reason_keys: string[];
  words: string;
  /** Scores up to this one are low. */
  low_score_max?: number;
  invited_at_ms: Ms;
  answered_at_ms?: Ms;
}

/** What the console reads of the rating settings to word what customers chose. */
export interface RatingSettings {
  channels: { channel: string; reasons: RatingReason[] }[];
}

export interface RatingEventData {
  conversation: Conversation;
  invitation: Invitation;
}

export interface RatedEpisode {
  invitation: Invitation;
  customer_name: string;
  agents: { id: Id; name: string; share_ppm: number }[];
  team_id?: Id;
  closed_at_ms: Ms;
}

/** 低分回访: a low rating, or an episode that ended unsolved, that somebody has to look into. */
export interface FollowUp {
  id: Id;
  episode_id: Id;
  conversation_id: Id;
  customer_name: string;
  team_id?: Id;
  agent_id?: Id;
  agent_name: string;
  cause: "low_score" | "unsolved";
  scale: "stars" | "thumbs";
  score?: number;
  reason_keys: string[];
  words: string;
  state: "open" | "done";
  assignee_id?: Id;
  assignee_name?: string;
  note: string;
  created_at_ms: Ms;
  done_at_ms?: Ms;
  done_by_name: string;
}
