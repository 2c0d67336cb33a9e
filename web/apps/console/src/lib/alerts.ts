// Sound, desktop notification and title count: what calls an agent back to his work.
import type { DurableEvent, SyncState } from "@yingda/client";
import { onBeforeUnmount, watch } from "vue";
import { useRouter } from "vue-router";

import { currentLocale, t } from "../i18n";
import { useLive } from "../stores/live";
import { usePrefs } from "../stores/prefs";
import { useSession } from "../stores/session";
import { customerName } from "./names";
import { sayText } from "./say";

let audio: AudioContext | undefined;
const soundEveryMs = 1500;
let lastSound = 0;

/** Two soft notes, made on the spot: no file to load. */
function chime(pitch: number): void {
  const now = Date.now();
  if (now - lastSound < soundEveryMs) return;
  lastSound = now;
  audio ??= new AudioContext();
  if (audio.state === "suspended") void audio.resume();
  const start = audio.currentTime;
  for (const [i, factor] of [1, 1.5].entries()) {
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    tone.frequency.value = pitch * factor;
    tone.type = "sine";
    const at = start + i * 0.12;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.12, at + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
    tone.connect(gain).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.4);
  }
}

export async function askForNotifications(): Promise<boolean> {
  if (!("Notification" in window)) return false;
  const answer = Notification.permission === "default" ? await Notification.requestPermission() : Notification.permission;
  if (answer !== "granted") sayText("warning", t("common.desktopDenied"));
  return answer === "granted";
}

export function useAlerts(): void {
  const live = useLive();
  const prefs = usePrefs();
  const session = useSession();
  const router = useRouter();

  function notify(id: string, title: string, body: string): void {
    if (!prefs.desktop || !document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
    const note = new Notification(title, { body, tag: id, icon: "/console/favicon.svg" });
    note.onclick = () => {
      window.focus();
      void router.push(`/inbox/mine/${id}`);
      note.close();
    };
  }

  function onEvent(event: DurableEvent, before: SyncState): void {
    const me = session.me?.id;
    // Events of a replay are old news: the lists show them, nothing rings.
    if (Date.now() - event.at_ms > 60_000) return;
    if (event.type === "message.accepted") {
      const { conversation, message } = event.data;
      const mentioned = message.kind === "note" && message.author.id !== me && message.mentions.includes(me ?? "");
      const spoken = message.author.kind === "customer" && live.isMine(conversation);
      if (!spoken && !mentioned) return;
      if (prefs.sound) chime(660);
      notify(conversation.id, customerName(conversation.customer), conversation.last_preview || message.text);
    } else if (event.type === "conversation.assigned" || event.type === "conversation.transferred") {
      const { conversation, by_id } = event.data;
      const had = before.conversations[conversation.id]?.agent?.id === me;
      if (conversation.agent?.id !== me || had || by_id === me) return;
      if (prefs.sound) chime(880);
      notify(conversation.id, t("inbox.alert.assigned"), customerName(conversation.customer));
    }
  }

  const stopListening = live.listen(onEvent);
  const stopTitle = watch(
    () => [live.unread, currentLocale()] as const,
    ([unread]) => (document.title = unread > 0 ? `(${unread}) ${t("common.product")}` : t("common.product")),
    { immediate: true },
  );
  onBeforeUnmount(() => {
    stopListening();
    stopTitle();
    document.title = t("common.product");
  });
}
