// Plain values: copying, comparing, reading by path.

export function clone<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}

/** Equal by content; absent, undefined and null are the same, the order of an object's keys does not count. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || a === undefined) return b === null || b === undefined;
  if (b === null || b === undefined || typeof a !== "object" || typeof b !== "object") return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => same(left[key], right[key]));
}

/** The value at "look.title.zh_CN" or "allowed_origins[2]"; undefined when there is none. */
export function at(value: unknown, path: string): unknown {
  let now = value;
  for (const part of path.split(/[.[\]]+/).filter(Boolean)) {
    if (now === null || typeof now !== "object") return undefined;
    now = (now as Record<string, unknown>)[part];
  }
  return now;
}
