// Shapes of the API, the mirror of the described structs in core/*/include/yingda/*/types.hpp and docs/protocol.md.
// Everything else in the web apps takes its types from here, so generated ones can take their place in one step.

import type { Alarm, Attention, Board, FollowUp, Offer, OfferEnded, RatingEventData } from "./supervision";

export type Id = string;
/** Milliseconds since 1970, UTC. */
export type Ms = number;

export type Locale = "zh_CN" | "en";
export type Channel = "webchat" | "email" | "wechat" | "wecom" | "sms" | "voice" | "api";
export type ConversationState = "queued" | "assigned" | "promised" | "closed";
export type AuthorKind = "customer" | "agent" | "bot" | "system";
export type MessageKind = "text" | "image" | "file" | "video" | "voice" | "note" | "system" | "whisper";
/** wrap_up (话后整理): after a conversation was closed, until a set time. */
export type AgentState = "offline" | "online" | "busy" | "away" | "wrap_up";
export type UnitKind = "headquarters" | "region" | "province" | "city" | "centre";
export type DataScope = "own" | "team" | "unit" | "tenant";
export type Box = "mine" | "queue" | "all";

export const permissions = [
  "conversation_handle",
  "conversation_view",
  "conversation_supervise",
  "customer_view",
  "customer_edit",
  "canned_reply_manage",
  "org_manage",
  "settings_manage",
  "token_manage",
  "audit_view",
  "analytics_view",
] as const;
export type Permission = (typeof permissions)[number];

// --- organisation

export interface Tenant {
  id: Id;
  name: string;
  locale: Locale;
  time_zone: string;
  recall_window_ms: number;
  demo: boolean;
  created_at_ms: Ms;
}

export interface Unit {
  id: Id;
  parent_id?: Id;
  kind: UnitKind;
  name: string;
  code: string;
}

export interface Team {
  id: Id;
  unit_id: Id;
  name: string;
  member_count: number;
}

export interface Role {
  id: Id;
  /** Built-in roles have a key and cannot be changed; own roles have a name. */
  key: string;
  name: string;
  scope: DataScope;
  permissions: Permission[];
}

export interface User {
  id: Id;
  login: string;
  name: string;
  display_name: string;
  role_id: Id;
  unit_id?: Id;
  team_ids: Id[];
  locale: Locale;
  capacity: number;
  disabled: boolean;
  totp_enabled: boolean;
  created_at_ms: Ms;
}

export interface UserDraft {
  login: string;
  name: string;
  display_name?: string;
  password?: string;
  role_id: Id;
  unit_id?: Id;
  team_ids: Id[];
  locale?: Locale;
  capacity?: number;
  disabled?: boolean;
}

export interface ApiToken {
  id: Id;
  name: string;
  hint: string;
  permissions: Permission[];
  created_by?: Id;
  created_at_ms: Ms;
  expires_at_ms?: Ms;
  last_used_at_ms?: Ms;
}

export interface AuditRecord {
  id: Id;
  at_ms: Ms;
  actor_id?: Id;
  actor_name: string;
  action: string;
  object: string;
  before?: Record<string, unknown> | null;
  after?: Record<string, unknown> | null;
  address: string;
}

export interface SessionInfo {
  user: User;
  role: Role;
  tenant: Tenant;
  csrf_token: string;
  permissions: Permission[];
  last_seq: number;
}

export interface SetupState {
  needed: boolean;
  demo: boolean;
}

export interface SetupRequest {
  company: string;
  locale: Locale;
  time_zone: string;
  admin_name: string;
  login: string;
  password: string;
}

export interface TotpSetup {
  secret_base32: string;
  uri: string;
}

// --- customer

export interface CustomerSummary {
  id: Id;
  name: string;
  label: string;
  level: string;
}

export interface Customer extends CustomerSummary {
  external_id: string;
  email: string;
  phone: string;
  locale: string;
  tags: string[];
  attributes: Record<string, string>;
  note: string;
  created_at_ms: Ms;
  seen_at_ms: Ms;
}

