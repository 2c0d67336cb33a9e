// Sound, desktop notification and title count: what calls an agent back to his work.
import type { Conversation, ConversationEventData, DurableEvent, OfferEnded, SyncState } from "@yingda/client";
import { onBeforeUnmount, watch } from "vue";
import { useRouter } from "vue-router";

import { currentLocale, t } from "../i18n";
import { useLive } from "../stores/live";
import { usePrefs } from "../stores/prefs";
import { useDirectory } from "../stores/directory";
import { useSession } from "../stores/session";
import { alarmText } from "../supervision/wording";
import { customerName } from "./names";
import { sayDone, sayText } from "./say";
import { span } from "./time";

let audio: AudioContext | undefined;
const soundEveryMs = 1500;
const ringEveryMs = 3500;
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
  const directory = useDirectory();

  /** While an offer rings the sound comes again: somebody waits for a yes. */
  function ring(offer: string): void {
    if (!live.offersToMe.some((one) => one.id === offer)) return;
    if (prefs.sound) chime(784);
    setTimeout(() => ring(offer), ringEveryMs);
  }

  function notify(id: string, title: string, body: string, path = `/inbox/mine/${id}`): void {
    if (!prefs.desktop || !document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
    const note = new Notification(title, { body, tag: id, icon: "/console/favicon.svg" });
    note.onclick = () => {
      window.focus();
      void router.push(path);
      note.close();
    };
  }

  /** A colleague asks me in (求助, 共同接待): that begins at once, so it is told like work of mine. */
  function tellInvited({ conversation, by_id, by_name }: ConversationEventData, before: SyncState): void {
    const me = session.me?.id ?? "";
    const inside = (c: Conversation | undefined) => c?.participants.some((p) => p.id === me) ?? false;
    if (by_id === me || !inside(conversation) || inside(before.conversations[conversation.id])) return;
    if (prefs.sound) chime(880);
    const text = t("inbox.alert.consulted", { name: by_name || (conversation.agent?.name ?? "") });
    sayText("info", text);
    notify(conversation.id, text, customerName(conversation.customer));
  }

  /** What became of my transfer that needed a yes. */
  function tellOutcome(ended: OfferEnded): void {
    const name = live.state.agents[ended.by_id ?? ended.agent_ids[0] ?? ""]?.name ?? "";
    if (ended.outcome === "accepted") sayDone("inbox.offer.outcome.accepted", { name });
    else if (ended.outcome !== "withdrawn") sayText("warning", t(`inbox.offer.outcome.${ended.outcome}`, { name }));
  }

  function onEvent(event: DurableEvent, before: SyncState): void {
    const me = session.me?.id;
    // Events of a replay are old news: the lists show them, nothing rings.
    if (Date.now() - event.at_ms > 60_000) return;
    if (event.type === "message.accepted") {
      const { conversation, message } = event.data;
      const mentioned = message.kind === "note" && message.author.id !== me && message.mentions.includes(me ?? "");
      const spoken = message.author.kind === "customer" && live.isMine(conversation);
      const whispered = message.kind === "whisper" && message.author.id !== me && conversation.agent?.id === me;
      if (!spoken && !mentioned && !whispered) return;
      if (prefs.sound) chime(660);
      const title = whispered ? t("inbox.alert.whisper") : customerName(conversation.customer);
      notify(conversation.id, title, whispered ? message.text : conversation.last_preview || message.text);
    } else if (event.type === "conversation.assigned" || event.type === "conversation.transferred") {
      const { conversation, by_id } = event.data;
      const had = before.conversations[conversation.id]?.agent?.id === me;
      if (conversation.agent?.id !== me || had || by_id === me) return;
      if (prefs.sound) chime(880);
      notify(conversation.id, t("inbox.alert.assigned"), customerName(conversation.customer));
    } else if (event.type === "conversation.changed") {
      tellInvited(event.data, before);
    } else if (event.type === "routing.offered" && event.data.agent_ids.includes(me ?? "")) {
      ring(event.data.id);
      notify(event.data.id, t(`inbox.offer.title.${event.data.kind}`), customerName(event.data.conversation.customer), router.currentRoute.value.fullPath);
    } else if (event.type === "routing.offer_ended" && event.data.from_id === me && event.data.by_id !== me) {
      tellOutcome(event.data);
    } else if (event.type === "routing.agent_warned" && event.data.conversation.agent?.id === me) {
      const { conversation } = event.data;
      if (prefs.sound) chime(523);
      sayText("warning", t("inbox.alert.silent", { customer: customerName(conversation.customer), span: span(event.data.waited_ms) }));
      notify(conversation.id, t("inbox.alert.silentTitle"), customerName(conversation.customer));
    } else if (event.type === "alarm.raised" && session.may("conversation_supervise")) {
      const text = alarmText(event.data, directory.teamName(event.data.team_id));
      if (prefs.sound) chime(440);
      notify(event.data.id, t("supervision.alarm.title"), text, "/supervision");
      if (!router.currentRoute.value.path.startsWith("/supervision")) sayText("warning", text);
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
