// One message: bubble, quote, file, delivery state, what can be done with it.
import type { Chat } from "../chat";
import { Icon } from "./icon";
import { linked } from "./linked";
import { known, type Say } from "../texts";
import type { FileInfo, Message, Outgoing } from "../types";


export const size = (bytes: number) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

export function Body({ kind, text, file, say, base, open }: { kind: Message["kind"]; text: string; file?: FileInfo; say: Say; base: string; open(url: string): void }) {
  const url = file?.url ? (/^(https?|blob):/.test(file.url) ? file.url : base + file.url) : "";
  if (file && kind === "image" && url) {
    const small = file.thumbnail_url ? base + file.thumbnail_url : url;
    // The room is there before the picture is, so that the thread does not jump.
    const share = Math.min(1, 240 / file.width, 260 / file.height);
    const ratio = file.width && file.height ? { width: Math.round(file.width * share), height: Math.round(file.height * share) } : {};
    return <div class="b media"><button type="button" onClick={() => open(url)} aria-label={`${say("image")} ${file.name}`}><img src={small} alt={file.name} loading="lazy" {...ratio} /></button></div>;
  }
  if (file && kind === "video" && url) return <div class="b media"><video src={url} controls preload="metadata" aria-label={file.name} /></div>;
  if (file && kind === "voice" && url) return <div class="b"><audio src={url} controls preload="metadata" aria-label={file.name} /></div>;
  if (file) {
    return (
      <div class="b"><a class="file" href={url || undefined} target="_blank" rel="noopener"><Icon d="M14 3H6a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V8zM14 3v5h5" /><span>{file.name}<small>{size(file.bytes)}</small></span></a></div>
    );
  }
  return <div class="b">{linked(text)}</div>;
}

export function Quoted({ quote, me, say }: { quote?: Message["quote"]; me?: Chat["session"]; say: Say }) {
  if (!quote) return null;
  const own = quote.author_name === me?.customer.name || quote.author_name === me?.customer.label;
  return <div class="q">{own ? say("you") : quote.author_name}: {quote.preview}</div>;
}

export function Pending({ one, say, base, open, retry, discard }: { one: Outgoing; say: Say; base: string; open(url: string): void; retry(): void; discard(): void }) {
  return (
    <div class="m me">
      <Quoted quote={one.quote} say={say} />
      <Body kind={one.kind} text={one.text} file={one.file} say={say} base={base} open={open} />
      {one.progress !== undefined && <div class="prog" role="progressbar" aria-valuenow={Math.round(one.progress * 100)} aria-valuemin={0} aria-valuemax={100} aria-label={say("sending")}><i style={{ width: `${one.progress * 100}%` }} /></div>}
      {one.failed !== undefined
        ? <div class="st bad" role="alert">{one.failed || say("failed")}<button type="button" onClick={retry}>{say("retry")}</button><button type="button" onClick={discard}>{say("remove")}</button></div>
        : <div class="st"><Icon c="tick" d="M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z" /><span>{say("sending")}</span></div>}
    </div>
  );
}

const kFollowsMs = 120000;
const sameDay = (a: number, b: number) => new Date(a).toDateString() === new Date(b).toDateString();

export function Row({ chat, say, message, before, open, quote }: { chat: Chat; say: Say; message: Message; before?: Message; open(url: string): void; quote(message: Message): void }) {
  const locale = chat.boot.lang === "zh" ? "zh-CN" : "en";
  const separator = !before || !sameDay(before.created_at_ms, message.created_at_ms)
    ? <div class="day"><span>{dayName(message.created_at_ms, say, locale)}</span></div> : null;
  if (message.kind === "system") {
    const key = message.system?.key ?? "";
    return <>{separator}{known(key) && <div class="sys">{say(key, message.system?.args)}</div>}</>;
  }
  const me = message.author.kind === "customer";
  if (message.recalled_at_ms) return <>{separator}<div class="sys">{say("recalled", { name: me ? say("you") : message.author.name })}</div></>;
  const receipts = chat.conversation?.receipts;
  const state = !me ? undefined : message.seq <= (receipts?.agent_read_seq ?? 0) ? "read" : message.seq <= (receipts?.agent_delivered_seq ?? 0) ? "delivered" : "sent";
  const follows = before && before.kind !== "system" && !before.recalled_at_ms && before.author.kind === message.author.kind && before.author.id === message.author.id && message.created_at_ms - before.created_at_ms < kFollowsMs && !separator;
  const time = new Date(message.created_at_ms).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  return (
    <>
      {separator}
      <div class={`m${me ? " me" : ""}${follows ? " f" : ""}`}>
        {!me && !follows && <><div class="av" aria-hidden="true">{[...message.author.name][0]}</div><div class="who">{message.author.name}{message.automatic && <i>{say("auto")}</i>}</div></>}
        <Quoted quote={message.quote} me={chat.session} say={say} />
        <Body kind={message.kind} text={message.text} file={message.file} say={say} base={chat.boot.base} open={open} />
        <div class="st"><time>{time}</time>{state && <><Icon c={`tick ${state}`} d={state === "sent" ? "M5 12l5 5 9-10" : "M1.5 12l4.5 5 8.5-10M12 16l1 1 8.5-10"} /><span class="sr">{say(state)}</span></>}</div>
        <div class="acts">
          <button type="button" onClick={() => quote(message)}>{say("quote")}</button>
          {me && Date.now() - message.created_at_ms < (chat.session?.recall_window_ms ?? 0) && <button type="button" onClick={() => chat.recall(message)}>{say("recall")}</button>}
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
