// Reason codes of busy and away (小休原因码), as the company set them.
import type { AgentState, ReasonCode } from "@yingda/client";
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { currentLocale } from "../i18n";
import { api } from "../lib/api";

export const useReasons = defineStore("reasons", () => {
  const items = ref<ReasonCode[]>([]);

  async function load(): Promise<void> {
    items.value = (await api.reasonCodes()).items;
  }

  const byCode = computed(() => new Map(items.value.map((item) => [item.code, item])));

  /** The words of a code in the user's language; a code that was deleted since shows itself. */
  function text(code: string): string {
    const item = byCode.value.get(code);
    if (!item) return code;
    return (currentLocale() === "en" ? item.en : item.zh_CN) || item.zh_CN || item.en || code;
  }

  function of(state: AgentState): ReasonCode[] {
    return items.value.filter((item) => item.enabled && item.state === state);
  }

  return { items, load, text, of };
});
