// One message: bubble, quote, file, delivery state, what can be done with it.
import type { ComponentChildren } from "preact";
import type { Say } from "../texts";
import type { FileInfo, Message, Outgoing } from "../types";

export const Icon = ({ d, c }: { d: string; c?: string }) => <svg viewBox="0 0 24 24" aria-hidden="true" class={c}><path d={d} /></svg>;

const kLink = /\bhttps?:\/\/[^\s<>"'，。！？、；）】]+/g;

/** Text with its addresses as links; never HTML. */
export function linked(text: string): ComponentChildren[] {
  const out: ComponentChildren[] = [];
  let at = 0;
  for (const match of text.matchAll(kLink)) {
    out.push(text.slice(at, match.index), <a href={match[0]} target="_blank" rel="noopener noreferrer nofollow">{match[0]}</a>);
    at = match.index + match[0].length;
  }
  out.push(text.slice(at));
  return out;
}

export const size = (bytes: number) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

export function Body({ kind, text, file, say, base, open }: { kind: Message["kind"]; text: string; file?: FileInfo; say: Say; base: string; open(url: string): void }) {
  const url = file?.url ? (/^(https?|blob):/.test(file.url) ? file.url : base + file.url) : "";
  if (file && kind === "image" && url) {
    const small = file.thumbnail_url ? base + file.thumbnail_url : url;
    const ratio = file.width && file.height ? { width: Math.min(260, file.width), height: Math.min(280, (Math.min(260, file.width) * file.height) / file.width) } : {};
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

export function Quoted({ quote }: { quote?: Message["quote"] }) {
  return quote ? <div class="who"><div class="q">{quote.author_name ? `${quote.author_name}: ` : ""}{quote.preview}</div></div> : null;
}

export function Pending({ one, say, base, open, retry, discard }: { one: Outgoing; say: Say; base: string; open(url: string): void; retry(): void; discard(): void }) {
  return (
    <div class="m me">
      <Quoted quote={one.quote} />
      <Body kind={one.kind} text={one.text} file={one.file} say={say} base={base} open={open} />
      {one.progress !== undefined && <div class="prog" role="progressbar" aria-valuenow={Math.round(one.progress * 100)} aria-valuemin={0} aria-valuemax={100} aria-label={say("sending")}><i style={{ width: `${one.progress * 100}%` }} /></div>}
      {one.failed !== undefined
        ? <div class="st bad" role="alert">{one.failed || say("failed")}<button type="button" onClick={retry}>{say("retry")}</button><button type="button" onClick={discard}>{say("remove")}</button></div>
        : <div class="st"><Icon c="tick" d="M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z" /><span>{say("sending")}</span></div>}
    </div>
  );
}
