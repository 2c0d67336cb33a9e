// What the service says of itself; and whether somebody is here, asked again while the window stands open and nobody has the conversation.
import { chat } from "./room";

const kAgainMs = 60000;

export interface Service {
  online: boolean;
  hours?: { lines: { days: string; times: string }[]; time_zone: string; always: boolean; holidays: boolean; open_now: boolean; closes_at_ms?: number; next_open_at_ms?: number };
  promises: { remind_ms: number; close_ms: number };
  limits: { file_bytes: number; text_code_points: number };
  rating: boolean;
}

/** Rejects when the server cannot be asked. */
export async function askService(): Promise<Service> {
  const { base, key, lang } = chat.boot;
  const answer = await fetch(`${base}/api/v1/webchat/${encodeURIComponent(key)}/info?lang=${lang === "zh" ? "zh-CN" : "en"}`, { credentials: "omit" });
  if (!answer.ok) throw new Error(String(answer.status));
  const service = (await answer.json()) as Service;
  chat.knownAt = Date.now();
  chat.online = service.online;
  if (chat.session) chat.session.next_open_at_ms = service.hours?.open_now ? undefined : service.hours?.next_open_at_ms;
  chat.changed();
  return service;
}

export function refresh(): void {
  const stale = chat.session && Date.now() - chat.knownAt >= kAgainMs;
  if (stale && chat.opened && chat.up && !document.hidden && chat.conversation?.state !== "assigned") void askService().catch(() => undefined);
}

export function keepFresh(): void {
  setInterval(refresh, kAgainMs / 4);
  document.addEventListener("visibilitychange", refresh);
}
