// Wire shapes of docs/protocol.md section 4, as far as the widget reads them.
export type LocalText = { zh_CN: string; en: string };
export interface Look {
  color: string; side: "right" | "left"; launcher: "bubble" | "bar" | "none"; launcher_text: LocalText; title: LocalText;
  subtitle: LocalText; greeting: LocalText; auto_open_s: number; avatar_url: string; offset_x: number; offset_y: number;
  dark: "auto" | "light" | "dark"; sound: boolean;
}
export interface Config { widget: { name: string; typing_preview: boolean; languages?: string[]; look: Look }; online: boolean; menu?: Menu }
export interface FileInfo {
  id: string; name: string; content_type: string; bytes: number; width: number; height: number; duration_ms: number;
  thumbnail: boolean; url?: string; thumbnail_url?: string;
}
export interface Message {
  id: string; seq: number; author: { kind: "customer" | "agent" | "bot" | "system"; id: string; name: string };
  kind: "text" | "image" | "file" | "video" | "voice" | "system"; text: string; file?: FileInfo;
  quote?: { id: string; author_name: string; preview: string };
  system?: { key: string; args?: Record<string, string>; internal: boolean };
  client_msg_id: string; automatic: boolean; created_at_ms: number; recalled_at_ms?: number;
}
export interface Receipts { customer_delivered_seq: number; customer_read_seq: number; agent_delivered_seq: number; agent_read_seq: number }
export interface Conversation {
  id: string; state: "queued" | "assigned" | "promised" | "closed"; agent?: { id: string; name: string };
  episode_number: number; last_seq: number; receipts: Receipts; queue_position?: number; estimated_wait_ms?: number; promised_at_ms?: number; version: number;
}
export interface Session {
  visitor_token: string; customer: { id: string; name: string; label: string }; conversation?: Conversation; messages: Message[];
  last_seq: number; typing_preview: boolean; online: boolean; file_limit_bytes: number;
  recall_window_ms: number; has_contact: boolean; invitation?: Invitation; next_open_at_ms?: number;
}
/** What we ask once an agent has ended the service. */
export interface Invitation {
  episode_id: string; state: "asked" | "solved" | "unsolved" | "rated" | "expired"; scale: "stars" | "thumbs";
  reasons: { key: string; zh_CN: string; en: string; low_only: boolean }[]; low_score_max: number; invited_at_ms: number; ask_words: boolean; solved?: boolean; score?: number;
  reason_keys: string[]; words: string; editable_until_ms?: number;
}
/** What the visitor answers; absent parts stay as they are. */
export interface Verdict { solved?: boolean; score?: number; reason_keys?: string[]; words?: string }
export interface MenuItem { id: string; label: LocalText; topic?: string; answer?: LocalText; items: MenuItem[] }
export interface Menu { prompt: LocalText; items: MenuItem[] }
export interface Identity {
  external_id: string; signature: string; name?: string; email?: string; phone?: string; level?: string; attributes?: Record<string, string>;
}
/** A message of this browser that the server has not acknowledged yet. */
export interface Outgoing {
  client_msg_id: string; kind: Message["kind"]; text: string; file?: FileInfo; quote?: Message["quote"]; at: number; topic?: string;
  failed?: string; progress?: number;
}
export type Frame = { t: string } & Record<string, unknown>;
export interface Boot { base: string; key: string; lang: "zh" | "en"; config: Config; more: string }
