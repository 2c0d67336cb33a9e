// A widget's look and embedding: defaults, checks, snippets.
import type { Id, LocalText, Widget, WidgetDraft } from "@yingda/client";

const text = (zh_CN = "", en = ""): LocalText => ({ zh_CN, en });
export const languages = ["zh-CN", "en"];
export const swatches = ["#0b7a65", "#1677ff", "#4f46e5", "#7c3aed", "#c0266d", "#c0362c", "#b45309", "#1f2937"];
export const lookTextMax = 500;

export function newWidget(name: string, company: string, team_id?: Id): WidgetDraft {
  return {
    name,
    enabled: true,
    allowed_origins: [],
    team_id,
    typing_preview: false,
    identity_required: false,
    languages: [...languages],
    look: {
      color: "#0b7a65",
      side: "right",
      launcher: "bubble",
      launcher_text: text("在线咨询", "Chat with us"),
      title: text(company, company),
      subtitle: text("一般几分钟内回复", "We usually reply within minutes"),
      greeting: text("您好，有什么可以帮您？", "Hello, how can we help you?"),
      auto_open_s: 0,
      avatar_url: "",
      offset_x: 20,
      offset_y: 20,
      dark: "auto",
      sound: true,
    },
  };
}

/** What is sent back to the server; languages in their BCP 47 form. */
export function draftOf(widget: Widget): WidgetDraft {
  return {
    name: widget.name,
    enabled: widget.enabled,
    allowed_origins: [...widget.allowed_origins],
    team_id: widget.team_id || undefined,
    typing_preview: widget.typing_preview,
    identity_required: widget.identity_required,
    languages: widget.languages.map((one) => one.replace("_", "-")),
    look: JSON.parse(JSON.stringify(widget.look)) as WidgetDraft["look"],
  };
}

export function isColor(color: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(color);
}

/** "https://shop.example", "https://*.shop.example"; undefined when it is none. A path or a missing scheme is mended. */
export function originOf(written: string): string | undefined {
  let value = written.trim().toLowerCase();
  if (!value) return undefined;
  if (!/^https?:\/\//.test(value)) value = /^(localhost|127\.|192\.168\.|10\.)/.test(value) ? `http://${value}` : `https://${value}`;
  const match = /^(https?):\/\/((?:\*\.)?[a-z0-9\u0080-\uffff]([a-z0-9.\-\u0080-\uffff]*[a-z0-9\u0080-\uffff])?)(:\d{1,5})?(\/.*)?$/.exec(value);
  if (!match) return undefined;
  const [, scheme, host, , port = ""] = match;
  if (host!.includes("..")) return undefined;
  return `${scheme}://${host}${port}`;
}

export function avatarOk(url: string): boolean {
  return url === "" || url.startsWith("/") || /^https:\/\/[^\s]+$/.test(url);
}

/** One line for the page, before </body>. */
export function embedCode(origin: string, key: string): string {
  return `<script async src="${origin}/widget.js" data-key="${key}"></${"script"}>`;
}

export function pick(words: LocalText, lang: "zh_CN" | "en"): string {
  return words[lang] || words[lang === "en" ? "zh_CN" : "en"] || "";
}

/** The words of the preview's made-up conversation and the widget's own defaults: in the previewed language, not the user's. */
export const previewWords = {
  title: text("在线客服", "Chat with us"),
  subtitle: text("在线，通常很快回复", "Online, usually replies soon"),
  launcher: text("在线咨询", "Chat with us"),
  today: text("今天", "Today"),
  automatic: text("自动", "Automatic"),
  question: text("你好，这款现在有货吗？", "Hi, is this one in stock?"),
  agent: text("小静", "Emma"),
  answer: text("有的，下午 4 点前付款今天就能发出。", "Yes, it ships today if you order before 4 pm."),
  typing: text("请问可以开发", "Could you sen"),
  placeholder: text("输入消息…", "Write a message…"),
  notice: text("客服可以看到您正在输入的内容", "Our agents can see what you type before you send it"),
};
