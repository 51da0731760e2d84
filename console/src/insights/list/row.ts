import { who } from "../shares";
import type { Episode } from "../told";
import { service, span, trailName } from "../words";

/** An insight as the table shows and filters it. */
export interface Row {
  id: string;
  episode: Episode;
  name: string;
  source: string;
  errorCode: string;
  kind: "Call rate" | "Error rate";
  direction: "Surge" | "Silence";
  state: "Ongoing" | "Over";
  began: number;
  /** Minutes; of what goes on so far. */
  lasted: number;
  /** Calls or errors a minute. */
  usual: number;
  happened: number;
  caller: string;
  callersMore: number;
  sensitivity: string;
  category: string;
  trail: string;
}

/** Makes rows; `now`: seconds since 1970. */
export const rowsOf = (episodes: Episode[], now: number): Row[] => episodes.map((one) => rowOf(one, now));

function rowOf(episode: Episode, now: number): Row {
  const { last, began, end, way } = episode;
  const by = who(last, way);
  return {
    id: last.sharedEventId,
    episode,
    name: last.name,
    source: last.source,
    errorCode: last.errorCode ?? "",
    kind: last.errorCode ? "Error rate" : "Call rate",
    direction: way === "surge" ? "Surge" : "Silence",
    state: end ? "Over" : "Ongoing",
    began,
    lasted: Math.max(0, Math.floor(((end?.at ?? now) - began) / 60)),
    usual: last.baseline.average,
    happened: last.insight.average,
    caller: by?.name ?? "",
    callersMore: by?.more ?? 0,
    sensitivity: last.sensitivity,
    category: last.category,
    trail: last.trail ? trailName(last.trail) : "",
  };
}

/** Says how long: `7 minutes`, `7 minutes so far`. */
export const lastedInWords = ({ lasted, state }: Row): string =>
  state === "Over" ? span(lasted) : `${span(lasted)} so far`;

/** Says what it is about without its name: `Surge of NoSuchBucket errors of s3`. */
export const rowInWords = ({ direction, errorCode, name, source }: Row): string =>
  `${direction} of ${errorCode ? `${errorCode} errors of ` : ""}${name} (${service(source)})`;
