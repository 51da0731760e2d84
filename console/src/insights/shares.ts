/** Whom the calls of an insight are put down to, as rows of a table. */

import type { Attributed, Attribution, Told, Way } from "./told";
import { principal } from "./words";

export interface Share {
  /** What the attribute's values are for people. */
  by: "Caller" | "Client" | "Result";
  /** As people know it; of several values of one name all together. */
  name: string;
  /** The value, where the name stands for one alone. */
  value?: string;
  /** Calls a minute in the unusual minutes, and before them; undefined where the record does not tell. */
  now: number | undefined;
  usual: number | undefined;
  /** Of all calls that are told of, 0 to 1. */
  part: number | undefined;
  /** Whether it stands for those that the record does not name. */
  isRest: boolean;
}

const ATTRIBUTES = [
  ["userIdentityArn", "Caller"],
  ["userAgent", "Client"],
  ["errorCode", "Result"],
] as const;

/** The most values that a record tells. */
const VALUES_TOLD_MAX = 5;

/** From this part of all on, what a record's values leave is shown. */
const REST_SHOWN = 0.005;

export function shares(told: Told, way: Way): Share[] {
  return ATTRIBUTES.flatMap(([attribute, by]) => {
    const attribution = told.attributions.find((one) => one.attribute === attribute);
    return attribution ? sharesOf(attribution, by, way, told) : [];
  });
}

/** Of a silence the usual calls are those that are put down to somebody. */
function sharesOf(attribution: Attribution, by: Share["by"], way: Way, told: Told): Share[] {
  const [insight, baseline] = [
    named(attribution.attribute, attribution.insight),
    named(attribution.attribute, attribution.baseline),
  ];
  const isSurge = way === "surge";
  const [main, other] = isSurge ? [insight, baseline] : [baseline, insight];
  const total = isSurge ? told.insight.average : told.baseline.average;
  // Where all values are told, one that is not there had no calls; else it had few.
  const areAllTold = Math.max(attribution.insight.length, attribution.baseline.length) < VALUES_TOLD_MAX;
  const unknown = areAllTold ? 0 : undefined;
  const part = (average: number) => (total > 0 ? Math.min(average / total, 1) : undefined);
  const rows = [...main].map(([name, { average, values }]): Share => {
    const elsewhere = other.get(name)?.average ?? unknown;
    const [now, usual] = isSurge ? [average, elsewhere] : [elsewhere, average];
    const only = values.length === 1 && values[0] ? { value: values[0] } : {};
    return { by, name, ...only, now, usual, part: part(average), isRest: false };
  });
  const rest = total - [...main.values()].reduce((all, { average }) => all + average, 0);
  if (rows.length > 0 && rest > total * REST_SHOWN) {
    const [now, usual] = isSurge ? [rest, undefined] : [undefined, rest];
    rows.push({ by, name: "Others", now, usual, part: part(rest), isRest: true });
  }
  return rows;
}

/** Puts values of one name together: each run of a client may have a user agent of its own. */
function named(attribute: string, values: Attributed[]) {
  const names = new Map<string, { average: number; values: string[] }>();
  for (const { value, average } of values) {
    const name = nameOf(attribute, value);
    const known = names.get(name) ?? { average: 0, values: [] };
    names.set(name, { average: known.average + average, values: [...known.values, value] });
  }
  return names;
}

function nameOf(attribute: string, value: string): string {
  if (attribute === "userIdentityArn") return principal(value);
  if (attribute === "errorCode" && value === "null") return "Succeeded";
  // Consoles put theirs in brackets.
  if (attribute === "userAgent") return value.replace(/^\[+|\]+$/g, "").split(/\s/)[0] || value;
  return value;
}

/** Names who made most of the calls; of a silence, who made them before. */
export function who(told: Told, way: Way): { name: string; more: number } | undefined {
  const by = told.attributions.find((one) => one.attribute === "userIdentityArn");
  const values = way === "surge" ? by?.insight : by?.baseline;
  const first = values?.[0];
  return first && { name: principal(first.value), more: (values?.length ?? 1) - 1 };
}
