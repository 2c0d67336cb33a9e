// Unsaved words are not thrown away by a click on a link or a closed tab.
import { onBeforeUnmount, onMounted } from "vue";
import { onBeforeRouteLeave, onBeforeRouteUpdate } from "vue-router";

import { useSession } from "../../stores/session";
import { confirmLeave } from "./ask";

/** `dirty` is asked whenever the route changes or the page closes. A session that ended lets everything go. */
export function useLeaveGuard(dirty: () => boolean): void {
  const session = useSession();
  const check = () => (dirty() && session.info ? confirmLeave() : true);
  const unload = (event: BeforeUnloadEvent) => {
    if (dirty()) event.preventDefault();
  };
  onBeforeRouteLeave(check);
  onBeforeRouteUpdate((to, from) => (to.path === from.path ? true : check()));
  onMounted(() => addEventListener("beforeunload", unload));
  onBeforeUnmount(() => removeEventListener("beforeunload", unload));
}
