// Files on their way: a pending message at once, progress, refusals with the server's words, and another try when the network is back.
import { chat } from "./room";
import { say } from "./more_texts";
import type { FileInfo, Message, Outgoing } from "./types";

class Refused extends Error {}

const failed = new Map<Outgoing, () => void>();

function kindOf(type: string, picture: boolean): Message["kind"] {
  return picture ? "image" : type.startsWith("video/") ? "video" : type.startsWith("audio/") ? "voice" : "file";
}

function upload(file: Blob, name: string, progress: (share: number) => void): Promise<FileInfo> {
  return chat.start().then(() => new Promise<FileInfo>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${chat.boot.base}/api/v1/webchat/files?name=${encodeURIComponent(name)}`);
    request.setRequestHeader("Authorization", `Bearer ${chat.session?.visitor_token ?? ""}`);
    request.setRequestHeader("Accept-Language", chat.boot.lang === "zh" ? "zh-CN" : "en");
    if (file.type) request.setRequestHeader("Content-Type", file.type);
    request.upload.onprogress = (event) => { if (event.lengthComputable) progress(event.loaded / event.total); };
    request.onload = () => {
      let body: { message?: string } = {};
      try { body = JSON.parse(request.responseText) as typeof body; } catch { /* not JSON: the status says it */ }
      if (request.status < 300) resolve(body as unknown as FileInfo);
      else reject(new Refused(body.message ?? ""));
    };
    request.onerror = () => reject(new Refused(""));
    request.send(file);
  }));
}

export function sendFile(file: Blob, name: string): void {
  const limit = chat.session?.file_limit_bytes ?? 50 * 1024 * 1024;
  const local: FileInfo = { id: "", name, content_type: file.type, bytes: file.size, width: 0, height: 0, duration_ms: 0, thumbnail: false, url: URL.createObjectURL(file) };
  const one = chat.send({ kind: kindOf(file.type, file.type.startsWith("image/")), text: "", file: local, progress: 0 });
  if (file.size > limit) {
    delete one.progress;
    one.failed = say("tooLarge", { n: Math.floor(limit / 1048576) });
    return chat.changed();
  }
  const go = () => void upload(file, name, (share) => { one.progress = share; chat.changed(); }).then(
    (stored) => {
      // What the server found in the bytes decides, not the name.
      one.kind = kindOf(stored.content_type, stored.content_type.startsWith("image/") && stored.width > 0);
      chat.uploaded(one, stored);
    },
    (error: unknown) => {
      if (!chat.up) return void chat.waiting.add(go);
      delete one.progress;
      one.failed = (error instanceof Refused && error.message) || say("upload");
      failed.set(one, go);
      chat.changed();
    },
  );
  if (chat.started && !chat.up) chat.waiting.add(go);
  else go();
}

export function retry(one: Outgoing): void {
  const again = failed.get(one);
  failed.delete(one);
  if (again) one.progress = 0;
  chat.retry(one);
  again?.();
}
