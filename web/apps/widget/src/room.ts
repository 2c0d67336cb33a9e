// The chat that the second chunk serves: one a page.
import type { Chat } from "./chat";

export let chat: Chat;
export function takeChat(one: Chat): void { chat = one; }
