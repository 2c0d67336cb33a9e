import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";
import { createI18n } from "vue-i18n";

import en from "../src/locales/en";
import zh from "../src/locales/zh-CN";

const root = join(import.meta.dirname, "../src");

function flat(tree: object, prefix = ""): Map<string, string> {
  const keys = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const path = prefix ? `${prefix}.${key}` : key;
    if (typeof value === "string") keys.set(path, value);
    else for (const [inner, text] of flat(value as object, path)) keys.set(inner, text);
  }
  return keys;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "locales" ? [] : sources(path);
    return /\.(ts|vue)$/.test(entry.name) ? [path] : [];
  });
}

const zhKeys = flat(zh);
const enKeys = flat(en);
const areas = Object.keys(zh).join("|");
const code = sources(root).map((path) => ({ path, text: readFileSync(path, "utf8") }));

describe("locales", () => {
  it("BothCatalogues_HaveTheSameKeys", () => {
    expect([...enKeys.keys()].sort()).toEqual([...zhKeys.keys()].sort());
  });

  it("EveryText_IsFilled_AndTakesTheSameArguments", () => {
    const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
    for (const [key, text] of zhKeys) {
      expect(text.trim(), key).not.toBe("");
      expect(names(enKeys.get(key) ?? ""), key).toEqual(names(text));
    }
  });

  it("EveryText_CanBeCompiled", () => {
    // "@", "|" and braces are syntax in texts; a slip would only show when the text is first drawn.
    for (const [locale, messages] of Object.entries({ zh, en })) {
      const words = createI18n({ legacy: false, locale, messages: { [locale]: messages } } as never).global as unknown as {
        t: (key: string, args: object) => string;
      };
      for (const [key, text] of zhKeys) {
        const args = Object.fromEntries([...text.matchAll(/\{(\w+)\}/g)].map((m) => [m[1], "1"]));
        expect(() => words.t(key, args), `${locale} ${key}`).not.toThrow();
        expect(flat(messages).get(key), key).not.toMatch(/[^']@|\|/);
      }
    }
  }, 60_000);

  it("EveryKeyUsed_Exists", () => {
    const missing: string[] = [];
    for (const { path, text } of code) {
      for (const match of text.matchAll(new RegExp(`["'\`]((?:${areas})\\.[\\w.]+)["'\`]`, "g"))) {
        // A durable event has a name of the same form.
        if (match[1] !== "settings.changed" && !zhKeys.has(match[1]!)) missing.push(`${path}: ${match[1]}`);
      }
      for (const match of text.matchAll(new RegExp(`\`((?:${areas})\\.[\\w.]*)\\$\\{`, "g"))) {
        if (![...zhKeys.keys()].some((key) => key.startsWith(match[1]!))) missing.push(`${path}: ${match[1]}…`);
      }
    }
    expect(missing).toEqual([]);
  });

  it("EveryKey_IsUsed", () => {
    const all = code.map((file) => file.text).join("\n");
    const prefixes = [...all.matchAll(new RegExp(`\`((?:${areas})\\.[\\w.]*)\\$\\{`, "g"))].map((match) => match[1]!);
    const idle = [...zhKeys.keys()].filter(
      (key) => !all.includes(`"${key}"`) && !all.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
    );
    expect(idle).toEqual([]);
  });

  it("NoText_StandsInTemplates", () => {
    // Chinese words in code are either a brand or a forgotten key.
    const allowed = /应答 Yingda|中文|、|，。；、）】》|·/g;
    const found = code.flatMap(({ path, text }) =>
      text
        .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|<!--[\s\S]*?-->/g, "")
        .split("\n")
        // Texts that go to customers in both languages at once are data.
        .filter((line) => !/text\("/.test(line))
        .filter((line) => /[\u4e00-\u9fff]/.test(line.replace(allowed, "")))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });
});
