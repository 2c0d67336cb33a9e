// What the second chunk borrows from the first: one Preact for both, so that its components live in the same tree. The build takes
// `preact/hooks` and `preact/jsx-runtime` of the second chunk from here.
import type { VNode } from "preact";
import type { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Lent {
  jsx(type: unknown, props: Record<string, unknown>, key?: unknown): VNode;
  useEffect: typeof useEffect; useLayoutEffect: typeof useLayoutEffect; useRef: typeof useRef; useState: typeof useState;
}
export let lent: Lent;
export function borrow(from: Lent): void { lent = from; }
