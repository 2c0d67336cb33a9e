// How customers are served, as the settings read and write it: queues, skills, entrance, reasons, alarms, ratings, mail.
import { ApiError, type Channel, type Id, type Items, type Ms, type Page, type ReasonCode } from "@yingda/client";

import { api } from "../lib/api";
import type { EntranceRule, Menu, Outcome, Plan, Trial } from "./model/entrance";
import type { QueuePolicy, Skill } from "./model/policy";
import type { DayPlan, Schedule } from "./model/schedule";

const http = api.http;

export interface Warning {
  field: string;
  reason: string;
  message: string;
  refused?: boolean;
}

export interface AgentProfile {
  user_id: Id;
  skills: Skill[];
  languages: string[];
  weight: number;
}

export interface PreviewQuestion {
  policy: QueuePolicy;
  channel: Channel;
  level: string;
  language: string;
  skills: Skill[];
  waited_ms: Ms;
}
export interface Why {
  rule: string;
  strategy: string;
  waited_ms: Ms;
  queue_length: number;
  agents_able: number;
  agents_in_queue: number;
  load_before: number;
  capacity: number;
  relaxed_levels: number;
  runner_up: string;
}
export interface Candidate {
  agent_id: Id;
  name: string;
  able: boolean;
  reason: "able" | "offline" | "busy" | "away" | "wrap_up" | "full" | "language" | "skill";
  load: number;
  capacity: number;
  score: number;
}
export interface Preview {
  outcome: "assigned" | "ringing" | "pulled" | "waiting" | "promised" | "overflowed";
  assignment?: { agent_id: Id; agent_name: string; why: Why };
  offered_to: Id[];
  candidates: Candidate[];
  agents: number;
  position: number;
  next_open_at_ms?: Ms;
  overflow_team_id?: Id;
}

export interface Simulated {
  served: number;
  abandoned: number;
  wait_ms_p50: Ms;
  wait_ms_p90: Ms;
  wait_ms_max: Ms;
  wait_ms_sum: Ms;
  within_target: number;
  /** Share of the agents' capacity that was in use, in millionths; or its parts. */
  occupancy_ppm?: number;
  occupied_ms?: Ms;
  capacity_ms?: Ms;
}
export interface Simulation {
  arrivals: number;
  before: Simulated;
  after: Simulated;
}

export const routing = {
  policies: () => http.get<Items<QueuePolicy>>("/routing/policies"),
  savePolicy: (policy: QueuePolicy) => http.put<QueuePolicy>("/routing/policies", policy),
  check: (policy: QueuePolicy) => http.post<{ warnings: Warning[] }>("/routing/policies/check", { policy }),
  preview: (question: PreviewQuestion) => http.post<Preview>("/routing/preview", question),
  /** undefined: this server cannot simulate. */
  simulate: async (policy: QueuePolicy, span: { from_at_ms?: Ms; until_at_ms?: Ms } = {}): Promise<Simulation | undefined> => {
    try {
      return await http.post<Simulation>("/routing/simulate", { policy, ...span });
    } catch (error) {
      if (error instanceof ApiError && (error.status === 404 || error.status === 405)) return undefined;
      throw error;
    }
  },
  profiles: () => http.get<Items<AgentProfile>>("/routing/profiles"),
  saveProfile: (profile: AgentProfile) => http.put<AgentProfile>("/routing/profiles", profile),
  reasonCodes: () => http.get<Items<ReasonCode>>("/routing/reason-codes"),
  saveReasonCodes: (items: ReasonCode[]) => http.put<Items<ReasonCode>>("/routing/reason-codes", { items }),
  planDays: (schedule: Schedule, from: string, days: number) => http.post<DayPlan>("/calendar/preview", { schedule, from, days }),
};

export interface ExternalStatus {
  asked: number;
  answered: number;
  late: number;
  failed: number;
  last_error: string;
  last_at_ms?: Ms;
}

export const entrance = {
  plan: () => http.get<Plan>("/entrance"),
  save: (plan: Omit<Plan, "warnings">) => http.put<Plan>("/entrance", plan),
  try: (trial: Trial & { rules: EntranceRule[] }) => http.post<Outcome>("/entrance/try", trial),
  status: () => http.get<ExternalStatus>("/entrance/external-status"),
};
export type { Menu };

export interface Webhook {
  id?: Id;
  url: string;
  /** Absent: as it was. Never answered. */
  secret?: string;
  has_secret?: boolean;
  kinds: string[];
  enabled: boolean;
}
export interface Delivery {
  id: Id;
  webhook_id: Id;
  url: string;
  event: string;
  alarm_id?: Id;
  state: "pending" | "delivered" | "failed";
  attempts: number;
  status: number;
  error: string;
  created_at_ms: Ms;
  next_at_ms?: Ms;
  done_at_ms?: Ms;
}
export const alarms = {
  settings: () => http.get<{ webhooks: Webhook[] }>("/alarm-settings"),
  save: (webhooks: Webhook[]) => http.put<{ webhooks: Webhook[] }>("/alarm-settings", { webhooks }),
  test: (webhook_id: Id) => http.post<unknown>("/alarm-settings/test", { webhook_id }),
  deliveries: () => http.get<Items<Delivery>>("/alarm-deliveries"),
};

export interface RatingReason {
  key: string;
  zh_CN: string;
  en: string;
  low_only: boolean;
}
export interface RatingChannel {
  channel: Channel;
  enabled: boolean;
  scale: "stars" | "thumbs";
  reasons: RatingReason[];
  ask_words: boolean;
  editable_ms: Ms;
  low_score_max: number;
  ask_after: "agent_close";
}
export interface RatingSettings {
  channels: RatingChannel[];
  share: "owner" | "equal" | "by_messages";
  follow_up_team_id?: Id | null;
}
export const rating = {
  settings: () => http.get<RatingSettings>("/rating/settings"),
  save: (settings: RatingSettings) => http.put<RatingSettings>("/rating/settings", settings),
};

export interface MailSettings {
  enabled: boolean;
  server: string;
  port: number;
  security: "tls" | "starttls" | "none";
  user: string;
  password?: string;
  has_password?: boolean;
  ca_pem: string;
  from_address: string;
  from_name: string;
  reply_to: string;
  away_after_ms: Ms;
  link_base_url: string;
}
export interface MailTest {
  accepted: boolean;
  verdict: string;
  /** The mail server's reply code and its own words. */
  code: number;
  words: string;
}
export interface MailStatus {
  id: Id;
  conversation_id: Id;
  to: string;
  state: "queued" | "sending" | "sent" | "failed" | "given_up" | "cancelled";
  answers: number;
  attempts: number;
  words: string;
  created_at_ms: Ms;
}
export const mail = {
  settings: () => http.get<MailSettings>("/mail-settings"),
  save: (settings: MailSettings) => http.put<MailSettings>("/mail-settings", settings),
  test: (to: string) => http.post<MailTest>("/mail-settings/test", { to }),
  outbox: () => http.get<Page<MailStatus>>("/mail-outbox", { limit: 20 }),
};
