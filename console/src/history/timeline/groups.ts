import type { EventItem } from "../../api/history";
import { failed, recordOf } from "../record";
import { type Sentence, sentenceOf } from "../sentence";

/** Events that follow each other and say the same. */
export interface Step {
  /** The newest of them. */
  event: EventItem;
  sentence: Sentence;
  count: number;
  /** Seconds since 1970, of the oldest and the newest. */
  from: number;
  to: number;
  failed: boolean;
}

/** What happened within an hour, or within a session; and how long it was quiet before it. */
export interface Group {
  key: string;
  from: number;
  to: number;
  events: number;
  failures: number;
  steps: Step[];
  /** Seconds without an event between this group and the next older one; absent for the oldest. */
  quiet?: number;
}

export type Grouping = "hour" | "session";

/** A session ends with such a pause. */
const PAUSE_SECONDS = 30 * 60;

/** Groups events, newest first, as they came. */
export function groupEvents(events: readonly EventItem[], grouping: Grouping): Group[] {
  const groups: Group[] = [];
  let before: EventItem | undefined;
  for (const event of events) {
    const group = groups.at(-1);
    if (group && before && belongs(event, before, grouping)) grow(group, event);
    else groups.push(begin(event));
    before = event;
  }
  return groups.map((group, at) => {
    const older = groups[at + 1];
    return older ? { ...group, quiet: group.from - older.to } : group;
  });
}

/** Whether an event goes with the newer one before it. */
function belongs(event: EventItem, newer: EventItem, grouping: Grouping): boolean {
  if (grouping === "hour") return Math.floor(event.EventTime / 3600) === Math.floor(newer.EventTime / 3600);
  return newer.EventTime - event.EventTime <= PAUSE_SECONDS && event.AccessKeyId === newer.AccessKeyId;
}

function begin(event: EventItem): Group {
  const group = {
    key: event.EventId,
    from: event.EventTime,
    to: event.EventTime,
    events: 0,
    failures: 0,
    steps: [],
  };
  grow(group, event);
  return group;
}

function grow(group: Group, event: EventItem): void {
  const record = recordOf(event);
  const sentence = sentenceOf(record);
  const isFailed = failed(record);
  group.events += 1;
  group.failures += isFailed ? 1 : 0;
  group.from = event.EventTime;
  const last = group.steps.at(-1);
  if (last && says(last.sentence) === says(sentence)) {
    last.count += 1;
    last.from = event.EventTime;
    return;
  }
  const at = event.EventTime;
  group.steps.push({ event, sentence, count: 1, from: at, to: at, failed: isFailed });
}

const says = ({ actor, deed, from }: Sentence) => `${actor.name}\n${deed}\n${from ?? ""}`;
