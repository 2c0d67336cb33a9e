// Milliseconds as people write them.
export type TimeUnit = "s" | "min" | "h";
export const unitMs: Record<TimeUnit, number> = { s: 1000, min: 60_000, h: 3_600_000 };

/** The largest unit that gives a whole number. */
export function split(ms: number): { number: number; unit: TimeUnit } {
  for (const unit of ["h", "min"] as const) {
    if (ms > 0 && ms % unitMs[unit] === 0) return { number: ms / unitMs[unit], unit };
  }
  return { number: Math.round(ms / 1000), unit: "s" };
}
