// The chat that the second chunk serves: one a page; and how its parts behave in the thread.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Chat } from "./chat";

export let chat: Chat;
export function takeChat(one: Chat): void { chat = one; }

/** A part of the thread that grows or shrinks: who reads at the end stays at the end. */
export function useGrowth(...of: unknown[]): void {
  const first = useRef(true);
  useLayoutEffect(() => {
    if (first.current) first.current = false;
    else queueMicrotask(() => chat.changed()); // not within the drawing that is under way
  }, of);
}
