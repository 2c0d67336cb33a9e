// The one API client of the console. The session store fills the token in.
import { createApi, Http } from "@yingda/client";

import { currentLocale } from "../i18n";

let csrfToken = "";
let onUnauthenticated = () => {};

export function setCsrf(token: string): void {
  csrfToken = token;
}

export function whenUnauthenticated(run: () => void): void {
  onUnauthenticated = run;
}

export const http = new Http({
  base: "/api/v1",
  csrf: () => csrfToken,
  language: () => (currentLocale() === "en" ? "en" : "zh-CN"),
  onUnauthenticated: () => onUnauthenticated(),
});

export const api = createApi(http);

export function socketUrl(): string {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/api/v1/socket`;
}
