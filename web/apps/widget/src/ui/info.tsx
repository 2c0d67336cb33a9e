// Everything the visitor may want to know before he writes: hours, what happens next, when something ends, what can be sent. In the
// window's place below its head, never over the page.
import { useEffect, useRef, useState } from "preact/hooks";
import { whenShort } from "../moments";
import { say, type Word } from "../more_texts";
import { askService, type Service } from "../presence";
import { chat } from "../room";
import { Icon, kCross } from "./icon";

function span(ms: number): string {
  const minutes = Math.round(ms / 60000);
  const [n, key]: [number, Word] = minutes < 120 ? [minutes, "minutes"] : minutes < 2880 ? [Math.round(minutes / 60), "hoursLong"] : [Math.round(minutes / 1440), "days"];
  return say(key, { n: Math.max(1, n) });
}

function zoneName(timeZone: string): string {
  const parts = new Intl.DateTimeFormat(chat.boot.lang === "zh" ? "zh-CN" : "en", { timeZone, timeZoneName: "long" }).formatToParts();
  return parts.find((part) => part.type === "timeZoneName")?.value ?? timeZone;
}

function openWords({ hours, online }: Service): string {
  if (online && !hours?.open_now) return say("onlineNow");
  if (!hours || (!online && hours.open_now)) return say("offlineNow");
  if (hours.always) return say("openAlways");
  if (hours.open_now) return say("openNow", { time: hours.closes_at_ms ? new Date(hours.closes_at_ms).toLocaleTimeString(chat.boot.lang === "zh" ? "zh-CN" : "en", { hour: "2-digit", minute: "2-digit" }) : "" });
  return hours.next_open_at_ms ? say("closedNow", { time: whenShort(hours.next_open_at_ms) }) : say("closedLong");
}

export function Info({ close }: { close(): void }) {
  const [answer, setAnswer] = useState<Service>();
  const [failed, setFailed] = useState(false);
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    head.current!.focus({ preventScroll: true });
    askService().then(setAnswer, () => setFailed(true));
  }, []);
  const hours = answer?.hours;
  const visitorZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <section class="about" aria-labelledby="yd-info">
      <div class="abouth"><h3 id="yd-info" ref={head} tabIndex={-1}>{say("info")}</h3><button type="button" aria-label={say("close")} onClick={close}><Icon d={kCross} /></button></div>
      {failed && <p role="alert">{say("infoFailed")}</p>}
      {!answer && !failed && <div class="bones" aria-hidden="true"><i /><i /><i /></div>}
      {answer && <>
        <p class={`now${answer.online ? " on" : ""}`}><i />{openWords(answer)}</p>
        <h4>{say("hours")}</h4>
        {hours ? <>
          {!hours.always && <dl>{hours.lines.map((line) => <div><dt>{line.days}</dt><dd>{line.times || say("closed")}</dd></div>)}</dl>}
          {hours.holidays && <p>{say("holidays")}</p>}
          {hours.time_zone !== visitorZone && <p>{say("zone", { zone: zoneName(hours.time_zone) })}</p>}
        </> : <p>{say("noHours")}</p>}
        <h4>{say("how")}</h4>
        <ul>
          <li>{say("howQueue")}</li>
          <li>{say("howAway")}</li>
          {answer.promises.remind_ms > 0 && <li>{say("howRemind", { a: span(answer.promises.remind_ms) })}</li>}
          {answer.promises.close_ms > 0 && <li>{say("howClose", { b: span(answer.promises.close_ms) })}</li>}
          <li>{say("howNeverClose")}</li>
          {answer.rating && <li>{say("howRating")}</li>}
        </ul>
        <h4>{say("limits")}</h4>
        <p>{say("limitsText", { n: answer.limits.text_code_points, m: Math.floor(answer.limits.file_bytes / 1048576) })}</p>
        <p>{say("history")}</p>
      </>}
    </section>
  );
}
