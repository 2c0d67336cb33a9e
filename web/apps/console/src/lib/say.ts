// What the console tells its user: done, or what went wrong and what can be done about it.
import { ApiError } from "@yingda/client";
import { ElMessage } from "element-plus/es/components/message/index.mjs";
import "element-plus/es/components/message/style/css";

import { hasKey, t } from "../i18n";

/** The server's message already is in the user's language; only what never reached it is worded here. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) {
    const own = `common.error.${error.reason.replaceAll(".", "_")}`;
    if (error.reason.startsWith("client.") || error.reason.startsWith("http.")) {
      return hasKey(own) ? t(own) : t("common.error.http_other", { status: error.status });
    }
    const fields = error.fields.map((field) => field.message).filter(Boolean);
    return fields.length > 0 && !fields.includes(error.message) ? `${error.message} ${fields.join(" ")}` : error.message;
  }
  return t("common.error.unexpected");
}

export function sayError(error: unknown): void {
  ElMessage({ type: "error", message: errorText(error), duration: 6000, showClose: true, grouping: true });
}

export function sayDone(key: string, args: Record<string, unknown> = {}): void {
  ElMessage({ type: "success", message: t(key, args), duration: 2500, grouping: true });
}

/** Field → message of a refused form, to show beside the inputs. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries(error.fields.map((field) => [field.field, field.message]));
}

export function sayText(type: "info" | "warning", message: string): void {
  ElMessage({ type, message, duration: 6000, showClose: true, grouping: true });
}
