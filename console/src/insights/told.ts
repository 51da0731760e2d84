/** Insights events as they were recorded, and the two of one insight together. */

export type Way = "surge" | "silence";
export type Sensitivity = "low" | "medium" | "high";

/** What a person wants to know of one Insights event. */
export interface Told {
  eventId: string;
  sharedEventId: string;
  isEnd: boolean;
  /** At the start the first unusual minute, at the end the first usual one; seconds since 1970. */
  at: number;
  account: string;
  region: string;
  /** `<service>.amazonaws.com`. */
  source: string;
  name: string;
  /** Which errors; absent where calls are counted. */
  errorCode?: string;
  category: "Management" | "Data";
  sensitivity: Sensitivity;
  /** The trail whose data events they are. */
  trail?: string;
  /** Calls a minute, and in how many minutes. */
  baseline: { average: number; minutes: number };
  insight: { average: number; minutes: number };
  attributions: Attribution[];
  record: unknown;
}

/** Whom calls are put down to, by one attribute; each value with its calls a minute, the most first. */
export interface Attribution {
  attribute: string;
  insight: Attributed[];
  baseline: Attributed[];
}

export interface Attributed {
  value: string;
  average: number;
}

/** One insight: its start, its end, or both. */
export interface Episode {
  start?: Told;
  end?: Told;
  /** The event that knows most: the end where there is one. */
  last: Told;
  /** When it began, seconds since 1970. */
  began: number;
  way: Way;
}

/** Reads an Insights event; nothing where it is something else. */
export function readTold(record: unknown): Told | undefined {
  const event = members(record);
  const details = members(event.insightDetails);
  const context = members(details.insightContext);
  const statistics = members(context.statistics);
  const at = Date.parse(text(event.eventTime) ?? "");
  const [eventId, source, name] = [event.eventID, details.eventSource, details.eventName].map(text);
  if (Number.isNaN(at) || !eventId || !source || !name) return undefined;
  const [errorCode, trail] = [text(details.errorCode), text(details.insightSource)];
  return {
    eventId,
    sharedEventId: text(event.sharedEventID) ?? eventId,
    isEnd: details.state === "End",
    at: at / 1000,
    account: text(event.recipientAccountId) ?? "",
    region: text(event.awsRegion) ?? "",
    source,
    name,
    ...(errorCode ? { errorCode } : {}),
    category: details.sourceEventCategory === "Data" ? "Data" : "Management",
    sensitivity: sensitivityOf(details.sensitivity),
    ...(trail ? { trail } : {}),
    baseline: {
      average: number(members(statistics.baseline).average),
      minutes: number(statistics.baselineDuration),
    },
    insight: {
      average: number(members(statistics.insight).average),
      minutes: number(statistics.insightDuration),
    },
    attributions: list(context.attributions).map(readAttribution),
    record,
  };
}

/** Reads the text of a record. */
export function readRecord(record: string): Told | undefined {
  try {
    return readTold(JSON.parse(record));
  } catch {
    return undefined;
  }
}

/** Puts the events of one insight together. */
export function episodeOf(start: Told | undefined, end: Told | undefined): Episode | undefined {
  const last = end ?? start;
  if (!last) return undefined;
  const began = start ? start.at : last.at - last.insight.minutes * 60;
  const first = start ?? last;
  const way = first.insight.average < first.baseline.average ? "silence" : "surge";
  return { ...(start ? { start } : {}), ...(end ? { end } : {}), last, began, way };
}

/** Puts events of the same insight together, each insight where its first event stands. */
export function pair(events: Told[]): Episode[] {
  const known = new Map<string, { start?: Told; end?: Told }>();
  for (const told of events) {
    const both = known.get(told.sharedEventId) ?? {};
    known.set(told.sharedEventId, { ...both, [told.isEnd ? "end" : "start"]: told });
  }
  return [...known.values()].flatMap((both) => episodeOf(both.start, both.end) ?? []);
}

function readAttribution(written: unknown): Attribution {
  const { attribute, insight, baseline } = members(written);
  const values = (of: unknown) =>
    list(of).map((one) => ({ value: text(members(one).value) ?? "", average: number(members(one).average) }));
  return { attribute: text(attribute) ?? "", insight: values(insight), baseline: values(baseline) };
}

const sensitivityOf = (value: unknown): Sensitivity =>
  value === "low" || value === "high" ? value : "medium";

const members = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const number = (value: unknown): number => (typeof value === "number" ? value : 0);
