// Canned replies: variables, and reading pasted lines.
import type { CannedReply } from "@yingda/client";

export const variables = ["customer.name", "agent.name", "company.name"] as const;
export const shortcutMax = 32;
export const titleMax = 80;
export const textMax = 5000;

export type LineProblem = "empty" | "shortcut" | "shortcutTwice" | "shortcutTaken" | "titleLong" | "textLong";

export interface ImportLine {
  line: number;
  shortcut: string;
  title: string;
  text: string;
  problem?: LineProblem;
}

export function shortcutProblem(shortcut: string): "required" | "signs" | "long" | undefined {
  if (!shortcut.trim()) return "required";
  if (/[\s/]/.test(shortcut.trim())) return "signs";
  return [...shortcut.trim()].length > shortcutMax ? "long" : undefined;
}

function split(line: string): string[] {
  // A spreadsheet pastes tabs; people write bars.
  const parts = line.includes("\t") ? line.split("\t") : line.split(/\s*[|｜]\s*/);
  return parts.map((part) => part.trim().replace(/^"(.*)"$/s, "$1"));
}

/**
 * One reply a line: "shortcut | title | text", "shortcut | text" or only the text. A missing shortcut becomes `prefix1`,
 * `prefix2`…; "\n" in a text is a line break. `taken`: shortcuts that exist in the place the lines go to.
 */
export function parseLines(pasted: string, taken: Iterable<string>, prefix = "r"): ImportLine[] {
  const used = new Set([...taken].map((one) => one.toLowerCase()));
  const seen = new Set<string>();
  let number = 0;
  const nextShortcut = (): string => {
    for (;;) {
      number += 1;
      const made = `${prefix}${number}`;
      if (!used.has(made) && !seen.has(made)) return made;
    }
  };
  const out: ImportLine[] = [];
  pasted.split(/\r?\n/).forEach((raw, at) => {
    if (!raw.trim()) return;
    const parts = split(raw);
    const [first = "", second = ""] = parts;
    const entry: ImportLine =
      parts.length === 1
        ? { line: at + 1, shortcut: nextShortcut(), title: "", text: first }
        : parts.length === 2
          ? { line: at + 1, shortcut: first.replace(/^\//, ""), title: "", text: second }
          : { line: at + 1, shortcut: first.replace(/^\//, ""), title: second, text: parts.slice(2).join(" | ") };
    entry.text = entry.text.replaceAll("\\n", "\n");
    entry.title ||= [...(entry.text.split("\n")[0] ?? "")].slice(0, 20).join("");
    entry.problem = problemOf(entry, used, seen);
    seen.add(entry.shortcut.toLowerCase());
    out.push(entry);
  });
  return out;
}

function problemOf(entry: ImportLine, used: Set<string>, seen: Set<string>): LineProblem | undefined {
  const key = entry.shortcut.toLowerCase();
  if (!entry.text.trim()) return "empty";
  if (shortcutProblem(entry.shortcut)) return "shortcut";
  if (seen.has(key)) return "shortcutTwice";
  if (used.has(key)) return "shortcutTaken";
  if ([...entry.title].length > titleMax) return "titleLong";
  return [...entry.text].length > textMax ? "textLong" : undefined;
}

export function matches(reply: CannedReply, words: string): boolean {
  const needle = words.trim().toLowerCase().replace(/^\//, "");
  return !needle || `${reply.shortcut}\n${reply.title}\n${reply.text}`.toLowerCase().includes(needle);
}
