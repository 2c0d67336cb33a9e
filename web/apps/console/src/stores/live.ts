// The living copy of the inbox: snapshots, the event chain, what is typed and who looks, messages on their way.
import {
  type Accepted,
  type AgentStatus,
  type Alarm,
  applyAgents,
  applyAlarm,
  applyAlarms,
  applyConversations,
  applyCustomer,
  applyDetail,
  applyEvent,
  applyInvitations,
  applyMessage,
  applyMessages,
  applyOffers,
  type Board,
  type Box,
  type Conversation,
  type Customer,
  type DurableEvent,
  emptyState,
  endOffer,
  type Episode,
  type EphemeralFrame,
  type Id,
  type Invitation,
  type Message,
  Outbox,
  type Outgoing,
  type PageView,
  type PresenceAgent,
  type SocketLike,
  SyncEngine,
  type SyncState,
  type SyncStatus,
} from "@yingda/client";
import { defineStore } from "pinia";
import { computed, reactive, ref, shallowRef } from "vue";

import { api, socketUrl } from "../lib/api";
import { ServerClock } from "../lib/clock";
import { outboxKeeper } from "../lib/keeper";
import { useSession } from "./session";

interface Typing {
  name: string;
  preview: string;
  until: number;
}

/** What a conversation carries besides the synced state; refreshed whenever it is opened. */
interface Aside {
  pages: PageView[];
  episodes: Episode[];
  online: boolean | undefined;
  noOlder: boolean;
}

interface BoxList {
  next: string;
  loaded: boolean;
  loading: boolean;
  failed: boolean;
  /** Only box "all": what the server listed, plus what events have brought since. */
  ids: Set<Id>;
}

const typingLastsMs = 7_000;
/** Messages fetched at once when some are missing. */
const fillMax = 200;
const silentAskEveryMs = 3_000;
/** The server says when an offer ends; this much later it is taken for lost. */
const offerGraceMs = 3_000;

export type LiveListener = (event: DurableEvent, before: SyncState) => void;

