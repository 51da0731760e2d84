import { type EventRecord, isObject, type Json } from "../record";

/** A field of the compared events: its path and what each of them has there. */
export interface ComparedRow {
  path: string;
  /** Absent where an event does not have the field. */
  values: (string | undefined)[];
  differs: boolean;
  /** What most of them have, where most have the same: the others are what stands out. */
  usual?: string | undefined;
}

/** Fields of one event that are told; a record can have many thousands. */
const FIELDS_MAX = 2_000;

/** Lays records beside each other, field by field, in the order of the first record that has one. */
export function compare(records: readonly EventRecord[]): ComparedRow[] {
  const flattened = records.map(flatten);
  const paths = new Set(flattened.flatMap((fields) => [...fields.keys()]));
  return [...ordered(paths, flattened)].map((path) => {
    const values = flattened.map((fields) => fields.get(path));
    return rowOf(path, values);
  });
}

/** A row of values, and whether they are the same. */
export function rowOf(path: string, values: (string | undefined)[]): ComparedRow {
  const differs = new Set(values).size > 1;
  const most = values.find((value) => values.filter((other) => other === value).length > values.length / 2);
  return most === undefined ? { path, values, differs } : { path, values, differs, usual: most };
}

/** The members at the top in CloudTrail's order, those below each together. */
function ordered(paths: Set<string>, flattened: Map<string, string>[]): string[] {
  const groups = new Map<string, string[]>();
  for (const fields of flattened) for (const path of fields.keys()) groups.set(topOf(path), []);
  for (const path of paths) groups.get(topOf(path))?.push(path);
  return [...groups.values()].flat();
}

const topOf = (path: string) => /^[^.[]*/.exec(path)?.[0] ?? path;

/** Every value by its path: `userIdentity.arn`, `resources[0].ARN`. */
export function flatten(record: EventRecord): Map<string, string> {
  const fields = new Map<string, string>();
  const walk = (path: string, value: Json): void => {
    if (fields.size >= FIELDS_MAX) return;
    const inner = Array.isArray(value)
      ? value.map((item, at) => [`${path}[${at}]`, item] as const)
      : isObject(value)
        ? Object.entries(value).map(([name, item]) => [path ? `${path}.${name}` : name, item] as const)
        : undefined;
    if (!inner) fields.set(path, String(value));
    else if (inner.length === 0) fields.set(path, Array.isArray(value) ? "[]" : "{}");
    else for (const [name, item] of inner) walk(name, item);
  };
  for (const [name, value] of Object.entries(record)) walk(name, value);
  return fields;
}
