// Where the visitor writes: text, emoji, files (button, paste, drop), voice clips.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Chat } from "../chat";
import type { Extra } from "../extra";
import type { Say } from "../texts";
import { Icon } from "./icon";

const kTextMax = 5000;

export function Composer({ chat, say, extra, send, sendFile }: { chat: Chat; say: Say; extra: Extra; send(text: string): void; sendFile(file: Blob, name: string): void }) {
  const [text, setText] = useState(chat.draft);
  const [emoji, setEmoji] = useState(false);
  const [recorder, setRecorder] = useState<MediaRecorder>();
  const [problem, setProblem] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => { if (matchMedia("(pointer:fine)").matches) area.current?.focus({ preventScroll: true }); }, []);
  useEffect(() => {
    const box = area.current;
    if (!box) return;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 132)}px`;
  }, [text]);

  const change = (value: string) => { setText(chat.draft = value); chat.typing(value); };
  const insert = (one: string) => {
    const box = area.current!;
    const at = box.selectionStart;
    change(text.slice(0, at) + one + text.slice(box.selectionEnd));
    requestAnimationFrame(() => box.setSelectionRange(at + one.length, at + one.length));
  };
  const submit = (event?: Event) => {
    event?.preventDefault();
    if (!text.trim()) return;
    send(text.trim());
    setText(chat.draft = "");
    setEmoji(false);
    area.current?.focus();
  };
  const record = () => {
    if (recorder) return recorder.stop();
    extra.with((part) => part.record((clip, name) => { setRecorder(undefined); if (clip.size) sendFile(clip, name); }).then(setRecorder, () => setProblem(say("micBlocked"))));
  };

  return (
    <form class="say" onSubmit={submit}>
      <textarea
        ref={area} rows={1} value={text} maxLength={kTextMax} placeholder={say("placeholder")} aria-label={say("placeholder")}
        onInput={(event) => change(event.currentTarget.value)}
        onKeyDown={(event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) submit(event); }}
        onPaste={(event) => {
          // A copied table brings its picture along: where there is text, text is meant.
          const files = event.clipboardData?.getData("text/plain") ? [] : [...(event.clipboardData?.files ?? [])];
          if (files.length) event.preventDefault();
          for (const file of files) sendFile(file, file.name || "image.png");
        }}
      />
      {emoji && extra.part && <extra.part.Emoji pick={insert} />}
      <div class="tools">
        <button type="button" aria-label={say("emoji")} aria-expanded={emoji} onClick={() => { setEmoji(!emoji); extra.load(); }}><Icon d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5h.01M15 9.5h.01" /></button>
        <button type="button" aria-label={say("attach")} onClick={() => picker.current?.click()}><Icon d="M20 11.5l-8.2 8.2a5 5 0 0 1-7-7l8.4-8.5a3.3 3.3 0 0 1 4.7 4.7l-8.4 8.4a1.7 1.7 0 0 1-2.3-2.4l7.6-7.6" /></button>
        {"MediaRecorder" in window && <button type="button" class={recorder && "rec"} aria-label={say(recorder ? "stop" : "voice")} onClick={record}><Icon d={recorder ? "M7 7h10v10H7z" : "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5 11a7 7 0 0 0 14 0M12 18v3"} /></button>}
        {problem && <small role="alert">{problem}</small>}
        <button type="submit" class="go" aria-label={say("send")} disabled={!text.trim()}><Icon d="M12 19V5M6 11l6-6 6 6" /></button>
      </div>
      <input ref={picker} type="file" multiple hidden tabIndex={-1} onChange={(event) => { for (const file of [...(event.currentTarget.files ?? [])]) sendFile(file, file.name); event.currentTarget.value = ""; }} />
    </form>
  );
}
