import { Refusal } from "../api/call";

/** How long to wait when the server throttles, milliseconds, and how often. */
const PAUSE = 500;
const TRIES = 20;

/** Asks again for a while where the server throttles: event history takes two lookups a second. */
export async function patiently<Answer>(ask: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const isThrottled = error instanceof Refusal && error.code === "ThrottlingException";
      if (!isThrottled || attempt >= TRIES) throw error;
    }
    await paused(signal);
  }
}

function paused(signal?: AbortSignal): Promise<void> {
  return new Promise((done, give) => {
    const timer = setTimeout(done, PAUSE);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      give(signal.reason);
    });
  });
}
