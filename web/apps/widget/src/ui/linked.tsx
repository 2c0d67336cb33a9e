import type { ComponentChildren } from "preact";

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
