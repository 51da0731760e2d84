import { expect, test, vi } from "vitest";
import { Refusal } from "../api/call";
import { patiently } from "./patiently";

const throttled = () => new Refusal("ThrottlingException", "Rate exceeded", 400);

test("what is throttled is asked again, other refusals are not", async () => {
  vi.useFakeTimers();
  const ask = vi
    .fn()
    .mockRejectedValueOnce(throttled())
    .mockRejectedValueOnce(throttled())
    .mockResolvedValue(3);
  const answer = patiently(ask);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await answer).toBe(3);
  expect(ask).toHaveBeenCalledTimes(3);
  const denied = vi.fn().mockRejectedValue(new Refusal("AccessDeniedException", "no", 400));
  await expect(patiently(denied)).rejects.toThrow("no");
  expect(denied).toHaveBeenCalledTimes(1);
  vi.useRealTimers();
});

test("whoever leaves is not kept waiting", async () => {
  const leave = new AbortController();
  const answer = patiently(() => Promise.reject(throttled()), leave.signal);
  setTimeout(() => leave.abort(new Error("left")), 0);
  await expect(answer).rejects.toThrow("left");
});
