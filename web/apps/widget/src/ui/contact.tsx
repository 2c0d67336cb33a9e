// Nobody is there: would the visitor leave a way to reach him? Asked once, never in the way.
import { useState } from "preact/hooks";
import { say } from "../more_texts";
import { chat, useGrowth } from "../room";

export function Contact() {
  const [text, setText] = useState("");
  const [bad, setBad] = useState("");
  useGrowth(bad);
  const waits = chat.conversation?.state === "queued" || chat.conversation?.state === "promised";
  if (chat.contact) return <div class="sys" role="status">{say("contactKept", { contact: chat.contact })}</div>;
  if (chat.online || !waits || !chat.session || chat.session.has_contact || chat.contactAsked) return null;
  const submit = (event: Event) => {
    event.preventDefault();
    const value = text.trim();
    const mail = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value);
    const phone = /^\+?[\d\s()-]{5,31}$/.test(value);
    if (!mail && !phone) return setBad(say("contactBad"));
    setBad("");
    chat.leaveContact(mail ? { email: value } : { phone: value });
  };
  return (
    <form class="card" onSubmit={submit} noValidate aria-labelledby="yd-contact">
      <b id="yd-contact">{say("contactAsk")}</b>
      <p id="yd-why">{say("contactWhy")}</p>
      <input type="text" inputMode="email" autoComplete="email" maxLength={254} value={text} placeholder={say("contactBox")} aria-label={say("contactBox")} aria-describedby="yd-why" aria-invalid={!!bad} onInput={(event) => setText(event.currentTarget.value)} />
      {bad && <p class="bad" role="alert">{bad}</p>}
      <div class="row"><button type="submit" class="main" disabled={!text.trim()}>{say("contactSave")}</button><button type="button" class="chip" onClick={() => chat.noContact()}>{say("contactNo")}</button></div>
    </form>
  );
}
