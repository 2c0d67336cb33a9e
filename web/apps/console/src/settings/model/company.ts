// Choices of the company's settings.

const minute = 60_000;
/** Recall windows worth choosing; 0 switches recalling off. The server allows up to a day. */
export const windows = [0, 30_000, minute, 2 * minute, 5 * minute, 10 * minute, 30 * minute, 60 * minute, 24 * 60 * minute];

const near = [
  "Asia/Shanghai",
  "Asia/Urumqi",
  "Asia/Hong_Kong",
  "Asia/Macau",
  "Asia/Taipei",
  "Asia/Singapore",
  "Asia/Tokyo",
  "Asia/Seoul",
  "UTC",
];

/** Every zone this browser knows, the likely ones first; the current one is always among them. */
export function timeZones(current: string): string[] {
  const all = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
  return [...new Set([...near, ...all, ...(current ? [current] : [])])];
}

/** "14:05" there; empty for a zone this browser does not know. */
export function clockIn(zone: string, now: number, locale: string): string {
  if (!zone) return "";
  try {
    return new Intl.DateTimeFormat(locale === "en" ? "en" : "zh-CN", {
      timeZone: zone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    }).format(now);
  } catch {
    return "";
  }
}
