// The one script line: shows the launcher, offers window.Yingda, and fetches the chat application only when it is needed (opened,
// identified, or a conversation of this visitor exists). Keeps out of the page's way: one element, one shadow root, no styles outside.
import { paintOf } from "@yingda/ui/paint";
import type { Boot, Config, Identity } from "./types";

declare const __APP__: string;
declare const __MORE__: string;

type Listener = (value: unknown) => void;
export interface AppHandle {
  open(): void; close(): void; identify(identity: Identity): Promise<void>; setAttributes(attributes: Record<string, string>): void;
  track(name: string, properties?: Record<string, unknown>): void;
}
interface Api {
  open(): void; close(): void; toggle(): void; identify(identity: Identity): void; setAttributes(a: Record<string, string>): void;
  track(name: string, properties?: Record<string, unknown>): void; on(event: string, listener: Listener): void; off(event: string, listener: Listener): void;
  q?: [keyof Api, ...unknown[]][];
}

(() => {
  const script = (document.currentScript ?? document.querySelector("script[src*='/widget.js'][data-key]")) as HTMLScriptElement | null;
  const host = window as unknown as { Yingda?: Api };
  if (!script || (host.Yingda && !host.Yingda.q)) return;
  const key = script.dataset.key ?? "";
  const base = new URL(script.src).origin;
  const early = host.Yingda?.q ?? [];
  const listeners: Record<string, Listener[]> = {};
  const emit = (event: string, value?: unknown) => {
    for (const listener of listeners[event] ?? []) {
      try { listener(value); } catch (error) { console.error(error); }
    }
  };

  let boot: Boot | undefined;
  let root: ShadowRoot | undefined;
  let launcher: HTMLButtonElement | undefined;
  let app: Promise<AppHandle> | undefined;
  let opened = false;
  let unread = 0;
  let tries = 0;
  let before: Element | null = null;

  const language = (config: Config): "zh" | "en" => {
    const offered = config.widget.languages?.length ? config.widget.languages : ["zh-CN", "en"];
    const wanted = script.dataset.lang ?? document.documentElement.lang ?? navigator.language;
    const tag = /^zh/i.test(wanted || navigator.language) ? "zh" : "en";
    return offered.some((one) => one.startsWith(tag)) ? tag : /^zh/.test(offered[0] ?? "") ? "zh" : "en";
  };

  const paint = () => {
    if (!launcher || !boot) return;
    const zh = boot.lang === "zh";
    launcher.setAttribute("aria-expanded", String(opened));
    const label = opened ? (zh ? "收起聊天窗" : "Close chat") : zh ? "打开聊天窗" : "Open chat";
    launcher.setAttribute("aria-label", unread ? `${label} (${unread})` : label);
    launcher.classList.toggle("opened", opened);
    const badge = launcher.querySelector("b") as HTMLElement;
    badge.textContent = unread > 99 ? "99+" : String(unread);
    badge.hidden = !unread || opened;
  };

  const load = (): Promise<AppHandle> => {
    app ??= ready.then(() => import(/* @vite-ignore */ `${base}/widget/${__APP__}${tries ? `?${tries}` : ""}`)).then(
      (module: { start(root: ShadowRoot, boot: Boot, hooks: object): AppHandle }) =>
        module.start(root!, boot!, {
          emit,
          unread: (count: number) => {
            if (count === unread) return;
            unread = count;
            paint();
            emit("unread", count);
          },
          opened: (now: boolean) => {
            if (opened === now) return;
            opened = now;
            if (now) before = document.activeElement;
            else try { sessionStorage.setItem(`yingda:${key}:closed`, "1"); } catch { /* storage is blocked */ }
            paint();
            if (!now) (launcher ?? (before as HTMLElement | null))?.focus({ preventScroll: true });
            emit(now ? "open" : "close");
          },
        }),
    );
    // A browser may remember that an address failed: the next try has its own.
    app.catch((error) => { console.error("Yingda", error); app = undefined; ++tries; });
    return app;
  };

  const api: Api = {
    open: () => void load().then((a) => a.open()),
    close: () => void app?.then((a) => a.close()),
    toggle: () => (opened ? api.close() : api.open()),
    identify: (identity) => void load().then((a) => a.identify(identity)).catch((error) => emit("error", error)),
    setAttributes: (attributes) => void load().then((a) => a.setAttributes(attributes)),
    track: (name, properties) => void load().then((a) => a.track(name, properties)),
    on: (event, listener) => {
      (listeners[event] ??= []).push(listener);
      if (event === "ready" && boot) queueMicrotask(() => listener(undefined));
    },
    off: (event, listener) => { listeners[event] = (listeners[event] ?? []).filter((one) => one !== listener); },
  };

  const show = (config: Config) => {
    const look = config.widget.look;
    boot = { base, key, lang: language(config), config, more: __MORE__ };
    const element = document.createElement("div");
    element.id = "yingda-widget";
    root = element.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    const { brand, ink } = paintOf(look.color);
    sheet.replaceSync(`:host{all:initial;--brand:${brand};--ink:${ink};--x:${look.offset_x}px;--y:${look.offset_y}px}
.launcher{position:fixed;z-index:2147483000;${look.side}:calc(var(--x) + env(safe-area-inset-${look.side}));bottom:calc(var(--y) + env(safe-area-inset-bottom));
display:inline-flex;align-items:center;gap:8px;border:0;cursor:pointer;background:var(--brand);color:var(--ink);height:56px;min-width:56px;padding:0 14px;
border-radius:28px;font:600 15px/1 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;box-shadow:0 8px 24px rgba(15,23,42,.24),0 2px 6px rgba(15,23,42,.16),inset 0 0 0 1px rgba(255,255,255,.12);transition:transform .15s,box-shadow .15s}
.launcher:hover{transform:translateY(-2px)}.launcher:active{transform:none}.launcher:focus-visible{outline:3px solid var(--brand);outline-offset:3px;box-shadow:0 0 0 3px #fff}
.launcher svg{display:block;width:28px;height:28px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.launcher .x{display:none;margin:auto}.launcher .c{margin:auto}.launcher .f{fill:currentColor;stroke:none}.launcher .d{stroke:var(--brand);stroke-width:2.6}.launcher.opened .x{display:block}.launcher.opened .c,.launcher.opened span{display:none}
.launcher b{position:absolute;top:-4px;right:-4px;min-width:20px;height:20px;border-radius:10px;background:#d4380d;color:#fff;font:600 12px/20px system-ui;text-align:center;padding:0 5px;box-sizing:border-box}
.launcher b[hidden]{display:none}@media (max-width:480px){.launcher.opened{display:none}}@media (prefers-reduced-motion:reduce){.launcher{transition:none}}@media print{:host{display:none}}`);
    root.adoptedStyleSheets = [sheet];
    if (look.launcher !== "none") {
      launcher = document.createElement("button");
      launcher.type = "button";
      launcher.className = "launcher";
      launcher.innerHTML =
        '<svg class="c" viewBox="0 0 24 24" aria-hidden="true"><path class="f" d="M12 2.8c5.4 0 9.7 3.8 9.7 8.6S17.4 20 12 20a11 11 0 0 1-3-.4L4.6 21.7a.7.7 0 0 1-1-.8l.8-3.8a8 8 0 0 1-2.1-5.7C2.3 6.6 6.6 2.8 12 2.8z"/><path class="d" d="M8 11.5h.01M12 11.5h.01M16 11.5h.01"/></svg><svg class="x" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 9l6 6 6-6"/></svg>';
      if (look.launcher === "bar") {
        const text = document.createElement("span");
        text.textContent = look.launcher_text[boot.lang === "zh" ? "zh_CN" : "en"] || (boot.lang === "zh" ? "在线咨询" : "Chat with us");
        launcher.append(text);
      }
      launcher.append(document.createElement("b"));
      launcher.onclick = api.toggle;
      root.append(launcher);
      paint();
    }
    document.body.append(element);
    // Only where the company switched it on, and never again once the visitor has closed it.
    if (look.auto_open_s > 0) setTimeout(() => {
      let closed: string | null = null;
      try { closed = sessionStorage.getItem(`yingda:${key}:closed`); } catch { /* storage is blocked */ }
      if (!opened && !closed) api.open();
    }, look.auto_open_s * 1000);
    // A visitor with a conversation hears of answers without opening anything.
    try { if (localStorage.getItem(`yingda:${key}:talk`)) void load(); } catch { /* storage is blocked: nothing to resume */ }
  };

  const ready = new Promise<void>((resolve) => {
    const go = async (attempt = 0): Promise<void> => {
      const answer = await fetch(`${base}/api/v1/webchat/${encodeURIComponent(key)}/config`, { credentials: "omit" }).catch(() => undefined);
      if (answer?.ok) {
        show((await answer.json()) as Config);
        resolve();
        emit("ready");
      } else if (answer && answer.status < 500 && answer.status !== 429) {
        console.warn(`Yingda: the widget "${key}" does not exist or may not be shown on this page`);
      } else if (attempt < 6) {
        setTimeout(() => void go(attempt + 1), 2000 * 2 ** attempt);
      }
    };
    if (document.body) void go();
    else addEventListener("DOMContentLoaded", () => void go());
  });

  host.Yingda = api;
  for (const [method, ...args] of early) (api[method] as (...a: unknown[]) => void)(...args);
})();
