/** The most ids that are remembered: new events come on the newest page, which has 100 at most. */
export const KNOWN_MAX = 2_000;

/** The events that were shown: another one is new. Those that were shown longest ago are forgotten. */
export class KnownEvents {
  readonly #ids = new Set<string>();
  #latest: ReadonlySet<string> = new Set();

  /** Remembers what is shown, and tells what of it is new. */
  learn(ids: readonly string[]): string[] {
    const unseen = this.#newer(ids);
    for (const id of ids) {
      this.#ids.delete(id);
      this.#ids.add(id);
    }
    for (const oldest of this.#ids) {
      if (this.#ids.size <= KNOWN_MAX) break;
      this.#ids.delete(oldest);
    }
    this.#latest = new Set(ids);
    return unseen;
  }

  /** How many of the newest events are new, where more are asked for than are shown. */
  missed(newest: readonly string[]): number {
    return this.#newer(newest).length;
  }

  /** What was not shown before; but what is older than all that was shown last is not new, it was out of sight. */
  #newer(ids: readonly string[]): string[] {
    const end = ids.findLastIndex((id) => this.#latest.has(id));
    const above = end < 0 ? ids : ids.slice(0, end);
    return above.filter((id) => !this.#ids.has(id));
  }

  get size(): number {
    return this.#ids.size;
  }
}
