// The second chunk: everything that is needed only once the window is open. It comes while the window opens; budget in build.mjs.
import { moreCss } from "./more_style";
import { speak } from "./more_texts";
import { borrow, type Lent } from "./slot";
import { keepFresh } from "./presence";
import { takeChat } from "./room";
import type { Chat } from "./chat";

export { Contact } from "./ui/contact";
export { Emoji } from "./ui/emoji";
export { Info } from "./ui/info";
export { Light } from "./ui/light";
export { Menu } from "./ui/menu";
export { Rating } from "./ui/rating";
export { Standing } from "./ui/standing";
export { refresh } from "./presence";
export { retry, sendFile } from "./uploads";
export { record } from "./voice";

export function setup(from: Lent, root: ShadowRoot, chat: Chat): void {
  borrow(from);
  speak(chat.boot.lang);
  takeChat(chat);
  keepFresh();
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(moreCss);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}
