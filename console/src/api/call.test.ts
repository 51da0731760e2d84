import { afterEach, expect, test, vi } from "vitest";
import { pageLines, Refusal, urlOf } from "./call";

afterEach(() => vi.unstubAllGlobals());

/** Reads the lines of an answer that comes in pieces, and what it ends with. */
async function read(pieces: string[], end: (answer: ReadableStreamDefaultController<Uint8Array>) => void) {
  const body = new ReadableStream<Uint8Array>({
    pull(answer) {
      const piece = pieces.shift();
      if (piece === undefined) end(answer);
      else answer.enqueue(new TextEncoder().encode(piece));
    },
  });
  vi.stubGlobal("fetch", async () => new Response(body));
  const lines: unknown[] = [];
  try {
    for await (const line of pageLines("us-east-1", "/_cairn/tail")) lines.push(line);
  } catch (error) {
    return { lines, error };
  }
  return { lines };
}

test("a Region leads to no other service, whatever it is made of", () => {
  expect(urlOf("cloudtrail", "us-east-1", "/_cairn/tail?a=b")).toMatch(
    /call\/cloudtrail\/us-east-1\/_cairn\/tail\?a=b$/,
  );
  expect(urlOf("cloudtrail", "../iam/us-east-1/?Action=DeleteUser#", "/")).toMatch(
    /call\/cloudtrail\/\.\.%2Fiam%2Fus-east-1%2F%3FAction%3DDeleteUser%23\/$/,
  );
});

test("lines are read as they come, however they are cut", async () => {
  const whole = await read(['{"a":1}\n{"a"', ":2}\n\n", '{"a":3}'], (answer) => answer.close());
  expect(whole).toEqual({ lines: [{ a: 1 }, { a: 2 }, { a: 3 }] });
});

test.each<[string, (answer: ReadableStreamDefaultController<Uint8Array>) => void]>([
  ["breaks", (answer) => answer.error(new TypeError("network error"))],
  ["ends within a line", (answer) => answer.close()],
])("an answer that %s is told as one of a server that is not reached", async (_, end) => {
  const { lines, error } = await read(['{"a":1}\n{"a"'], end);
  expect(lines).toEqual([{ a: 1 }]);
  expect(error).toBeInstanceOf(Refusal);
  expect((error as Refusal).code).toBe("Unreachable");
});

test("whoever leaves is told nothing of a broken answer", async () => {
  const left = new DOMException("left", "AbortError");
  const { error } = await read([], (answer) => answer.error(left));
  expect(error).toBe(left);
});
