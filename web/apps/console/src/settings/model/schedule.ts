// Working hours as the editor handles them. Minutes count from midnight of the day a span belongs to.
export interface Span {
  from_minute: number;
  until_minute: number;
}
export interface DayHours {
  weekday: number;
  spans: Span[];
}
export interface Season {
  name: string;
  from: string;
  until: string;
  week: DayHours[];
}
export interface SpecialDay {
  date: string;
  name: string;
  spans: Span[];
}
export interface Schedule {
  time_zone: string;
  chinese_holidays: boolean;
  week: DayHours[];
  seasons: Season[];
  special_days: SpecialDay[];
}
export interface PlannedDay {
  date: string;
  source: "week" | "season" | "holiday" | "working_weekend" | "special";
  name: string;
  holiday_zh_CN: string;
  holiday_en: string;
  spans: Span[];
}
export interface DayPlan {
  days: PlannedDay[];
  known_until: string;
}

export const dayMinutes = 1440;
export const spansMax = 8;
export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;

export function officeHours(time_zone: string): Schedule {
  return {
    time_zone,
    chinese_holidays: time_zone === "Asia/Shanghai",
    week: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, spans: [{ from_minute: 540, until_minute: 1080 }] })),
    seasons: [],
    special_days: [],
  };
}

export function spansOf(week: DayHours[], weekday: number): Span[] {
  return week.find((day) => day.weekday === weekday)?.spans ?? [];
}

/** The week with a day's spans replaced, in order of days and of time; a day without spans is not named. */
export function withDay(week: DayHours[], weekday: number, spans: Span[]): DayHours[] {
  const rest = week.filter((day) => day.weekday !== weekday && day.spans.length > 0);
  const own = spans.length ? [{ weekday, spans: [...spans].sort((a, b) => a.from_minute - b.from_minute) }] : [];
  return [...rest, ...own].sort((a, b) => a.weekday - b.weekday);
}

/** "9", "9:30", "0930", "24:00" → minutes; undefined when it is no time of day. */
export function parseClock(text: string): number | undefined {
  const found = /^\s*(\d{1,2})(?:\s*[:：.]?\s*(\d{2}))?\s*$/.exec(text);
  if (!found) return undefined;
  const minutes = Number(found[1]) * 60 + Number(found[2] ?? 0);
  return Number(found[2] ?? 0) < 60 && minutes <= dayMinutes ? minutes : undefined;
}

/** 1800 → "06:00" (of the next day). */
export function clockText(minute: number): string {
  const of = minute > dayMinutes ? minute - dayMinutes : minute;
  return `${String(Math.floor(of / 60)).padStart(2, "0")}:${String(of % 60).padStart(2, "0")}`;
}

/** A span from two times of day: an end that is not after the beginning is on the next day. */
export function spanFrom(from: number, until: number): Span {
  const begin = from % dayMinutes;
  return { from_minute: begin, until_minute: until > begin ? until : until + dayMinutes };
}

/** A place for one more span: the longest free time of the day's second half first, an hour at least. */
export function nextSpan(spans: Span[]): Span | undefined {
  if (spans.length >= spansMax) return undefined;
  if (spans.length === 0) return { from_minute: 540, until_minute: 1080 };
  const sorted = [...spans].sort((a, b) => a.from_minute - b.from_minute);
  const last = sorted[sorted.length - 1]!;
  if (last.until_minute + 60 <= dayMinutes) {
    const from = Math.min(last.until_minute + 60, dayMinutes - 60);
    return { from_minute: from, until_minute: Math.min(from + 180, dayMinutes) };
  }
  const first = sorted[0]!;
  return first.from_minute >= 60 ? { from_minute: Math.max(0, first.from_minute - 180), until_minute: first.from_minute } : undefined;
}

/** Spans that overlap another of the same day, by index. */
export function overlapping(spans: Span[]): Set<number> {
  const bad = new Set<number>();
  spans.forEach((a, i) =>
    spans.forEach((b, j) => {
      if (i < j && a.from_minute < b.until_minute && b.from_minute < a.until_minute) bad.add(i).add(j);
    }),
  );
  return bad;
}

/** The parts of a day that are open, as shares of 24 hours; what began the day before counts. */
export function barsOf(today: Span[], yesterday: Span[]): { from: number; until: number; carried: boolean }[] {
  const part = (from: number, until: number, carried: boolean) => ({ from: from / dayMinutes, until: Math.min(until, dayMinutes) / dayMinutes, carried });
  return [
    ...yesterday.filter((one) => one.until_minute > dayMinutes).map((one) => part(0, one.until_minute - dayMinutes, true)),
    ...today.map((one) => part(one.from_minute, one.until_minute, false)),
  ];
}

export function openMinutes(spans: Span[]): number {
  return spans.reduce((sum, one) => sum + one.until_minute - one.from_minute, 0);
}

/** Days of one kind that stand together, for a list people can read. */
export interface Stretch {
  from: string;
  until: string;
  days: number;
  open: boolean;
  name: string;
}

/** Holidays, working weekends and own days among the planned ones, neighbours of one name joined. */
export function stretches(days: PlannedDay[], locale: "zh_CN" | "en"): Stretch[] {
  const out: Stretch[] = [];
  let before = -2;
  days.forEach((day, i) => {
    if (day.source !== "holiday" && day.source !== "working_weekend" && day.source !== "special") return;
    const holiday = locale === "en" ? day.holiday_en : day.holiday_zh_CN;
    const name = (day.source === "special" && day.name) || holiday;
    const open = day.spans.length > 0;
    const last = out[out.length - 1];
    if (last && before === i - 1 && last.name === name && last.open === open) {
      last.until = day.date;
      last.days += 1;
    } else out.push({ from: day.date, until: day.date, days: 1, open, name });
    before = i;
  });
  return out;
}
