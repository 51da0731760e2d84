import type { Summary } from "../api/history";

/** The events of a source over time, one number for each bucket. */
export interface Layer {
  /** Absent: all sources that have no layer of their own. */
  source?: string;
  counts: number[];
}

/** The most sources that have a layer of their own. */
const OWN_MAX = 6;

/** Makes layers of the sources with the most events, the others together on top. */
export function layersOf(buckets: Summary["Buckets"]): Layer[] {
  const totals = new Map<string, number>();
  for (const { BySource } of buckets) {
    for (const [source, count] of Object.entries(BySource))
      totals.set(source, (totals.get(source) ?? 0) + count);
  }
  const most = [...totals].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  const own = most.slice(0, most.length === OWN_MAX + 1 ? OWN_MAX + 1 : OWN_MAX).map(([source]) => source);
  const layers: Layer[] = own.map((source) => ({
    source,
    counts: buckets.map(({ BySource }) => BySource[source] ?? 0),
  }));
  const rest = buckets.map(({ Count }, at) =>
    Math.max(0, Count - layers.reduce((sum, { counts }) => sum + (counts[at] ?? 0), 0)),
  );
  return rest.some((count) => count > 0) ? [...layers, { counts: rest }] : layers;
}
