// The chat window. `start` is what the loader calls; everything shown comes from Chat.
import { render } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import { Chat, Problem } from "./chat";
import type { AppHandle } from "./loader";
import { css } from "./style";
import { known, wording, type Say } from "./texts";
import type { Boot, FileInfo, Message, Outgoing } from "./types";
import { Body, Icon, Pending, Quoted } from "./ui/bubble";
import { Composer } from "./ui/composer";

interface Hooks { emit(event: string, value?: unknown): void; unread(count: number): void; opened(now: boolean): void }

export function start(root: ShadowRoot, boot: Boot, hooks: Hooks): AppHandle {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const mount = document.createElement("div");
  root.append(mount);
  const chat = new Chat(boot);
  const say = wording(boot.lang);
  const close = () => { chat.opened = false; draw(); hooks.opened(false); };
  const draw = () => render(chat.opened ? <Window chat={chat} say={say} close={close} /> : null, mount);
  chat.changed = () => { draw(); hooks.unread(chat.unread); };
  chat.arrived = (message) => {
    hooks.emit("message", { id: message.id, from: message.author.kind, text: message.text });
    if ((message.author.kind === "agent" || message.author.kind === "bot") && boot.config.widget.look.sound && (document.hidden || !chat.opened)) beep();
  };
  void chat.start();
  return {
    open: () => { chat.opened = true; draw(); hooks.opened(true); chat.sendReceipts(); },
    close,
    identify: (identity) => chat.identify(identity),
    setAttributes: (attributes) => chat.setAttributes(attributes),
    track: (name, properties) => chat.track(name, properties),
  };
}

let audio: AudioContext | undefined;
function beep(): void {
  try {
    audio ??= new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = 740;
    volume.gain.setValueAtTime(0.08, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.35);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.35);
  } catch { /* no sound before the first gesture on the page */ }
}

