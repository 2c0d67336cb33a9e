// The client's copy of the world and the one pure function that moves it. Snapshot + events = fresh snapshot: objects are
// replaced whole, never merged; a conversation is replaced only by a newer version, so a replayed or late event is harmless.

import type { Alarm, Invitation, Offer } from "./supervision";
import type { AgentStatus, Conversation, ConversationDetail, Customer, DurableEvent, Id, Message } from "./types";

/**
 * The loaded part of a thread: a run of messages in rising seq that misses nothing this reader may see. Seqs may have holes: another's
 * whisper has one, and nobody else hears more of it than that `last_seq` moved on.
 */
export interface Thread {
  messages: Message[];
  /** A message arrived that does not join the run: the store must fetch what lies between. */
  gap: boolean;
  /** The run is complete up to this seq, though no message may stand there; absent: up to its last message. */
  upto?: number;
}

/** What an answer of the server covers; absent ends: from its first to its last message. */
export interface Range {
  from?: number;
  upto?: number;
}

export interface SyncState {
  conversations: Readonly<Record<Id, Conversation>>;
  threads: Readonly<Record<Id, Thread>>;
  customers: Readonly<Record<Id, Customer>>;
  agents: Readonly<Record<Id, AgentStatus>>;
  /** What rings now, for me or from me. */
  offers: Readonly<Record<Id, Offer>>;
  /** Alarms whose cause lasts. */
  alarms: Readonly<Record<Id, Alarm>>;
  /** What customers were asked and answered, by episode. */
  invitations: Readonly<Record<Id, Invitation>>;
}

export const emptyState: SyncState = {
  conversations: {},
  threads: {},
  customers: {},
  agents: {},
  offers: {},
  alarms: {},
  invitations: {},
};

function newer(state: SyncState, conversation: Conversation): SyncState {
  const known = state.conversations[conversation.id];
  if (known && known.version >= conversation.version) return state;
  return { ...state, conversations: { ...state.conversations, [conversation.id]: conversation } };
}

function lastSeq(messages: Message[]): number {
  return messages[messages.length - 1]?.seq ?? 0;
}

function completeTo(thread: Thread): number {
  return Math.max(thread.upto ?? 0, lastSeq(thread.messages));
}

/** One message into a run. A recalled message never gets its content back. */
export function placeMessage(thread: Thread, message: Message): Thread {
  const messages = thread.messages;
  const upto = completeTo(thread);
  if (messages.length === 0 || message.seq === upto + 1) return { ...thread, messages: [...messages, message], upto: message.seq };
  if (message.seq > upto) return thread.gap ? thread : { ...thread, gap: true };
  if (message.seq < messages[0]!.seq) return thread;
  const at = messages.findIndex((one) => one.seq >= message.seq);
  const known = messages[at];
  if (known?.seq !== message.seq) {
    // It became readable since: a hole is filled.
    const copy = messages.slice();
    copy.splice(at < 0 ? messages.length : at, 0, message);
    return { ...thread, messages: copy };
  }
  if (known.recalled_at_ms !== undefined && message.recalled_at_ms === undefined) return thread;
  const copy = messages.slice();
  copy[at] = message;
  return { ...thread, messages: copy };
}

/** Joins what was fetched with the loaded run; of two that do not touch the newer one stays. */
export function joinFetched(thread: Thread, fetched: Message[], range: Range = {}): Thread {
  const from = range.from ?? fetched[0]?.seq;
  if (from === undefined) return thread;
  const upto = Math.max(range.upto ?? 0, lastSeq(fetched));
  const first = thread.messages[0]?.seq;
  if (first === undefined) return { ...thread, messages: fetched, upto };
  const before = completeTo(thread);
  if (from > before + 1 || upto < first - 1) return upto > before ? { ...thread, messages: fetched, upto } : thread;
  const bySeq = new Map<number, Message>();
  for (const message of thread.messages) bySeq.set(message.seq, message);
  for (const message of fetched) {
    const known = bySeq.get(message.seq);
    if (known?.recalled_at_ms !== undefined && message.recalled_at_ms === undefined) continue;
    bySeq.set(message.seq, message);
  }
  const messages = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  return { ...thread, messages, upto: Math.max(before, upto) };
}

export function applyConversations(state: SyncState, items: Conversation[]): SyncState {
  let next = state;
  let copy: Record<Id, Conversation> | undefined;
  for (const item of items) {
    const known = (copy ?? state.conversations)[item.id];
    if (known && known.version >= item.version) continue;
    copy ??= { ...state.conversations };
    copy[item.id] = item;
  }
  if (copy) next = { ...state, conversations: copy };
  return next;
}

