import { expect, test } from "vitest";
import { Refusal } from "../api/call";
import { failed } from "./failed";

test.each([
  ["Cairn does not answer. Is the server running?", "Cairn does not answer. Is the server running?"],
  ["It is so:", "It is so."],
  ["No such trail", "No such trail."],
  ["Done with.", "Done with."],
])("%j ends as one sentence does", (message, words) => {
  expect(failed(new Error(message), "stop logging")).toMatchObject({
    type: "error",
    header: "Could not stop logging",
    content: words,
  });
});

test("what helps follows what happened", () => {
  const refusal = new Refusal("Unreachable", "Is the server running?", 0);
  expect(failed(refusal, "stop logging").content).toBe(
    "Is the server running? See that it runs and that your network reaches it, then try again.",
  );
});
