// What is it about? Topics before the queue, up to three levels deep; a person is always one step away, and so is simply writing.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { pick, say } from "../more_texts";
import { chat, useGrowth } from "../room";
import type { MenuItem } from "../types";
import { Icon } from "./icon";
import { linked } from "./linked";

const answerOf = (item: MenuItem) => (item.answer ? pick(item.answer) : "");

export function Menu() {
  const [path, setPath] = useState<MenuItem[]>([]);
  const [asked, setAsked] = useState(false);
  const [thanks, setThanks] = useState(false);
  const head = useRef<HTMLParagraphElement>(null);
  const chose = useRef(false);
  useGrowth(path, asked, thanks);
  // The button that was pressed is gone: the focus goes to what it led to.
  useLayoutEffect(() => {
    if (chose.current) head.current?.focus({ preventScroll: true });
    chose.current = false;
  }, [path, asked]);
  const menu = chat.boot.config.menu;
  const state = chat.conversation?.state;
  if (!menu?.items.length || !chat.started || (state && state !== "closed") || chat.outbox.length) return null;
  if (state === "closed" && !asked) return <div class="menu"><button type="button" class="chip" onClick={() => { chose.current = true; setAsked(true); }}>{say("menuAgain")}</button></div>;
  const here = path.at(-1);
  const topic = [...path].reverse().find((one) => one.topic)?.topic;
  const send = (text: string, about: string | undefined) => {
    setPath([]);
    setAsked(false);
    chat.send({ kind: "text", text, topic: about });
  };
  const go = (to: MenuItem[]) => {
    chose.current = true;
    setPath(to);
  };
  const choose = (item: MenuItem) => {
    setThanks(false);
    if (item.items.length || answerOf(item)) go([...path, item]);
    else send(pick(item.label), item.topic || topic);
  };
  const person = () => send(here ? `${pick(here.label)}${say("of")}${say("personSays")}` : say("personSays"), topic);
  const answer = here && answerOf(here);
  return (
    <div class="menu" role="group" aria-label={here ? pick(here.label) : pick(menu.prompt) || say("menu")}>
      {thanks && <p role="status">{say("menuThanks")}</p>}
      <p class="ask" ref={head} tabIndex={-1}>{here ? pick(here.label) : pick(menu.prompt) || say("menu")}</p>
      {answer && <div class="b" aria-live="polite">{linked(answer)}</div>}
      <div class="row">
        {answer && !here!.items.length
          ? <button type="button" class="main" onClick={() => { go([]); setThanks(true); }}>{say("solved")}</button>
          : (here?.items ?? menu.items).map((item) => <button key={item.id} type="button" class="chip" onClick={() => choose(item)}>{pick(item.label)}{item.items.length > 0 && <Icon d="M10 7l5 5-5 5" />}</button>)}
        {here && <button type="button" class="chip quiet" onClick={() => go(path.slice(0, -1))}><Icon d="M14 7l-5 5 5 5" />{say("menuBack")}</button>}
        <button type="button" class="chip person" onClick={person}>{say("person")}</button>
      </div>
    </div>
  );
}
