// Unsent words, a conversation each, kept over reloads.
import type { Id } from "@yingda/client";
import { defineStore } from "pinia";
import { reactive } from "vue";

export type Mode = "reply" | "note" | "whisper";

export interface Draft {
  text: string;
  mode: Mode;
}

const keptAs = "yd.drafts";
/** Old drafts fall away first. */
const draftsMax = 100;

function read(): [Id, Draft][] {
  try {
    return JSON.parse(sessionStorage.getItem(keptAs) ?? "[]") as [Id, Draft][];
  } catch {
    return [];
  }
}

export const useDrafts = defineStore("drafts", () => {
  const items = reactive(new Map<Id, Draft>(read()));

  function set(id: Id, draft: Draft): void {
    items.delete(id);
    if (draft.text.trim()) items.set(id, draft);
    const kept = [...items].slice(-draftsMax);
    sessionStorage.setItem(keptAs, JSON.stringify(kept));
  }

  return { items, set, get: (id: Id) => items.get(id) };
});
