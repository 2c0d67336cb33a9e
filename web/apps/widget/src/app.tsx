// The chat window. `start` is what the loader calls; everything shown comes from Chat.
import { render } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { jsx } from "preact/jsx-runtime";
import { Chat } from "./chat";
import { Extra } from "./extra";
import type { AppHandle } from "./loader";
import { css } from "./style";
import { wording, type Say } from "./texts";
import type { Boot, Message } from "./types";
import { beep } from "./sound";
import { Pending, Row } from "./ui/bubble";
import { Composer } from "./ui/composer";
import { Icon, kCross } from "./ui/icon";

interface Hooks { emit(event: string, value?: unknown): void; unread(count: number): void; opened(now: boolean): void }

export function start(root: ShadowRoot, boot: Boot, hooks: Hooks): AppHandle {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const mount = document.createElement("div");
  root.append(mount);
  const chat = new Chat(boot);
  const say = wording(boot.lang);
  const extra = new Extra(`${boot.base}/widget/${boot.more}`, (part) => {
    part.setup({ jsx: jsx as never, useEffect, useLayoutEffect, useRef, useState }, root, chat);
    draw();
  });
  const close = () => { chat.opened = false; draw(); hooks.opened(false); };
  const draw = () => render(chat.opened ? <Window chat={chat} say={say} extra={extra} close={close} /> : null, mount);
  chat.changed = () => { draw(); hooks.unread(chat.unread); };
  chat.arrived = (message) => {
    hooks.emit("message", { id: message.id, from: message.author.kind, text: message.text });
    const theirs = message.author.kind === "agent" || message.author.kind === "bot";
    if (theirs && boot.config.widget.look.sound && (document.hidden || !chat.opened)) beep(boot.key, message.id);
  };
  // Not at once: an `identify` that caused the loading comes first, so that no anonymous visitor is made for a known customer.
  setTimeout(() => void chat.start());
  return {
    open: () => { hooks.opened(true); chat.opened = true; extra.with((part) => part.refresh()); draw(); chat.sendReceipts(); },
    close: () => { if (chat.opened) close(); },
    identify: (identity) => chat.identify(identity),
    setAttributes: (attributes) => chat.setAttributes(attributes),
    track: (name, properties) => chat.track(name, properties),
  };
}

