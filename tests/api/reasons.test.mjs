// Every reason that the C++ sources can give has words in both languages.
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");

function* sources(folder) {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== "test") yield* sources(path);
    else if (/\.(cpp|hpp)$/.test(entry.name)) yield path;
  }
}

/** Dotted keys that stand where a reason stands: fail(Code::x, "…"), Error{Code::x, "…"}, FieldErrors, reject(…, "…"). */
function reasonsOf(text) {
  const found = new Set();
  const key = String.raw`"([a-z_]+\.[a-z0-9_.]+)"`;
  for (const pattern of [
    String.raw`(?:fail|Error)\s*[({]\s*(?:yingda::)?Code::\w+,\s*${key}`,
    String.raw`fail_fields?\(\s*(?:\{\{)?\s*[^;]*?,\s*${key}`,
    String.raw`FieldError\s*\{[^;{}]*?,\s*${key}`,
    String.raw`reject\([^;]*?,\s*${key}`,
    String.raw`push_back\(\{[^;{}]*?,\s*${key}\s*\}`,
    String.raw`Code::\w+\s*,\s*${key}`,
  ])
    for (const match of text.matchAll(new RegExp(pattern, "g"))) found.add(match[1]);
  return found;
}

test("EveryReason_InTheSources_HasBothTexts", () => {
  const catalogue = new Map();
  for (const match of readFileSync(join(ROOT, "base/src/messages.cpp"), "utf8").matchAll(/\{"([a-z_.0-9]+)",\s*"([^"]+)",\s*"([^"]+)"\}/g))
    catalogue.set(match[1], [match[2], match[3]]);
  assert.ok(catalogue.size > 80);
  for (const [reason, [zh, en]] of catalogue) {
    assert.match(zh, /[\u4e00-\u9fff]/, reason);
    assert.match(en, /^[\x20-\x7e\u2019\u2013]+$/, reason);
  }
  const missing = [];
  let seen = 0;
  for (const folder of ["base", "platform", "core", "domain", "edge", "app"]) {
    for (const path of sources(folder)) {
      if (path.startsWith("app/bench")) continue;
      for (const reason of reasonsOf(readFileSync(join(ROOT, path), "utf8"))) {
        ++seen;
        if (!catalogue.has(reason)) missing.push(`${reason} (${path})`);
      }
    }
  }
  assert.ok(seen > 150, `${seen} reasons found`);
  assert.deepEqual(missing, []);
});
