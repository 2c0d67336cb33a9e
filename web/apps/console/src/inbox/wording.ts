// Words for what the server tells as keys, and for message kinds that have no text.
import type { Message, Outgoing, SystemEvent } from "@yingda/client";

import { hasKey, t } from "../i18n";

/** A system event in the user's language; an event this console does not know yet shows its key rather than nothing. */
export function systemText(event: SystemEvent): string {
  const base = `inbox.system.${event.key.replaceAll(".", "_")}`;
  const { agent, team } = event.args;
  if (team && hasKey(`${base}_team`)) return t(`${base}_team`, event.args);
  if (agent && hasKey(`${base}_agent`)) return t(`${base}_agent`, event.args);
  if (!agent && !team && hasKey(`${base}_plain`)) return t(`${base}_plain`);
  return hasKey(base) ? t(base, event.args) : event.key;
}

export function reasonText(reason: string): string {
  const key = `inbox.reason.${reason.replaceAll(".", "_")}`;
  return hasKey(key) ? t(key) : "";
}

/** One line for a quote or an announcement. */
export function shortText(message: Pick<Message, "kind" | "text" | "file" | "system">): string {
  if (message.kind === "system") return message.system ? systemText(message.system) : "";
  if (message.text) return message.text;
  const word = { image: "inbox.thread.image", video: "inbox.thread.video", voice: "inbox.thread.voice" }[message.kind as string];
  if (word) return `[${t(word)}]`;
  return message.file ? `[${t("inbox.thread.file")}] ${message.file.name}` : "";
}

export function kindOf(contentType: string): "image" | "video" | "voice" | "file" {
  if (/^image\/(png|jpeg|gif|webp)$/.test(contentType)) return "image";
  if (contentType.startsWith("video/")) return "video";
  if (contentType.startsWith("audio/")) return "voice";
  return "file";
}

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export type Delivery = "waiting" | "sending" | "failed" | "sent" | "delivered" | "read";

export function outgoingDelivery(item: Outgoing, online: boolean): Delivery {
  if (item.state === "failed") return "failed";
  return online ? "sending" : "waiting";
}