export type CustomerPatch = Partial<
  Pick<Customer, "name" | "email" | "phone" | "level" | "note" | "tags" | "attributes">
>;

export interface PageView {
  url: string;
  title: string;
  referrer: string;
  at_ms: Ms;
}

// --- conversation

export interface Author {
  kind: AuthorKind;
  id: string;
  name: string;
}

export interface FileInfo {
  id: Id;
  name: string;
  content_type: string;
  bytes: number;
  width: number;
  height: number;
  duration_ms: number;
  thumbnail: boolean;
}

export interface SystemEvent {
  key: string;
  args: Record<string, string>;
  internal: boolean;
}

export interface Quote {
  id: Id;
  author_name: string;
  preview: string;
}

export interface Message {
  id: Id;
  conversation_id: Id;
  episode_id?: Id;
  seq: number;
  author: Author;
  kind: MessageKind;
  text: string;
  file?: FileInfo;
  quote?: Quote;
  mentions: Id[];
  system?: SystemEvent;
  client_msg_id: string;
  automatic: boolean;
  created_at_ms: Ms;
  recalled_at_ms?: Ms;
}

export interface Receipts {
  customer_delivered_seq: number;
  customer_read_seq: number;
  agent_delivered_seq: number;
  agent_read_seq: number;
}

export interface AgentSummary {
  id: Id;
  name: string;
}

/** conference: answers, too; consult (求助): reads and writes notes, the customer never learns of him. */
export interface Participant extends AgentSummary {
  role?: "conference" | "consult";
}

export interface Conversation {
  id: Id;
  customer: CustomerSummary;
  channel: Channel;
  widget_id?: Id;
  state: ConversationState;
  team_id?: Id;
  agent?: AgentSummary;
  participants: Participant[];
  episode_id?: Id;
  episode_number: number;
  priority: number;
  last_seq: number;
  last_preview: string;
  last_author: AuthorKind;
  unread: number;
  waiting_since_ms?: Ms;
  queued_at_ms?: Ms;
  promised_at_ms?: Ms;
  created_at_ms: Ms;
  updated_at_ms: Ms;
  closed_at_ms?: Ms;
  version: number;
  receipts: Receipts;
  assign_reason: string;
  /** Question type; absent: not said. */
  topic?: string;
}

export interface Episode {
  id: Id;
  conversation_id: Id;
  number: number;
  channel: Channel;
  opened_at_ms: Ms;
  first_assigned_at_ms?: Ms;
  first_reply_at_ms?: Ms;
  closed_at_ms?: Ms;
  close_reason: string;
  customer_messages: number;
  agent_messages: number;
  agents: Id[];
}

export interface CannedReply {
  id: Id;
  shortcut: string;
  title: string;
  text: string;
  /** Absent: shared by the whole company. */
  owner_id?: Id;
  updated_at_ms: Ms;
}

export interface CannedReplyDraft {
  shortcut: string;
  title: string;
  text: string;
  shared: boolean;
}

export interface ConversationDetail {
  conversation: Conversation;
  customer: Customer;
  pages: PageView[];
  messages: Message[];
  episodes: Episode[];
  last_seq: number;
}

export interface ConversationList {
  items: Conversation[];
  next: string;
  last_seq: number;
}

export interface SendMessage {
  client_msg_id: string;
  kind?: MessageKind;
  text?: string;
  file_id?: Id;
  quote_id?: Id;
  mentions?: Id[];
}

export interface Accepted {
  message: Message;
  conversation: Conversation;
  duplicate: boolean;
}

// --- routing

export interface AgentStatus {
  user_id: Id;
  name: string;
  display_name: string;
  state: AgentState;
  reason: string;
  since_at_ms: Ms;
  /** The end of wrap_up. */
  until_at_ms?: Ms;
  load: number;
  capacity: number;
  connected: boolean;
  team_ids: Id[];
}

// --- widget

export interface LocalText {
  zh_CN: string;
  en: string;
}

