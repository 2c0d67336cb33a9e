// Moments as people say them: today's by the clock, tomorrow's by name, others by date; in the visitor's own time zone.
import { chat } from "./room";
import { say } from "./more_texts";

export function whenShort(at: number): string {
  const locale = chat.boot.lang === "zh" ? "zh-CN" : "en";
  const day = new Date().setHours(0, 0, 0, 0);
  const of = new Date(at).setHours(0, 0, 0, 0);
  const time = new Date(at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  const days = Math.round((of - day) / 86400000);
  if (days === 0) return say("todayAt", { time });
  if (days === 1) return say("tomorrowAt", { time });
  return new Date(at).toLocaleString(locale, { month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit" });
}
