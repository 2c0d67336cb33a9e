// Times as people read them.
import type { Ms } from "@yingda/client";
import { onScopeDispose, ref, type Ref } from "vue";

import { currentLocale, t } from "../i18n";

function tag(): string {
  return currentLocale() === "en" ? "en" : "zh-CN";
}

export function clock(ms: Ms): string {
  return new Intl.DateTimeFormat(tag(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ms);
}

export function dateTime(ms: Ms): string {
  return new Intl.DateTimeFormat(tag(), {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(ms);
}

function startOfDay(ms: Ms): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

export function sameDay(a: Ms, b: Ms): boolean {
  return startOfDay(a) === startOfDay(b);
}

export function dayLabel(ms: Ms, now: Ms): string {
  const days = Math.round((startOfDay(now) - startOfDay(ms)) / 86_400_000);
  if (days === 0) return t("common.today");
  if (days === 1) return t("common.yesterday");
  const year = new Date(ms).getFullYear() === new Date(now).getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(tag(), { year, month: "long", day: "numeric", weekday: "short" }).format(ms);
}

/** "14:05" today, "昨天", or the date. */
export function listTime(ms: Ms, now: Ms): string {
  const days = Math.round((startOfDay(now) - startOfDay(ms)) / 86_400_000);
  if (days === 0) return clock(ms);
  if (days === 1) return t("common.yesterday");
  return new Intl.DateTimeFormat(tag(), { month: "numeric", day: "numeric" }).format(ms);
}

/** A wait: "45 秒", "12 分钟", "3 小时", "2 天". */
export function span(ms: Ms): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return t("common.span.seconds", { n: s });
  if (s < 3600) return t("common.span.minutes", { n: Math.floor(s / 60) });
  if (s < 86_400) return t("common.span.hours", { n: Math.floor(s / 3600) });
  return t("common.span.days", { n: Math.floor(s / 86_400) });
}

interface Ticker {
  now: Ref<number>;
  users: number;
  timer: ReturnType<typeof setInterval>;
}
const tickers = new Map<number, Ticker>();

/** Now, refreshed every second or slower; all users of one period share one timer, which ends with the last of them. */
export function useNow(everyMs = 1000): Ref<number> {
  let ticker = tickers.get(everyMs);
  if (!ticker) {
    const now = ref(Date.now());
    ticker = { now, users: 0, timer: setInterval(() => (now.value = Date.now()), everyMs) };
    tickers.set(everyMs, ticker);
  }
  const mine = ticker;
  mine.users += 1;
  onScopeDispose(() => {
    mine.users -= 1;
    if (mine.users > 0) return;
    clearInterval(mine.timer);
    tickers.delete(everyMs);
  });
  return mine.now;
}
