import { say } from "../more_texts";
import { Icon, kCross } from "./icon";

/** A picture, enlarged over the page. */
export const Light = ({ url, close }: { url: string; close(): void }) => (
  <div class="light" role="dialog" aria-modal="true" aria-label={say("image")} onClick={close}>
    <img src={url} alt={say("image")} />
    <button type="button" aria-label={say("close")} ref={(button) => button?.focus()}><Icon d={kCross} /></button>
  </div>
);
