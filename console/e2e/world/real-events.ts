import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { ACCOUNT, REGION } from "./generated-events";

interface RealEvent {
  eventID: string;
  eventTime: string;
  eventName: string;
  awsRegion: string;
  recipientAccountId?: string;
  eventCategory?: string;
}

/**
 * Writes real events from a directory of log files and JSON lines as one log file, moved to our account and Region and
 * to the days before `end` (seconds since 1970). Says how many; none where the directory is not there.
 */
export function writeRealEvents(source: string, directory: string, end: number): number | undefined {
  if (!existsSync(source)) return undefined;
  const found = new Map<string, RealEvent>();
  for (const path of filesBelow(source)) for (const event of eventsOf(path)) found.set(event.eventID, event);
  const events = [...found.values()].filter(
    (event) => (event.eventCategory ?? "Management") === "Management",
  );
  const records = events.map((event, index) => ({
    ...event,
    eventTime: `${new Date((end - index * 97) * 1000).toISOString().slice(0, 19)}Z`,
    awsRegion: REGION,
    recipientAccountId: ACCOUNT,
  }));
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "real.json.gz"), gzipSync(JSON.stringify({ Records: records })));
  return records.length;
}

function* filesBelow(directory: string): Generator<string> {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) yield* filesBelow(path);
    else if (/\.(json|ndjson)(\.gz)?$/.test(name)) yield path;
  }
}

function eventsOf(path: string): RealEvent[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const values = parse(text) ?? text.split("\n").map((line) => parse(line));
  return [values].flat(2).flatMap(unwrap).filter(isEvent);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unwrap(value: unknown): unknown[] {
  const records = (value as { Records?: unknown[] } | undefined)?.Records;
  return Array.isArray(records) ? records : [value];
}

function isEvent(value: unknown): value is RealEvent {
  const event = value as Partial<RealEvent> | null | undefined;
  return (
    !!event && typeof event.eventID === "string" && typeof event.eventTime === "string" && !!event.eventName
  );
}
