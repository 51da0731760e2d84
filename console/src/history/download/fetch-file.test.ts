import { afterEach, expect, test, vi } from "vitest";
import { Refusal } from "../../api/call";
import { fetchFile } from "./fetch-file";

afterEach(() => vi.unstubAllGlobals());

/** An answer in pieces, of which the last one may never come. */
function answering(pieces: string[], isWhole: boolean) {
  const body = new ReadableStream<Uint8Array>({
    pull(stream) {
      const piece = pieces.shift();
      if (piece !== undefined) stream.enqueue(new TextEncoder().encode(piece));
      else if (isWhole) stream.close();
      else stream.error(new TypeError("network error"));
    },
  });
  vi.stubGlobal("fetch", async () => new Response(body, { headers: { "content-type": "text/csv" } }));
}

const fetched = (told: number[] = []) =>
  fetchFile("us-east-1", {}, "csv", new AbortController().signal, (events) => told.push(events));

test("a file is what came, line by line", async () => {
  answering(["a\r\nb", "\r\nc\r\n"], true);
  const told: number[] = [];
  const file = await fetched(told);
  expect([await file.text(), file.type, told]).toEqual(["a\r\nb\r\nc\r\n", "text/csv", [1, 3]]);
});

test("what broke off is no file, and told as what it is", async () => {
  answering(["a\r\nb"], false);
  const refusal = await fetched().catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({ code: "Unreachable", message: "The answer broke off before its end." });
});
