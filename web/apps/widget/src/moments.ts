// Moments and waits as people say them, in the visitor's own time zone.
import { chat } from "./room";
import { say } from "./more_texts";

/** Today's by the clock, tomorrow's by name, others by date. */
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

const kMinute = 60000;

/** A wait in words: minutes up to ten, then steps of five, never seconds; nothing when nobody knows. */
export function waitWords(ms: number | undefined): string {
  if (ms === undefined) return say("estimating");
  const minutes = Math.ceil(ms / kMinute);
  if (minutes <= 1) return say("soon");
  if (minutes > 60) return say("overAnHour");
  return say("about", { n: minutes <= 10 ? minutes : Math.ceil(minutes / 5) * 5 });
}