export interface WidgetLook {
  color: string;
  side: "right" | "left";
  launcher: "bubble" | "bar" | "none";
  launcher_text: LocalText;
  title: LocalText;
  subtitle: LocalText;
  greeting: LocalText;
  auto_open_s: number;
  avatar_url: string;
  offset_x: number;
  offset_y: number;
  dark: "auto" | "light" | "dark";
  sound: boolean;
}

export interface Widget {
  id: Id;
  name: string;
  key: string;
  enabled: boolean;
  allowed_origins: string[];
  team_id?: Id;
  typing_preview: boolean;
  identity_required: boolean;
  /** "zh-CN", "en": offered to visitors. */
  languages: string[];
  look: WidgetLook;
}

export type WidgetDraft = Omit<Widget, "id" | "key">;

// --- lists and errors

/** A list that always comes whole. */
export interface Items<T> {
  items: T[];
}

export interface Page<T> {
  items: T[];
  next: string;
}

export interface FieldError {
  field: string;
  reason: string;
  message: string;
}

export interface ErrorBody {
  code: string;
  reason: string;
  message: string;
  fields?: FieldError[];
}

// --- durable events

export interface MessageEventData {
  conversation: Conversation;
  message: Message;
}

export interface ConversationEventData {
  conversation: Conversation;
  by_id: string;
  by_name: string;
  previous_agent_id?: Id;
  previous_team_id?: Id;
  reason: string;
  note: string;
}

export interface ReceiptsEventData {
  conversation_id: Id;
  receipts: Receipts;
  unread: number;
  version: number;
}

export interface SettingsChangedData {
  area: string;
  id: string;
}

export type ConversationEventType =
  | "conversation.opened"
  | "conversation.queued"
  | "conversation.assigned"
  | "conversation.transferred"
  | "conversation.closed"
  | "conversation.reopened"
  | "conversation.changed";

interface EventBase {
  t: "event";
  seq: number;
  prev: number;
  at_ms: Ms;
}

export type DurableEvent = EventBase &
  (
    | { type: "message.accepted" | "message.recalled"; data: MessageEventData }
    | { type: ConversationEventType; data: ConversationEventData }
    | { type: "receipts.moved"; data: ReceiptsEventData }
    | { type: "customer.changed"; data: Customer }
    | { type: "agent.state_changed"; data: AgentStatus }
    | { type: "settings.changed"; data: SettingsChangedData }
    | { type: "routing.offered"; data: Offer }
    | { type: "routing.offer_ended"; data: OfferEnded }
    | { type: "routing.agent_warned"; data: Attention }
    | { type: "alarm.raised" | "alarm.changed" | "alarm.ended"; data: Alarm }
    | { type: "rating.invited" | "rating.answered"; data: RatingEventData }
    | { type: "rating.follow_up_changed"; data: FollowUp }
  );

export interface PresenceAgent {
  id: Id;
  name: string;
  typing: boolean;
}

export type EphemeralFrame =
  | {
      t: "typing";
      id: Id;
      side: "customer" | "agent";
      by: string;
      name: string;
      on: boolean;
      preview?: string;
    }
  | { t: "presence"; id: Id; agents: PresenceAgent[] }
  | { t: "agent"; agent: AgentStatus }
  | { t: "board"; board: Board }
  | { t: "visitor"; id: Id; online: boolean; page?: PageView }
  | { t: "error"; code: string; reason: string; message: string };

export type ServerFrame =
  | DurableEvent
  | EphemeralFrame
  | { t: "welcome"; last_seq: number; socket?: string }
  | { t: "resync" }
  | { t: "pong" };

export type ClientFrame =
  | { t: "hello"; since: number; all: boolean; watch: Id[]; watch_silent?: Id[] }
  | { t: "watch"; id: Id; silent?: boolean }
  | { t: "board"; on: boolean; unit_id?: Id }
  | { t: "unwatch"; id: Id }
  | { t: "all"; on: boolean }
  | { t: "typing"; id: Id; on: boolean }
  | { t: "receipts"; id: Id; delivered_seq?: number; read_seq?: number }
  | { t: "ping" };

export interface PollAnswer {
  events: ServerFrame[];
  last_seq: number;
  resync: boolean;
}