function Window({ chat, say, close }: { chat: Chat; say: Say; close(): void }) {
  const { look, name } = chat.boot.config.widget;
  const tongue = chat.boot.lang === "zh" ? "zh_CN" : "en";
  const locale = chat.boot.lang === "zh" ? "zh-CN" : "en";
  const [quote, setQuote] = useState<Message>();
  const [drop, setDrop] = useState(false);
  const [picture, setPicture] = useState("");
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const log = useRef<HTMLDivElement>(null);
  const stick = useRef(true);
  const dark = useDark(look.dark);
  const newest = chat.messages.at(-1)?.seq ?? 0;

  useLayoutEffect(() => {
    const box = log.current;
    if (box && stick.current) box.scrollTop = box.scrollHeight;
  }, [newest, chat.outbox.length, chat.typingName, chat.started]);

  const online = chat.session?.online ?? chat.boot.config.online;
  const talk = chat.conversation;
  const agent = talk?.state === "assigned" ? talk.agent : undefined;
  const title = agent?.name || look.title[tongue] || name || say("title");
  const when = (at: number) => new Date(at).toLocaleString(locale, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });

  const sendFile = (file: Blob, fileName: string) => {
    const limit = chat.session?.file_limit_bytes ?? 50 * 1024 * 1024;
    const type = file.type;
    const kind = type.startsWith("image/") ? "image" : type.startsWith("video/") ? "video" : type.startsWith("audio/") ? "voice" : "file";
    const local: FileInfo = { id: "", name: fileName, content_type: type, bytes: file.size, width: 0, height: 0, duration_ms: 0, thumbnail: false, url: URL.createObjectURL(file) };
    const one = chat.send({ kind, text: "", file: local, progress: 0 });
    if (file.size > limit) {
      one.failed = say("tooLarge", { n: Math.floor(limit / 1048576) });
      return redraw(0);
    }
    const go = () => chat.upload(file, fileName, (share) => { one.progress = share; redraw(0); }).then(
      (stored) => {
        // What the server found in the bytes decides, not the name.
        one.kind = stored.content_type.startsWith("image/") && stored.width ? "image" : stored.content_type.startsWith("video/") ? "video" : stored.content_type.startsWith("audio/") ? "voice" : "file";
        chat.uploaded(one, stored);
      },
      (error: unknown) => { delete one.progress; one.failed = (error instanceof Problem && error.message) || say("upload"); uploads.set(one, go); redraw(0); },
    );
    void go();
  };
  const retry = (one: Outgoing) => {
    const upload = uploads.get(one);
    uploads.delete(one);
    chat.retry(one);
    if (upload) { one.progress = 0; upload(); }
  };

  return (
    <div
      class={`w ${look.side}${dark ? " dark" : ""}`} role="dialog" aria-label={say("dialog")} lang={locale}
      onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); if (picture) setPicture(""); else close(); } }}
      onDragOver={(event) => { event.preventDefault(); setDrop(true); }} onDragLeave={(event) => { if (event.target === event.currentTarget || !event.relatedTarget) setDrop(false); }}
      onDrop={(event) => { event.preventDefault(); setDrop(false); for (const file of [...(event.dataTransfer?.files ?? [])]) sendFile(file, file.name); }}
    >
      <header>
        {look.avatar_url ? <img src={look.avatar_url} alt="" /> : <div class="face" aria-hidden="true">{[...title][0]}</div>}
        <div class="t"><h2>{title}</h2><p>{look.subtitle[tongue] || say(online ? "online" : "offline")}</p></div>
        <button type="button" aria-label={say("minimise")} onClick={close}><Icon d="M6 9l6 6 6-6" /></button>
      </header>
      {chat.notice ? <div class="bar" role="alert">{chat.notice}</div>
        : chat.started && !chat.up ? <div class="bar" role="status">{navigator.onLine ? say("connecting") : say("lost")}{chat.outbox.length ? ` · ${say("offlineQueue", { n: chat.outbox.length })}` : ""}</div>
          : talk?.state === "queued" && talk.queue_position ? <div class="bar info" role="status">{talk.queue_position > 1 ? say("queue", { n: talk.queue_position - 1 }) : say("next")}</div>
            : talk?.state === "promised" && talk.promised_at_ms ? <div class="bar info" role="status">{say("promised", { time: when(talk.promised_at_ms) })}</div> : null}
      <div class="log" ref={log} role="log" aria-live="polite" aria-label={say("log")} tabIndex={0} onScroll={(event) => { const box = event.currentTarget; stick.current = box.scrollHeight - box.scrollTop - box.clientHeight < 60; }}>
        {chat.older && chat.messages.length > 0 && <button type="button" class="old" onClick={() => {
          const box = log.current!;
          const below = box.scrollHeight - box.scrollTop;
          stick.current = false;
          void chat.loadOlder().then(() => requestAnimationFrame(() => { box.scrollTop = box.scrollHeight - below; }));
        }}>{say("older")}</button>}
        {chat.messages.length === 0 && chat.outbox.length === 0 && (look.greeting[tongue]
          ? <div class="m"><div class="who">{look.title[tongue] || name}<i>{say("auto")}</i></div><div class="b">{look.greeting[tongue]}</div></div>
          : <div class="sys">{say("empty")}</div>)}
        {chat.messages.map((message, at) => <Row key={message.seq} chat={chat} say={say} message={message} before={chat.messages[at - 1]} open={setPicture} quote={setQuote} />)}
        {chat.outbox.map((one) => <Pending key={one.client_msg_id} one={one} say={say} base={chat.boot.base} open={setPicture} retry={() => retry(one)} discard={() => chat.discard(one)} />)}
      </div>
      <div class="typing" aria-live="polite">{chat.typingName && <><span class="dot" /><span class="dot" /><span class="dot" />{say("typing", { name: chat.typingName === "…" ? "" : chat.typingName })}</>}</div>
      {quote && <div class="qb"><span>{quote.author.name ? `${quote.author.name}: ` : ""}{quote.text || quote.file?.name}</span><button type="button" aria-label={say("cancelQuote")} onClick={() => setQuote(undefined)}><Icon d="M6 6l12 12M18 6L6 18" /></button></div>}
      <Composer say={say} disabled={false} typing={(text) => chat.typing(text)} sendFile={sendFile} send={(text) => {
        stick.current = true;
        chat.send({ kind: "text", text, quote: quote && { id: quote.id, author_name: quote.author.name, preview: (quote.text || quote.file?.name || "").slice(0, 80) } });
        setQuote(undefined);
      }} />
      <div class="foot">{chat.session?.typing_preview ? say("previewNotice") : ""}</div>
      {drop && <div class="drop" onDragLeave={() => setDrop(false)}>{say("drop")}</div>}
      {picture && <div class="light" onClick={() => setPicture("")}><img src={picture} alt={say("image")} /><button type="button" aria-label={say("close")}><Icon d="M6 6l12 12M18 6L6 18" /></button></div>}
    </div>
  );
}

