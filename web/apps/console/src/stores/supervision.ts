// The live board (现场看板): one subscription while somebody looks at it, and the way it grows old when nothing comes.
import type { Board, Id } from "@yingda/client";
import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";

import { api } from "../lib/api";
import { useLive } from "./live";

/** Where sockets are blocked the board is asked for. */
const askEveryMs = 3_000;

export const useSupervision = defineStore("supervision", () => {
  const live = useLive();
  const board = shallowRef<Board>();
  /** When the board came, by this computer's clock. */
  const receivedAt = ref(0);
  const unit = ref<Id | null>(null);
  const failed = ref<unknown>();
  let viewers = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  function take(value: Board): void {
    // A frame may overtake an answer that was asked before it.
    if (board.value && value.at_ms < board.value.at_ms) return;
    board.value = value;
    receivedAt.value = Date.now();
    failed.value = undefined;
  }

  async function ask(): Promise<void> {
    const asked = unit.value;
    try {
      const answer = await api.board(asked ? { unit_id: asked } : {});
      if (asked === unit.value) take(answer);
    } catch (error) {
      failed.value = error;
    }
  }

  function subscribe(): void {
    live.subscribeBoard(viewers > 0 ? unit.value : undefined);
    clearInterval(timer);
    if (viewers === 0) return;
    void ask();
    timer = setInterval(() => {
      if (live.transport === "poll") void ask();
    }, askEveryMs);
  }

  /** Counts lookers: the subscription lasts as long as one of them. Answers what ends it. */
  function look(): () => void {
    viewers += 1;
    if (viewers === 1) {
      live.onBoard(take);
      subscribe();
    }
    return () => {
      viewers -= 1;
      if (viewers > 0) return;
      board.value = undefined;
      subscribe();
    };
  }

  function narrow(to: Id | null): void {
    if (to === unit.value) return;
    unit.value = to;
    board.value = undefined;
    subscribe();
  }

  // After an outage the board is asked for at once; frames follow by themselves.
  watch(
    () => live.status,
    (status) => {
      if (status === "live" && viewers > 0) void ask();
    },
  );

  return { board, receivedAt, unit: computed(() => unit.value), failed, look, narrow, ask };
});
