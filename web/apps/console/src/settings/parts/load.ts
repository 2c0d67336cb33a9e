// Fetching for a page: state, retry, and again when a colleague changed the same thing.
import { onBeforeUnmount, onMounted, ref } from "vue";

import { errorText } from "../../lib/say";
import { useLive } from "../../stores/live";

export function useLoad(run: () => Promise<unknown>) {
  const loading = ref(true);
  const failed = ref("");
  async function load(): Promise<void> {
    failed.value = "";
    try {
      await run();
    } catch (error) {
      failed.value = errorText(error);
    } finally {
      loading.value = false;
    }
  }
  onMounted(load);
  return { loading, failed, load };
}

/** Calls `run` soon after somebody changed one of the areas (settings.changed). */
export function useSettingsChanged(areas: string[], run: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = useLive().listen((event) => {
    if (!("area" in event.data) || !areas.includes(event.data.area)) return;
    clearTimeout(timer);
    timer = setTimeout(run, 300);
  });
  onBeforeUnmount(() => {
    clearTimeout(timer);
    stop();
  });
}
