import { brokenOff, pageResponse } from "../../api/call";
import type { Search } from "../../api/history";

export type Format = "csv" | "json";

/** The most events that one file has. */
export const EVENTS_MAX = 200_000;

/** Bytes that are kept before they are handed to the browser, which can put them on the disk. */
const PIECE_BYTES = 8 << 20;

/**
 * Fetches what a search finds as a file, and tells how many events have come: every one is on a line of its own.
 * A download that was broken off is no file.
 */
export async function fetchFile(
  region: string,
  search: Search,
  format: Format,
  signal: AbortSignal,
  tell: (events: number) => void,
): Promise<Blob> {
  const response = await pageResponse(region, `/_cairn/history/export?format=${format}`, search, signal);
  const type = response.headers.get("content-type") ?? "application/octet-stream";
  const pieces: Blob[] = [];
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  let lines = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read().catch(brokenOff)) ?? { done: true };
    if (done || !value) break;
    lines += newlines(value);
    waiting.push(value);
    bytes += value.byteLength;
    if (bytes >= PIECE_BYTES) {
      pieces.push(new Blob(waiting));
      waiting = [];
      bytes = 0;
    }
    tell(lines);
  }
  return new Blob([...pieces, ...waiting], { type });
}

function newlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}
