// The audit log as people look for things in it.
import type { AuditRecord, Id } from "@yingda/client";

export interface AuditFilter {
  words: string;
  area: string;
  actor: Id | "";
  from?: number;
  to?: number;
}

/** "user.created" belongs to "user". */
export function areaOf(record: AuditRecord): string {
  return record.action.split(".")[0] ?? "";
}

/** The name the changed thing has or had, as the record knows it. */
export function nameOf(record: AuditRecord): string {
  for (const side of [record.after, record.before]) {
    for (const key of ["name", "title", "login", "shortcut"]) {
      const value = side?.[key];
      if (typeof value === "string" && value) return value;
    }
  }
  return "";
}

export function passes(record: AuditRecord, filter: AuditFilter): boolean {
  if (filter.area && areaOf(record) !== filter.area) return false;
  if (filter.actor && record.actor_id !== filter.actor) return false;
  if (filter.from !== undefined && record.at_ms < filter.from) return false;
  if (filter.to !== undefined && record.at_ms >= filter.to) return false;
  const needle = filter.words.trim().toLowerCase();
  if (!needle) return true;
  const hay = [record.actor_name, record.action, record.object, record.address, nameOf(record), JSON.stringify(record.before ?? ""), JSON.stringify(record.after ?? "")];
  return hay.join("\n").toLowerCase().includes(needle);
}
