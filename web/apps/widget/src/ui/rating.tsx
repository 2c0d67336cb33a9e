// After the service: was it solved? Then, if he likes, a score, reasons and words. Stands in the thread, can be changed while the
// server allows it, never covers anything and never keeps the visitor from writing.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { pick, say } from "../more_texts";
import { chat, useGrowth } from "../room";
import type { Invitation } from "../types";

const kStar = "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z";
const kUp = "M7 11v9H4v-9zM7 11l4-7.5a2 2 0 0 1 2.5 2.4L12.8 10h5.7a2 2 0 0 1 2 2.4l-1.2 6a2 2 0 0 1-2 1.6H7";
const kDown = "M17 13V4h3v9zM17 13l-4 7.5a2 2 0 0 1-2.5-2.4l.7-4.1H5.5a2 2 0 0 1-2-2.4l1.2-6a2 2 0 0 1 2-1.6H17";
const kWordsMax = 1000;

const Shape = ({ d }: { d: string }) => <svg viewBox="0 0 24 24" aria-hidden="true"><path d={d} /></svg>;
const scores = (scale: Invitation["scale"]) => (scale === "stars" ? [1, 2, 3, 4, 5] : [1, 0]);
const nameOf = (scale: Invitation["scale"], score: number) => (scale === "stars" ? say("star", { n: score }) : say(score ? "good" : "bad"));
const shapeOf = (scale: Invitation["scale"], score: number) => (scale === "stars" ? kStar : score ? kUp : kDown);
const editable = (one: Invitation) => !one.editable_until_ms || one.editable_until_ms > Date.now();

export function Rating() {
  const one = chat.invitation;
  const [editing, setEditing] = useState(false);
  const card = useRef<HTMLElement>(null);
  const pressed = useRef(false);
  useGrowth(one?.state, editing);
  // The button that was pressed is gone: the focus goes to what stands in its place.
  useLayoutEffect(() => {
    if (pressed.current) card.current?.querySelector<HTMLElement>("input:checked,input,button")?.focus({ preventScroll: true });
    pressed.current = false;
  }, [one?.state, editing]);
  const press = (then: () => unknown) => () => { pressed.current = true; then(); };
  if (!one || one.state === "expired") return null;
  // He writes again: that service is history, only what he gave for it stays.
  const past = chat.conversation?.state !== "closed";
  if (past && (one.state === "asked" || one.state === "solved")) return null;
  if (one.state === "unsolved") return <div class="sys" role="status">{say("unsolved")}</div>;
  if (one.state === "asked") {
    return (
      <div class="card" role="group" aria-label={say("solvedAsk")} ref={card as never}>
        <b>{say("solvedAsk")}</b>
        <div class="row"><button type="button" class="main" onClick={press(() => chat.rate({ solved: true }))}>{say("yes")}</button><button type="button" class="chip" onClick={() => chat.rate({ solved: false })}>{say("no")}</button></div>
      </div>
    );
  }
  if (one.state === "rated" && (past || !editing)) {
    return (
      <div class="card done" role="status" ref={card as never}>
        <span>{say("rateSaved")}</span>
        <span class={`given ${one.scale}`} role="img" aria-label={nameOf(one.scale, one.score ?? 0)}>{one.scale === "stars" ? scores("stars").map((n) => <i class={n <= (one.score ?? 0) ? "on" : ""}><Shape d={kStar} /></i>) : <i class="on"><Shape d={shapeOf("thumbs", one.score ?? 0)} /></i>}</span>
        {!past && editable(one) && <button type="button" class="link" onClick={press(() => setEditing(true))}>{say("change")}</button>}
      </div>
    );
  }
  return editable(one) ? <div ref={card as never}><Score key={one.episode_id} one={one} done={press(() => setEditing(false))} /></div> : null;
}

function Score({ one, done }: { one: Invitation; done(): void }) {
  const [score, setScore] = useState(one.score);
  const [over, setOver] = useState<number>();
  const [keys, setKeys] = useState(one.reason_keys);
  const [words, setWords] = useState(one.words);
  const [problem, setProblem] = useState("");
  useGrowth(score, problem);
  const low = score !== undefined && score <= one.low_score_max;
  const reasons = score === undefined ? [] : one.reasons.filter((reason) => !reason.low_only || low);
  const submit = (event: Event) => {
    event.preventDefault();
    const sent = chat.rate({ solved: true, score, reason_keys: keys.filter((key) => reasons.some((reason) => reason.key === key)), words: words.trim() });
    if (sent) done();
    else setProblem(say("rateLost"));
  };
  return (
    <form class="card rate" onSubmit={submit}>
      <fieldset class={one.scale} onMouseLeave={() => setOver(undefined)}>
        <legend>{say("rateAsk")}</legend>
        {scores(one.scale).map((n) => (
          <label class={one.scale === "stars" ? (n <= (over ?? score ?? 0) ? "on" : "") : n === score ? "on" : ""} onMouseEnter={() => setOver(n)} title={nameOf(one.scale, n)}>
            <input type="radio" name={`yd-score-${one.episode_id}`} checked={n === score} aria-label={nameOf(one.scale, n)} onChange={() => setScore(n)} />
            <Shape d={shapeOf(one.scale, n)} />{one.scale === "thumbs" && <span aria-hidden="true">{nameOf("thumbs", n)}</span>}
          </label>
        ))}
      </fieldset>
      {score !== undefined && <>
        {reasons.length > 0 && <fieldset class="why"><legend>{say(low ? "whyLow" : "why")}</legend>{reasons.map((reason) => (
          <label class={keys.includes(reason.key) ? "chip on" : "chip"}><input type="checkbox" checked={keys.includes(reason.key)} onChange={() => setKeys(keys.includes(reason.key) ? keys.filter((key) => key !== reason.key) : [...keys, reason.key])} />{pick(reason)}</label>
        ))}</fieldset>}
        {one.ask_words && <textarea rows={2} maxLength={kWordsMax} value={words} placeholder={say("words")} aria-label={say("words")} onInput={(event) => setWords(event.currentTarget.value)} />}
        {problem && <p class="bad" role="alert">{problem}</p>}
        <div class="row"><button type="submit" class="main">{say("submit")}</button></div>
      </>}
    </form>
  );
}
