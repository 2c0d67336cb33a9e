// A voice clip of at most a minute.
const kClipMs = 60000;

/** Asks for the microphone and records until `stop()` of what it gives; `done` gets the clip, empty when nothing was heard. */
export async function record(done: (clip: Blob, name: string) => void): Promise<MediaRecorder> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const made = new MediaRecorder(stream);
  const chunks: Blob[] = [];
  made.ondataavailable = (event) => chunks.push(event.data);
  made.onstop = () => {
    for (const one of stream.getTracks()) one.stop();
    const type = made.mimeType.split(";")[0] || "audio/webm";
    done(new Blob(chunks, { type }), `voice.${type.includes("mp4") ? "m4a" : type.includes("ogg") ? "ogg" : "webm"}`);
  };
  made.start();
  setTimeout(() => { if (made.state === "recording") made.stop(); }, kClipMs);
  return made;
}
