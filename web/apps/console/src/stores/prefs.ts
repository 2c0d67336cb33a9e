// What this browser remembers: language, theme, sound, notifications, list order.
import type { Locale } from "@yingda/client";
import { defineStore } from "pinia";
import { computed, ref, watch } from "vue";

import { setLocale } from "../i18n";

export type Theme = "auto" | "light" | "dark";

interface Kept {
  locale: Locale;
  theme: Theme;
  sound: boolean;
  desktop: boolean;
  order: "latest" | "waiting";
  card: boolean;
}

const keptAs = "yd.prefs";

function read(): Kept {
  const locale: Locale = navigator.language.toLowerCase().startsWith("zh") ? "zh_CN" : "en";
  const base: Kept = { locale, theme: "auto", sound: true, desktop: false, order: "latest", card: true };
  try {
    return { ...base, ...(JSON.parse(localStorage.getItem(keptAs) ?? "{}") as Partial<Kept>) };
  } catch {
    return base;
  }
}

export const usePrefs = defineStore("prefs", () => {
  const kept = ref<Kept>(read());
  const systemDark = ref(matchMedia("(prefers-color-scheme: dark)").matches);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => (systemDark.value = event.matches));

  const dark = computed(() => kept.value.theme === "dark" || (kept.value.theme === "auto" && systemDark.value));
  watch(dark, (on) => document.documentElement.classList.toggle("dark", on), { immediate: true });
  watch(kept, (value) => localStorage.setItem(keptAs, JSON.stringify(value)), { deep: true });

  function field<K extends keyof Kept>(key: K) {
    return computed<Kept[K]>({ get: () => kept.value[key], set: (value) => (kept.value[key] = value) });
  }
  const locale = field("locale");
  watch(locale, (value) => void setLocale(value));

  return {
    locale,
    theme: field("theme"),
    sound: field("sound"),
    desktop: field("desktop"),
    order: field("order"),
    card: field("card"),
    dark,
  };
});