export function applyMessages(state: SyncState, id: Id, fetched: Message[], range: Range = {}): SyncState {
  const thread = joinFetched(state.threads[id] ?? { messages: [], gap: false }, fetched, range);
  // An event may have come while the answer was under way: the conversation then knows of a later message than the run.
  const gap = completeTo(thread) < (state.conversations[id]?.last_seq ?? 0);
  return { ...state, threads: { ...state.threads, [id]: { ...thread, gap } } };
}

export function applyDetail(state: SyncState, detail: ConversationDetail): SyncState {
  // Conversation and messages were read as one: beyond the last of them there is nothing to be read yet.
  const range = { upto: detail.conversation.last_seq };
  const next = applyMessages(newer(state, detail.conversation), detail.conversation.id, detail.messages, range);
  return { ...next, customers: { ...next.customers, [detail.customer.id]: detail.customer } };
}

export function applyAgents(state: SyncState, items: AgentStatus[]): SyncState {
  const agents = { ...state.agents };
  for (const item of items) agents[item.user_id] = item;
  return { ...state, agents };
}

export function applyCustomer(state: SyncState, customer: Customer): SyncState {
  return { ...state, customers: { ...state.customers, [customer.id]: customer } };
}

export function applyOffers(state: SyncState, items: Offer[]): SyncState {
  return { ...state, offers: Object.fromEntries(items.map((offer) => [offer.id, offer])) };
}

export function endOffer(state: SyncState, id: Id): SyncState {
  if (!state.offers[id]) return state;
  const offers = { ...state.offers };
  delete offers[id];
  return { ...state, offers };
}

/** The open alarms, whole: what is not among them has ended. */
export function applyAlarms(state: SyncState, items: Alarm[]): SyncState {
  return { ...state, alarms: Object.fromEntries(items.filter((a) => a.ended_at_ms === undefined).map((a) => [a.id, a])) };
}

/** One alarm as it is now; an ended one leaves. */
export function applyAlarm(state: SyncState, alarm: Alarm): SyncState {
  const alarms = { ...state.alarms };
  if (alarm.ended_at_ms === undefined) alarms[alarm.id] = alarm;
  else delete alarms[alarm.id];
  return { ...state, alarms };
}

/** What was answered is never replaced by the question that came before; an edited answer takes the place of the first. */
export function applyInvitations(state: SyncState, items: Invitation[]): SyncState {
  const invitations = { ...state.invitations };
  for (const item of items) {
    const known = invitations[item.episode_id];
    if (known && (known.answered_at_ms ?? 0) > (item.answered_at_ms ?? 0)) continue;
    invitations[item.episode_id] = item;
  }
  return { ...state, invitations };
}

/** One message into its thread, if that is loaded; a message that does not join the run marks a gap. */
export function applyMessage(state: SyncState, message: Message): SyncState {
  const thread = state.threads[message.conversation_id];
  if (!thread) return state;
  const placed = placeMessage(thread, message);
  if (placed === thread) return state;
  return { ...state, threads: { ...state.threads, [message.conversation_id]: placed } };
}

/** Pure: the state after one durable event. Unknown types leave it as it is. */
export function applyEvent(state: SyncState, event: DurableEvent): SyncState {
  switch (event.type) {
    case "message.accepted":
    case "message.recalled":
      return applyMessage(newer(state, event.data.conversation), event.data.message);
    case "receipts.moved": {
      const known = state.conversations[event.data.conversation_id];
      if (!known || known.version >= event.data.version) return state;
      const { receipts, unread, version } = event.data;
      const moved = { ...known, receipts, unread, version };
      return { ...state, conversations: { ...state.conversations, [known.id]: moved } };
    }
    case "customer.changed":
      // Only a loaded card is replaced: cards are fetched when a conversation is opened.
      return state.customers[event.data.id] ? applyCustomer(state, event.data) : state;
    case "agent.state_changed":
      return applyAgents(state, [event.data]);
    case "conversation.opened":
    case "conversation.queued":
    case "conversation.assigned":
    case "conversation.transferred":
    case "conversation.closed":
    case "conversation.reopened":
    case "conversation.changed":
      return newer(state, event.data.conversation);
    case "routing.offered":
      return { ...newer(state, event.data.conversation), offers: { ...state.offers, [event.data.id]: event.data } };
    case "routing.offer_ended":
      return endOffer(state, event.data.id);
    case "routing.agent_warned":
      return newer(state, event.data.conversation);
    case "alarm.raised":
    case "alarm.changed":
    case "alarm.ended":
      return applyAlarm(state, event.data);
    case "rating.invited":
    case "rating.answered":
      return applyInvitations(newer(state, event.data.conversation), [event.data.invitation]);
    default:
      return state;
  }
}