const uploads = new Map<Outgoing, () => void>();

function Row({ chat, say, message, before, open, quote }: { chat: Chat; say: Say; message: Message; before?: Message; open(url: string): void; quote(message: Message): void }) {
  const locale = chat.boot.lang === "zh" ? "zh-CN" : "en";
  const day = new Date(message.created_at_ms).toDateString();
  const separator = !before || new Date(before.created_at_ms).toDateString() !== day
    ? <div class="day">{dayName(message.created_at_ms, say, locale)}</div> : null;
  if (message.kind === "system") {
    const key = message.system?.key ?? "";
    return <>{separator}{known(key) && <div class="sys">{say(key, message.system?.args)}</div>}</>;
  }
  const me = message.author.kind === "customer";
  if (message.recalled_at_ms) return <>{separator}<div class={`m${me ? " me" : ""}`}><div class="gone">{say("recalled", { name: me ? say("you") : message.author.name })}</div></div></>;
  const receipts = chat.conversation?.receipts;
  const state = !me ? undefined : message.seq <= (receipts?.agent_read_seq ?? 0) ? "read" : message.seq <= (receipts?.agent_delivered_seq ?? 0) ? "delivered" : "sent";
  const follows = before && before.author.kind === message.author.kind && before.author.id === message.author.id && message.created_at_ms - before.created_at_ms < 120000 && !separator;
  const time = new Date(message.created_at_ms).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  return (
    <>
      {separator}
      <div class={`m${me ? " me" : ""}`}>
        {!me && !follows && <div class="who">{message.author.name}{message.automatic && <i>{say("auto")}</i>}</div>}
        <Quoted quote={message.quote} />
        <Body kind={message.kind} text={message.text} file={message.file} say={say} base={chat.boot.base} open={open} />
        <div class="st"><time>{time}</time>{state && <Icon c={`tick${state === "read" ? " on" : ""}`} d={state === "sent" ? "M5 12l5 5 9-10" : "M2 12l5 5 9-10M12 16l1 1 9-10"} />}{state && <span class="sr">{say(state)}</span>}</div>
        <div class="acts">
          <button type="button" onClick={() => quote(message)}>{say("quote")}</button>
          {me && Date.now() - message.created_at_ms < 120000 && <button type="button" onClick={() => chat.recall(message)}>{say("recall")}</button>}
        </div>
      </div>
    </>
  );
}

function dayName(at: number, say: Say, locale: string): string {
  const start = new Date().setHours(0, 0, 0, 0);
  if (at >= start) return say("today");
  if (at >= start - 86400000) return say("yesterday");
  return new Date(at).toLocaleDateString(locale, { year: "numeric", month: "long", day: "numeric" });
}

function useDark(mode: "auto" | "light" | "dark"): boolean {
  const query = matchMedia("(prefers-color-scheme: dark)");
  const [system, setSystem] = useState(query.matches);
  useEffect(() => {
    const listen = (event: MediaQueryListEvent) => setSystem(event.matches);
    query.addEventListener("change", listen);
    return () => query.removeEventListener("change", listen);
  }, []);
  return mode === "dark" || (mode === "auto" && system);
}