function Window({ chat, say, extra, close }: { chat: Chat; say: Say; extra: Extra; close(): void }) {
  const { look, name } = chat.boot.config.widget;
  const tongue = chat.boot.lang === "zh" ? "zh_CN" : "en";
  const locale = chat.boot.lang === "zh" ? "zh-CN" : "en";
  const [quote, setQuote] = useState<Message>();
  const [drop, setDrop] = useState(false);
  const [picture, setPicture] = useState("");
  const [news, setNews] = useState(false);
  const [info, setInfo] = useState(false);
  const win = useRef<HTMLDivElement>(null);
  const log = useRef<HTMLDivElement>(null);
  const stick = useRef(true);
  const dark = useDark(look.dark);
  const newest = chat.messages.at(-1)?.seq ?? 0;

  useLayoutEffect(() => {
    const box = log.current!;
    if (stick.current) box.scrollTop = box.scrollHeight;
    else if (newest) setNews(true);
  }, [newest]);
  useLayoutEffect(() => { if (stick.current) log.current!.scrollTop = log.current!.scrollHeight; });
  useEffect(() => {
    if (!matchMedia("(pointer:fine)").matches) win.current!.focus({ preventScroll: true });
    // Phones: what the keyboard leaves of the screen is what the window has.
    const view = visualViewport;
    const fit = () => {
      win.current?.style.setProperty("--vh", `${view!.height}px`);
      win.current?.style.setProperty("--vt", `${view!.offsetTop}px`);
    };
    view?.addEventListener("resize", fit);
    view?.addEventListener("scroll", fit);
    return () => { view?.removeEventListener("resize", fit); view?.removeEventListener("scroll", fit); };
  }, []);

  const talk = chat.conversation;
  const { part } = extra;
  const agent = talk?.state === "assigned" ? talk.agent : undefined;
  const company = look.title[tongue] || name || say("title");
  const title = agent?.name || company;
  const under = agent ? company : chat.online ? look.subtitle[tongue] || say("online") : say("offline");
  // Where in the thread the service ended and was asked about.
  const asked = chat.invitation ? chat.messages.filter((m) => m.created_at_ms <= chat.invitation!.invited_at_ms).length - 1 : -1;
  const waits = chat.outbox.length ? ` · ${say("offlineQueue", { n: chat.outbox.length })}` : "";
  const bar = chat.notice ? <div class="bar" role="alert">{chat.notice}</div>
    : !chat.up && (chat.started || chat.troubled) ? <div class="bar" role="status">{say(navigator.onLine ? "connecting" : "lost")}{waits}</div>
      : part && <part.Standing />;

  const sendFile = (file: Blob, fileName: string) => {
    stick.current = true;
    extra.with((part) => part.sendFile(file, fileName));
  };
  const enlarge = (url: string) => { setPicture(url); extra.load(); };
  const down = () => { stick.current = true; setNews(false); log.current!.scrollTop = log.current!.scrollHeight; };

  return (
    <div
      class={`w ${look.side}${dark ? " dark" : ""}`} ref={win} tabIndex={-1} role="dialog" aria-label={say("dialog")} lang={locale}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.isComposing) { event.stopPropagation(); if (picture) setPicture(""); else if (info) setInfo(false); else if (quote) setQuote(undefined); else close(); }
        if (event.key === "Tab") keepInside(event, win.current!);
      }}
      onDragOver={(event) => { event.preventDefault(); setDrop(true); }} onDragLeave={(event) => { if (!event.relatedTarget) setDrop(false); }}
      onDrop={(event) => { event.preventDefault(); setDrop(false); for (const file of [...(event.dataTransfer?.files ?? [])]) sendFile(file, file.name); }}
    >
      <header>
        <div class="face" aria-hidden="true">{look.avatar_url && !agent ? <img src={look.avatar_url} alt="" /> : [...title][0]}<i class={chat.online ? "on" : ""} /></div>
        <div class="t"><h2>{title}</h2><p>{under}</p></div>
        <button type="button" class="i" aria-label={say("info")} aria-expanded={info} onClick={() => { setInfo(!info); extra.load(); }}><Icon d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 8h.01" /></button>
        <button type="button" aria-label={say("minimise")} onClick={close}><Icon d="M6 9l6 6 6-6" /></button>
      </header>
      {bar}
      <div class="log" ref={log} role="log" aria-live="polite" aria-label={say("log")} tabIndex={0} onScroll={(event) => {
        const box = event.currentTarget;
        stick.current = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
        if (stick.current) setNews(false);
      }}>
        {chat.older && chat.messages.length > 0
          ? <button type="button" class="old" onClick={() => {
            const box = log.current!;
            const below = box.scrollHeight - box.scrollTop;
            stick.current = false;
            void chat.loadOlder().then(() => requestAnimationFrame(() => { box.scrollTop = box.scrollHeight - below; }));
          }}>{say("older")}</button>
          : look.greeting[tongue]
            ? <div class="m"><div class="who">{company}<i>{say("auto")}</i></div><div class="b">{look.greeting[tongue]}</div></div>
            : chat.messages.length + chat.outbox.length === 0 && <div class="sys">{say("empty")}</div>}
        {chat.messages.flatMap((message, at) => [
          <Row key={message.seq} chat={chat} say={say} message={message} before={chat.messages[at - 1]} open={enlarge} quote={(one) => { setQuote(one); win.current!.querySelector<HTMLElement>(".say textarea")!.focus(); }} />,
          at === asked && part && <part.Rating key="rating" />,
        ])}
        {chat.outbox.map((one) => <Pending key={one.client_msg_id} one={one} say={say} base={chat.boot.base} open={enlarge} retry={() => (part ? part.retry(one) : chat.retry(one))} discard={() => chat.discard(one)} />)}
        {part && <><part.Menu /><part.Contact /></>}
      </div>
      {news && <button type="button" class="news" onClick={down}>{say("unread")} ↓</button>}
      <div class="typing" aria-live="polite">{chat.typingName && <><span class="dot" /><span class="dot" /><span class="dot" />{say("typing", { name: chat.typingName === "…" ? "" : chat.typingName })}</>}</div>
      {quote && <div class="qb"><Icon d="M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6" /><span>{quote.author.kind === "customer" ? say("you") : quote.author.name}: {quote.text || quote.file?.name}</span><button type="button" aria-label={say("cancelQuote")} onClick={() => setQuote(undefined)}><Icon d={kCross} /></button></div>}
      <Composer chat={chat} say={say} extra={extra} sendFile={sendFile} send={(text) => {
        stick.current = true;
        chat.send({ kind: "text", text, quote: quote && { id: quote.id, author_name: quote.author.kind === "customer" ? say("you") : quote.author.name, preview: (quote.text || quote.file?.name || "").slice(0, 80) } });
        setQuote(undefined);
      }} />
      <div class="foot">{chat.session?.typing_preview ? say("previewNotice") : ""}</div>
      {drop && <div class="drop">{say("drop")}</div>}
      {info && part && <part.Info close={() => { setInfo(false); win.current!.querySelector<HTMLElement>(".i")!.focus(); }} />}
      {picture && part && <part.Light url={picture} close={() => setPicture("")} />}
    </div>
  );
}

/** On a phone the window covers the page, so Tab goes round in it (and in an enlarged picture everywhere). */
function keepInside(event: KeyboardEvent, win: HTMLElement): void {
  const within = win.querySelector(".light") ?? (matchMedia("(max-width:480px)").matches ? win : undefined);
  if (!within) return;
  const stops = [...within.querySelectorAll<HTMLElement>("button:not(:disabled),textarea,a[href],[tabindex='0'],video,audio")];
  const now = (win.getRootNode() as ShadowRoot).activeElement;
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (now !== edge && now !== win) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
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
