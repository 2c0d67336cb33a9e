// Where the visitor stands: his place in the queue, or when we are back. Said only as exactly as we know it.
import { chat } from "../room";
import { say } from "../more_texts";
import { waitWords, whenShort } from "../moments";

export function Standing() {
  const talk = chat.conversation;
  let words = "";
  if (talk?.state === "promised") words = talk.promised_at_ms ? say("promised", { time: whenShort(talk.promised_at_ms) }) : say("offlineBar");
  else if (talk?.state === "queued" && !chat.online) words = say("offlineBar");
  else if (talk?.state === "queued") {
    const ahead = (talk.queue_position ?? 0) - 1;
    words = ahead < 0 ? say("queued") : `${ahead > 0 ? say("queue", { n: ahead }) : say("next")}${say("join")}${waitWords(talk.estimated_wait_ms)}`;
  } else if (!chat.online && talk?.state !== "assigned") words = chat.session?.next_open_at_ms ? say("backAt", { time: whenShort(chat.session.next_open_at_ms) }) : say("leave");
  return words ? <div class="bar info" role="status">{words}</div> : null;
}
