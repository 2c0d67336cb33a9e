// Canned replies (快捷回复) of the company and the own ones.
import type { CannedReply } from "@yingda/client";
import { defineStore } from "pinia";
import { ref } from "vue";

import { api } from "../lib/api";

export const useCanned = defineStore("canned", () => {
  const items = ref<CannedReply[]>([]);

  async function load(): Promise<void> {
    items.value = (await api.cannedReplies()).items;
  }

  /** Shortcuts that start with the words come before titles and texts that hold them. */
  function search(words: string): CannedReply[] {
    const needle = words.trim().toLowerCase();
    if (!needle) return items.value.slice(0, 50);
    const rank = (reply: CannedReply): number => {
      if (reply.shortcut.toLowerCase().startsWith(needle)) return 0;
      if (reply.title.toLowerCase().includes(needle)) return 1;
      if (reply.shortcut.toLowerCase().includes(needle)) return 2;
      return reply.text.toLowerCase().includes(needle) ? 3 : 4;
    };
    return items.value
      .map((reply) => ({ reply, at: rank(reply) }))
      .filter((entry) => entry.at < 4)
      .sort((a, b) => a.at - b.at)
      .slice(0, 50)
      .map((entry) => entry.reply);
  }

  return { items, load, search };
});

/** {{customer.name}} and its like; an unknown or empty one leaves nothing behind. */
export function fillVariables(text: string, values: Record<string, string>): string {
  return text.replace(/\{\{\s*([a-z_.]+)\s*\}\}/g, (_, name: string) => values[name] ?? "");
}
