// Fetches the second chunk when the window opens. What needs it before it is here waits; a fetch that fails is tried again, at once when
// the network comes back.
import type * as More from "./more";

export type Part = typeof More;
const kPauseMs = 2000;

export class Extra {
  part: Part | undefined;
  private tries = 0;
  private loading = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wanting: ((part: Part) => void)[] = [];

  constructor(private readonly url: string, private readonly here: (part: Part) => void) {
    addEventListener("online", () => { if (this.tries) this.load(); });
  }

  /** Now or when it is here. */
  with(use: (part: Part) => void): void {
    if (this.part) return use(this.part);
    this.wanting.push(use);
    this.load();
  }

  load(): void {
    if (this.part || this.loading) return;
    this.loading = true;
    clearTimeout(this.timer);
    // A browser may remember that an address failed: every try has its own.
    import(/* @vite-ignore */ `${this.url}${this.tries ? `?${this.tries}` : ""}`).then(
      (part: Part) => {
        this.part = part;
        this.here(part);
        for (const use of this.wanting.splice(0)) use(part);
      },
      () => {
        this.loading = false;
        this.timer = setTimeout(() => this.load(), Math.min(kPauseMs * 2 ** this.tries++, 30000));
      },
    );
  }
}
