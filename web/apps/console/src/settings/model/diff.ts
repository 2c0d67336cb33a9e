// What an administrative change changed, leaf by leaf.
import { same } from "./values";

export interface Difference {
  /** "look.color" */
  path: string;
  kind: "added" | "removed" | "changed";
  before?: unknown;
  after?: unknown;
}

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain => typeof value === "object" && value !== null && !Array.isArray(value);
const isNothing = (value: unknown) => value === undefined || value === null || value === "";

/** Says nothing about a record's own id and times of writing. */
const unspoken = new Set(["id", "updated_at_ms", "created_at_ms", "version"]);

export function differences(before: unknown, after: unknown, path = ""): Difference[] {
  const left = isPlain(before) ? before : {};
  const right = isPlain(after) ? after : {};
  const out: Difference[] = [];
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (!path && unspoken.has(key)) continue;
    const a = left[key];
    const b = right[key];
    const here = path ? `${path}.${key}` : key;
    if (isPlain(a) || isPlain(b)) out.push(...differences(a, b, here));
    else if (same(a, b) || (isNothing(a) && isNothing(b))) continue;
    else if (isNothing(a)) out.push({ path: here, kind: "added", after: b });
    else if (isNothing(b)) out.push({ path: here, kind: "removed", before: a });
    else out.push({ path: here, kind: "changed", before: a, after: b });
  }
  return out;
}
