// The server's clock as seen from here: countdowns and waits must not depend on how this computer's clock is set.

/** Learns from frames that carry the server's time; the quickest of them tells best, for every delay only adds. */
export class ServerClock {
  private ahead: number | undefined;

  /** A live frame, written at `server`, arrived at `local`. */
  observe(server: number, local: number): void {
    const ahead = local - server;
    if (this.ahead === undefined || ahead < this.ahead) this.ahead = ahead;
  }

  /** What the server's clock shows when ours shows `local`. */
  at(local: number): number {
    return local - (this.ahead ?? 0);
  }
}
