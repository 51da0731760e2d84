/** The history is asked so soon after the first of new events: those that come meanwhile come together. */
export const FIRST_MS = 400;

/** And again so much later, for what was not yet indexed; then more seldom, as long as events keep coming. */
export const AGAIN_MS = 800;

/** How seldom it becomes. */
export const SELDOM_MS = 5_000;

/** Does something soon after it is woken, once for all that woke it meanwhile, and the more seldom the busier it is. */
export class Pace {
  readonly #act: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isWoken = false;

  constructor(act: () => void) {
    this.#act = act;
  }

  wake(): void {
    this.#isWoken = true;
    if (this.#timer === undefined) this.#wait(FIRST_MS, AGAIN_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Acts after a while; then, while it is woken again and again, after half as much more each time. */
  #wait(pause: number, next: number): void {
    this.#timer = setTimeout(() => {
      const isLast = !this.#isWoken;
      this.#isWoken = false;
      this.#timer = undefined;
      if (!isLast) this.#wait(next, Math.min(next * 1.5, SELDOM_MS));
      this.#act();
    }, pause);
  }
}
