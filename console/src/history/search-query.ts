import type { Filter, Search } from "../api/history";
import { isField } from "./fields";
import { endsOf, type Range, readRange, WHOLE, writeRange } from "./range";

/** What Event history is asked, as its address tells it. */
export interface EventSearch {
  /** All of them hold; at most one of each field and operator. */
  filters: Filter[];
  /** Words that all stand somewhere in the record. */
  text: string;
  range: Range;
}

/** What a visitor begins with, as in AWS's console: whatever changed something. */
export const DEFAULT_FILTERS: Filter[] = [{ Field: "ReadOnly", Operator: "Equals", Values: ["false"] }];

/** How operators stand behind a field's name in an address: `EventName.not=ConsoleLogin`. */
const SUFFIXES = { Equals: "", NotEquals: ".not", StartsWith: ".starts" } as const;
type Valued = keyof typeof SUFFIXES;

/** Values of one filter that the server takes. */
const VALUES_MAX = 50;

/** The path of Event history with a search: for every link to it. What is not told is not filtered. */
export function eventsPath(search: Partial<EventSearch>): string {
  return `/events?${writeSearch({ filters: [], text: "", range: WHOLE, ...search })}`;
}

/** Events with one value of a field; the most frequent link. */
export function eventsWith(Field: Filter["Field"], value: string, range: Range = WHOLE): string {
  return eventsPath({ filters: [{ Field, Operator: "Equals", Values: [value] }], range });
}

/** Writes a search as the query of an address. */
export function writeSearch({ filters, text, range }: EventSearch): URLSearchParams {
  const query = new URLSearchParams();
  for (const { Field, Operator, Values = [] } of filters) {
    if (Operator === "Exists" || Operator === "NotExists") {
      query.append(`${Field}.exists`, String(Operator === "Exists"));
    } else {
      for (const value of Values) query.append(`${Field}${SUFFIXES[Operator]}`, value);
    }
  }
  // An address without filters is that of a visitor who has not chosen any.
  if (filters.length === 0 && text === "") query.set("ReadOnly", "any");
  if (text !== "") query.set("text", text);
  writeRange(range, query);
  return query;
}

/** Reads the query of an address; one that tells neither filters nor text has the default filter. */
export function readSearch(query: URLSearchParams): EventSearch {
  const filters = [...new Set(query.keys())].flatMap((name) => filterOf(name, query.getAll(name)) ?? []);
  const text = (query.get("text") ?? "").trim();
  const isUntold = filters.length === 0 && text === "" && query.get("ReadOnly") !== "any";
  return { filters: isUntold ? DEFAULT_FILTERS : filters, text, range: readRange(query) };
}

/** The filter that a member of the address tells, such as `EventName.not`; `undefined` where it is none. */
function filterOf(name: string, told: string[]): Filter | undefined {
  const [, Field = "", suffix = ""] = /^(\w+)(\.\w+)?$/.exec(name) ?? [];
  if (!isField(Field)) return undefined;
  if (suffix === ".exists") {
    if (told[0] !== "true" && told[0] !== "false") return undefined;
    return { Field, Operator: told[0] === "true" ? "Exists" : "NotExists" };
  }
  const Operator = (Object.keys(SUFFIXES) as Valued[]).find((operator) => SUFFIXES[operator] === suffix);
  const Values = [...new Set(told.filter((value) => value !== ""))].slice(0, VALUES_MAX);
  const isAny = Field === "ReadOnly" && Values.includes("any");
  return Operator === undefined || Values.length === 0 || isAny ? undefined : { Field, Operator, Values };
}

/** The search as the server is asked. */
export function requestOf({ filters, text, range }: EventSearch, now: Date): Search {
  return {
    ...endsOf(range, now),
    ...(filters.length > 0 ? { Filters: filters } : {}),
    ...(text === "" ? {} : { Text: text }),
  };
}
