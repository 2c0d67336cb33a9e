// What the server says about a policy while it is edited: asked a moment after the last change.
import { inject, onScopeDispose, provide, ref, watch, type InjectionKey, type Ref } from "vue";

import type { QueuePolicy } from "../model/policy";
import { routing, type Warning } from "../service";

const waitMs = 400;

/** Runs `ask` a moment after `source` came to rest; an older answer never replaces a newer one. */
export function useDebounced<T>(source: () => unknown, ask: () => Promise<T>, take: (answer: T) => void): { failed: Ref<boolean>; busy: Ref<boolean>; now: () => void } {
  const failed = ref(false);
  const busy = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;
  async function run(): Promise<void> {
    clearTimeout(timer);
    const mine = (turn += 1);
    busy.value = true;
    try {
      const answer = await ask();
      if (mine !== turn) return;
      take(answer);
      failed.value = false;
    } catch {
      if (mine === turn) failed.value = true;
    } finally {
      if (mine === turn) busy.value = false;
    }
  }
  watch(
    source,
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => void run(), waitMs);
    },
    { deep: true },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    turn += 1;
  });
  return { failed, busy, now: () => void run() };
}

const key: InjectionKey<Ref<Warning[]>> = Symbol("advice");

export function provideAdvice(policy: Ref<QueuePolicy>): Ref<Warning[]> {
  const warnings = ref<Warning[]>([]);
  useDebounced(
    () => policy.value,
    () => routing.check(policy.value),
    (answer) => (warnings.value = answer.warnings),
  );
  provide(key, warnings);
  return warnings;
}

export function useAdvice(): Ref<Warning[]> {
  return inject(key, () => ref([]), true);
}
