// Languages of the console. A catalogue is loaded when its language is first used.
import type { Locale } from "@yingda/client";
import { createI18n } from "vue-i18n";

/** The part of vue-i18n's composer that is used outside components; its own type depends on the catalogues' text. */
interface Words {
  locale: { value: string };
  t: (key: string, args: Record<string, unknown>) => string;
  te: (key: string) => boolean;
  setLocaleMessage: (locale: string, messages: object) => void;
}

export const i18n = createI18n({
  legacy: false,
  locale: "zh_CN",
  messages: {},
  missingWarn: false,
  fallbackWarn: false,
});
const words = i18n.global as unknown as Words;

const catalogues: Record<Locale, () => Promise<{ default: object }>> = {
  zh_CN: () => import("./locales/zh-CN"),
  en: () => import("./locales/en"),
};
const loaded = new Set<Locale>();

export async function setLocale(locale: Locale): Promise<void> {
  if (!loaded.has(locale)) {
    words.setLocaleMessage(locale, (await catalogues[locale]()).default);
    loaded.add(locale);
  }
  words.locale.value = locale;
  document.documentElement.lang = locale === "en" ? "en" : "zh-CN";
}

export function currentLocale(): Locale {
  return words.locale.value === "en" ? "en" : "zh_CN";
}

/** For code outside components. */
export function t(key: string, args: Record<string, unknown> = {}): string {
  return words.t(key, args);
}

export function hasKey(key: string): boolean {
  return words.te(key);
}