export const useLive = defineStore("live", () => {
  const session = useSession();
  const state = shallowRef<SyncState>(emptyState);
  const status = ref<SyncStatus>("idle");
  const transport = ref<"socket" | "poll">("socket");
  const endedCode = ref(0);
  const outgoing = shallowRef<readonly Outgoing[]>([]);
  const typing = reactive(new Map<Id, { customer?: Typing; agents: Map<Id, Typing> }>());
  const presence = reactive(new Map<Id, PresenceAgent[]>());
  const asides = reactive(new Map<Id, Aside>());
  const boxes = reactive<Record<Box, BoxList>>({ mine: newList(), queue: newList(), all: newList() });
  const allFilter = ref<{ closed: boolean; team_id?: Id }>({ closed: false });
  const listeners = new Set<LiveListener>();
  const open = new Set<Id>();
  const watching = new Set<Id>();
  const silent = new Set<Id>();
  let silentTimer: ReturnType<typeof setInterval> | undefined;
  const clock = new ServerClock();
  let boardTaker: (board: Board) => void = () => {};
  let outbox: Outbox | undefined;

  function newList(): BoxList {
    return { next: "", loaded: false, loading: false, failed: false, ids: new Set() };
  }

  const engine = new SyncEngine({
    openSocket: () => new WebSocket(socketUrl()) as unknown as SocketLike,
    poll: (query, signal) => api.events(query, signal),
    sendFrames: (frames) => api.frames(frames),
    onEvent,
    onEphemeral,
    onResync: loadAll,
    onStatus: (value, by) => {
      const recovered = value === "live" && status.value !== "live";
      status.value = value;
      transport.value = by;
      if (!recovered) return;
      outbox?.flush();
      for (const conversation of mine.value) tellDelivered(conversation);
    },
    onEnded: (code) => {
      endedCode.value = code;
      if (code === 4001) session.forget();
    },
  });

  function onEvent(event: DurableEvent): void {
    const before = state.value;
    // What is replayed after an outage is old and says nothing about the clocks.
    if (status.value === "live") clock.observe(event.at_ms, Date.now());
    state.value = applyEvent(before, event);
    if (event.type === "message.accepted") {
      outbox?.settle(event.data.message.client_msg_id);
      if (event.data.message.author.kind === "customer") forgetTyping(event.data.conversation.id);
    }
    if ("conversation" in event.data) {
      const conversation = event.data.conversation;
      boxes.all.ids.add(conversation.id);
      if (state.value.threads[conversation.id]?.gap) void fillGap(conversation.id);
      tellDelivered(conversation);
    }
    if (/^conversation\.(opened|closed|reopened)$/.test(event.type)) refreshEpisodes(event);
    if (event.type === "routing.offered") forgetOfferAt(event.data.id, event.data.until_at_ms);
    for (const listener of listeners) listener(event, before);
  }

  /** The customer sees his message delivered once it is on the screens of the one who serves him. */
  function tellDelivered(conversation: Conversation): void {
    if (conversation.agent?.id !== session.me?.id || conversation.last_author !== "customer") return;
    if (conversation.receipts.agent_delivered_seq >= conversation.last_seq) return;
    engine.frame({ t: "receipts", id: conversation.id, delivered_seq: conversation.last_seq });
  }

  /** The card's service history is no part of the events: an open card asks for it when an episode begins or ends. */
  function refreshEpisodes(event: DurableEvent): void {
    if (!("conversation" in event.data) || !open.has(event.data.conversation.id)) return;
    loadDetail(event.data.conversation.id).catch(() => undefined);
  }

  function onEphemeral(frame: EphemeralFrame): void {
    switch (frame.t) {
      case "typing":
        onTyping(frame);
        return;
      case "presence":
        presence.set(frame.id, frame.agents);
        onWatching(frame.id);
        return;
      case "agent":
        state.value = applyAgents(state.value, [frame.agent]);
        return;
      case "board":
        clock.observe(frame.board.at_ms, Date.now());
        boardTaker(frame.board);
        return;
      case "visitor": {
        const aside = asides.get(frame.id);
        if (!aside) return;
        aside.online = frame.online;
        if (frame.page && aside.pages[0]?.at_ms !== frame.page.at_ms) aside.pages.unshift(frame.page);
        return;
      }
      case "error":
        console.warn("frame refused:", frame.reason);
    }
  }

  /** The first presence says that the server counts us in: what happened between the snapshot and now is loaded once. */
  function onWatching(id: Id): void {
    if (!open.has(id) || watching.has(id)) return;
    watching.add(id);
    const conversation = state.value.conversations[id];
    if (!conversation || !isMine(conversation)) loadDetail(id).catch(() => watching.delete(id));
  }

  function onTyping(frame: Extract<EphemeralFrame, { t: "typing" }>): void {
    const entry = typing.get(frame.id) ?? { agents: new Map<Id, Typing>() };
    const value = { name: frame.name, preview: frame.preview ?? "", until: Date.now() + typingLastsMs };
    if (frame.side === "customer") entry.customer = frame.on ? value : undefined;
    else if (frame.on) entry.agents.set(frame.by, value);
    else entry.agents.delete(frame.by);
    typing.set(frame.id, entry);
    if (frame.on) setTimeout(() => expireTyping(frame.id), typingLastsMs + 50);
  }

  function expireTyping(id: Id): void {
    const entry = typing.get(id);
    if (!entry) return;
    const now = Date.now();
    // A preview stays as long as the words stand in the visitor's box; only the bare "is typing" fades.
    if (entry.customer && !entry.customer.preview && entry.customer.until <= now) entry.customer = undefined;
    for (const [by, value] of entry.agents) if (value.until <= now) entry.agents.delete(by);
  }

  function forgetTyping(id: Id): void {
    const entry = typing.get(id);
    if (entry) entry.customer = undefined;
  }

  // --- snapshots

  async function loadBox(box: Box, more = false): Promise<number> {
    const list = boxes[box];
    list.loading = true;
    list.failed = false;
    try {
      const filter = box === "all" ? { closed: allFilter.value.closed || undefined, team_id: allFilter.value.team_id } : {};
      const answer = await api.conversations({ box, limit: 100, after: more ? list.next : "", ...filter });
      state.value = applyConversations(state.value, answer.items);
      if (!more) list.ids = new Set();
      for (const item of answer.items) list.ids.add(item.id);
      list.next = answer.next;
      list.loaded = true;
      return answer.last_seq;
    } catch (error) {
      list.failed = true;
      throw error;
    } finally {
      list.loading = false;
    }
  }

  /** Everything the screens show, anew; answers the oldest snapshot's place in the log. */
  async function loadAll(): Promise<number> {
    const info = await session.refresh();
    state.value = emptyState;
    const marks = await Promise.all([
      loadBox("mine"),
      loadBox("queue"),
      ...(boxes.all.loaded ? [loadBox("all")] : []),
      api.agents().then((answer) => {
        state.value = applyAgents(state.value, answer.items);
        return Number.MAX_SAFE_INTEGER;
      }),
      ...(session.may("conversation_handle") ? [loadOffers()] : []),
      ...(session.may("conversation_supervise") ? [loadAlarms()] : []),
      ...[...open].map((id) => loadDetail(id)),
    ]);
    return Math.min(info.last_seq, ...marks);
  }

  /** Offers and alarms have no place in the log of their own: the session's, read before them, is early enough. */
  async function loadOffers(): Promise<number> {
    const [ringing, sent] = await Promise.all([api.offers(), api.offers({ sent: true })]);
    const items = [...ringing.items, ...sent.items];
    state.value = applyOffers(state.value, items);
    for (const offer of items) forgetOfferAt(offer.id, offer.until_at_ms);
    return Number.MAX_SAFE_INTEGER;
  }

  async function loadAlarms(): Promise<number> {
    takeAlarms((await api.alarms({ open: true, limit: 100 })).items);
    return Number.MAX_SAFE_INTEGER;
  }

  /** An offer whose end got lost does not ring on. */
  function forgetOfferAt(id: Id, untilMs: number): void {
    setTimeout(() => (state.value = endOffer(state.value, id)), Math.max(0, untilMs - clock.at(Date.now())) + offerGraceMs);
  }

  async function loadDetail(id: Id): Promise<number> {
    const detail = await api.conversation(id);
    state.value = applyDetail(state.value, detail);
    const known = asides.get(id);
    asides.set(id, {
      pages: [...detail.pages].sort((a, b) => b.at_ms - a.at_ms),
      episodes: detail.episodes,
      online: known?.online,
      noOlder: (state.value.threads[id]?.messages[0]?.seq ?? 1) <= 1,
    });
    return detail.last_seq;
  }

  const filling = new Set<Id>();
  async function fillGap(id: Id): Promise<void> {
    if (filling.has(id)) return;
    filling.add(id);
    try {
      const thread = state.value.threads[id];
      const after_seq = Math.max(thread?.upto ?? 0, thread?.messages[thread.messages.length - 1]?.seq ?? 0);
      const known = state.value.conversations[id]?.last_seq ?? 0;
      const answer = await api.messages(id, { after_seq, limit: fillMax });
      // A short answer says: up to what was known when asked nothing else may be read. Others' whispers leave holes.
      const range = { from: after_seq + 1, upto: answer.items.length < fillMax ? known : undefined };
      if (state.value.threads[id]) state.value = applyMessages(state.value, id, answer.items, range);
    } catch {
      // The next event of this thread finds the gap again.
    } finally {
      filling.delete(id);
    }
  }

  async function loadOlder(id: Id): Promise<void> {
    const first = state.value.threads[id]?.messages[0];
    if (!first || first.seq <= 1) return;
    const answer = await api.messages(id, { before_seq: first.seq, limit: 50 });
    state.value = applyMessages(state.value, id, answer.items, { upto: first.seq - 1 });
    const aside = asides.get(id);
    if (aside) aside.noOlder = answer.items.length === 0 || (answer.items[0]?.seq ?? 1) <= 1;
  }

  // --- life

  async function start(): Promise<void> {
    const me = session.info!.user.id;
    outbox ??= new Outbox({
      send: (conversation, body) => api.send(conversation, body),
      keeper: outboxKeeper(me),
      onChange: (items) => (outgoing.value = items),
      onAccepted,
    });
    outgoing.value = outbox.all;
    const since = await loadAll();
    engine.start(since);
    outbox.flush();
  }

  function stop(): void {
    engine.stop();
    outbox = undefined;
    outgoing.value = [];
    state.value = emptyState;
    asides.clear();
    presence.clear();
    typing.clear();
    for (const id of [...silent]) lookAway(id);
    open.clear();
    watching.clear();
    Object.assign(boxes, { mine: newList(), queue: newList(), all: newList() });
  }

  function onAccepted(accepted: Accepted): void {
    takeConversation(accepted.conversation);
    const id = accepted.conversation.id;
    state.value = applyMessage(state.value, accepted.message);
    if (state.value.threads[id]?.gap) void fillGap(id);
  }

  function takeMessage(message: Message): void {
    state.value = applyMessage(state.value, message);
  }

  /** An answer of the server that carries a conversation is as good as an event. */
  function takeConversation(conversation: Conversation): void {
    state.value = applyConversations(state.value, [conversation]);
  }

  function takeCustomer(customer: Customer): void {
    state.value = applyCustomer(state.value, customer);
  }

  function takeInvitations(items: Invitation[]): void {
    state.value = applyInvitations(state.value, items);
  }

  function takeAgent(agent: AgentStatus): void {
    state.value = applyAgents(state.value, [agent]);
  }

  function takeAlarms(items: Alarm[]): void {
    state.value = applyAlarms(state.value, items);
  }

  function takeAlarm(alarm: Alarm): void {
    state.value = applyAlarm(state.value, alarm);
  }

  function dropOffer(id: Id): void {
    state.value = endOffer(state.value, id);
  }

  /** Opens a view: watches first and loads then, so nothing falls between the two. `unseen`: nobody learns of it. */
  async function openConversation(id: Id, unseen = false): Promise<void> {
    open.add(id);
    engine.watch(id, unseen);
    if (unseen) lookOn(id);
    await loadDetail(id);
  }

  /** Long-polling knows no silent watch: where sockets are blocked, what is looked at that way is asked for. */
  function lookOn(id: Id): void {
    silent.add(id);
    silentTimer ??= setInterval(() => {
      if (transport.value !== "poll" || status.value !== "live") return;
      for (const one of silent) loadDetail(one).catch(() => undefined);
    }, silentAskEveryMs);
  }

  function lookAway(id: Id): void {
    silent.delete(id);
    if (silent.size > 0) return;
    clearInterval(silentTimer);
    silentTimer = undefined;
  }

  function closeConversation(id: Id): void {
    lookAway(id);
    open.delete(id);
    watching.delete(id);
    engine.unwatch(id);
    presence.delete(id);
  }

  function listen(listener: LiveListener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  // --- lists

  const everything = computed(() => Object.values(state.value.conversations));
  const myId = computed(() => session.me?.id ?? "");

  function isMine(conversation: Conversation): boolean {
    if (conversation.state === "closed") return false;
    return conversation.agent?.id === myId.value || conversation.participants.some((p) => p.id === myId.value);
  }

  function isQueued(conversation: Conversation): boolean {
    if (conversation.state !== "queued" && conversation.state !== "promised") return false;
    if (session.info?.role.scope !== "own" && session.info?.role.scope !== "team") return true;
    return !conversation.team_id || (session.me?.team_ids.includes(conversation.team_id) ?? false);
  }

  const mine = computed(() => everything.value.filter(isMine));
  const queue = computed(() =>
    everything.value
      .filter(isQueued)
      .sort((a, b) => b.priority - a.priority || (a.queued_at_ms ?? 0) - (b.queued_at_ms ?? 0)),
  );
  const all = computed(() =>
    everything.value
      .filter((c) => boxes.all.ids.has(c.id))
      .filter((c) => allFilter.value.closed || c.state !== "closed")
      .filter((c) => !allFilter.value.team_id || c.team_id === allFilter.value.team_id)
      .sort((a, b) => b.updated_at_ms - a.updated_at_ms),
  );
  const unread = computed(() => mine.value.filter((c) => c.agent?.id === myId.value && c.unread > 0).length);
  const myStatus = computed(() => state.value.agents[myId.value]);
  const offersToMe = computed(() =>
    Object.values(state.value.offers)
      .filter((offer) => offer.agent_ids.includes(myId.value))
      .sort((a, b) => a.until_at_ms - b.until_at_ms),
  );
  const alarms = computed(() => Object.values(state.value.alarms));

  return {
    state,
    status,
    transport,
    endedCode,
    outgoing,
    typing,
    presence,
    asides,
    boxes,
    allFilter,
    mine,
    queue,
    all,
    unread,
    myStatus,
    offersToMe,
    alarms,
    isMine,
    start,
    stop,
    listen,
    loadBox,
    loadDetail,
    loadOlder,
    openConversation,
    closeConversation,
    takeConversation,
    takeMessage,
    takeCustomer,
    takeAgent,
    takeAlarms,
    takeAlarm,
    takeInvitations,
    dropOffer,
    /** Now by the server's clock. */
    serverNow: (local: number) => clock.at(local),
    onBoard: (taker: (board: Board) => void) => (boardTaker = taker),
    subscribeBoard: (unit: Id | null | undefined) => engine.subscribeBoard(unit),
    send: (item: Omit<Outgoing, "state">) => outbox?.add(item) ?? false,
    retry: (key: string) => outbox?.retry(key),
    discard: (key: string) => outbox?.discard(key),
    nudge: () => engine.nudge(),
    sayTyping: (id: Id, on: boolean) => engine.typing(id, on),
    sayReceipts: (id: Id, seqs: { delivered_seq?: number; read_seq?: number }) =>
      engine.frame({ t: "receipts", id, ...seqs }),
    subscribeAll: (on: boolean) => engine.subscribeAll(on),
  };
});
