import type { AdvancedEventSelector, EventSelector } from "../../api/trails";
import { OPERATORS } from "./fields";
import type { DataResource, Selectors } from "./form";

/** Selectors as the JSON that the AWS CLI takes, short lists in one line. */
export const writeText = (selectors: Selectors): string =>
  pretty(selectors.AdvancedEventSelectors ?? selectors.EventSelectors, "");

/** The longest that stands in one line. */
const LINE_CHARS_MAX = 72;

function pretty(value: unknown, indent: string, before = 0): string {
  const line = inline(value);
  const length = indent.length + before + line.length;
  if (typeof value !== "object" || value === null || length <= LINE_CHARS_MAX) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => inner + pretty(item, inner)).join(",\n")}\n${indent}]`;
  }
  const members = Object.entries(value).map(
    ([name, item]) => `${inner}${JSON.stringify(name)}: ${pretty(item, inner, name.length + 4)}`,
  );
  return `{\n${members.join(",\n")}\n${indent}}`;
}

function inline(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  const members = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${inline(item)}`);
  return members.length > 0 ? `{ ${members.join(", ")} }` : "{}";
}

/** Selectors, or why a text is none. */
export type Read = { selectors: Selectors; fault?: undefined } | { selectors?: undefined; fault: string };

/**
 * Reads the JSON that `put-event-selectors` takes: a list of either kind, or an object with one of the two lists, as
 * `get-event-selectors` answers it.
 */
export function readText(text: string): Read {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { fault: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (Array.isArray(value))
    return readList(
      value,
      value.some((item) => isObject(item) && "FieldSelectors" in item),
    );
  if (!isObject(value)) return { fault: "Selectors are a list." };
  const advanced = value.AdvancedEventSelectors;
  const basic = value.EventSelectors;
  if (Array.isArray(advanced) && basic == null) return readList(advanced, true);
  if (Array.isArray(basic) && advanced == null) return readList(basic, false);
  return {
    fault: "Give a list of selectors, or an object with either EventSelectors or AdvancedEventSelectors.",
  };
}

function readList(list: unknown[], advanced: boolean): Read {
  if (list.length === 0) return { fault: "A trail needs at least one selector." };
  const faults: string[] = [];
  const selectors = list.map((item, index) => {
    const place = `Selector ${index + 1}`;
    if (isObject(item)) return item;
    faults.push(`${place} is not an object.`);
    return {};
  });
  if (advanced) {
    const AdvancedEventSelectors = selectors.map((item, index) => readAdvancedItem(item, index + 1, faults));
    return faults[0] ? { fault: faults[0] } : { selectors: { AdvancedEventSelectors } };
  }
  const EventSelectors = selectors.map((item, index) => readBasicItem(item, index + 1, faults));
  return faults[0] ? { fault: faults[0] } : { selectors: { EventSelectors } };
}

function readAdvancedItem(item: Json, place: number, faults: string[]): AdvancedEventSelector {
  unknownMembers(item, ["Name", "FieldSelectors"], `Selector ${place}`, faults);
  const fields = Array.isArray(item.FieldSelectors) ? item.FieldSelectors : [];
  if (fields.length === 0) faults.push(`Selector ${place} needs a list FieldSelectors.`);
  const FieldSelectors = fields.map((field) => {
    const known: Json = isObject(field) ? field : {};
    unknownMembers(known, ["Field", ...OPERATORS], `A field of selector ${place}`, faults);
    if (typeof known.Field !== "string") faults.push(`A field of selector ${place} has no name in Field.`);
    const lists = OPERATORS.filter((operator) => known[operator] !== undefined && known[operator] !== null);
    for (const operator of lists) {
      if (!isTexts(known[operator])) faults.push(`${operator} in selector ${place} is not a list of texts.`);
    }
    // Older answers have an empty list for each operator that is not used.
    const used = lists.filter((operator) => (known[operator] as string[]).length > 0);
    return { Field: String(known.Field), ...Object.fromEntries(used.map((name) => [name, known[name]])) };
  });
  return typeof item.Name === "string" ? { Name: item.Name, FieldSelectors } : { FieldSelectors };
}

function readBasicItem(item: Json, place: number, faults: string[]): EventSelector {
  const members = [
    "ReadWriteType",
    "IncludeManagementEvents",
    "DataResources",
    "ExcludeManagementEventSources",
  ];
  unknownMembers(item, members, `Selector ${place}`, faults);
  const access = item.ReadWriteType ?? "All";
  if (access !== "All" && access !== "ReadOnly" && access !== "WriteOnly") {
    faults.push(`ReadWriteType of selector ${place} is none of All, ReadOnly and WriteOnly.`);
  }
  const management = item.IncludeManagementEvents ?? true;
  if (typeof management !== "boolean") {
    faults.push(`IncludeManagementEvents of selector ${place} is neither true nor false.`);
  }
  const excluded = item.ExcludeManagementEventSources ?? [];
  if (!isTexts(excluded))
    faults.push(`ExcludeManagementEventSources of selector ${place} is not a list of texts.`);
  const resources = item.DataResources ?? [];
  const fine =
    Array.isArray(resources) &&
    resources.every(
      (known) => isObject(known) && typeof known.Type === "string" && isTexts(known.Values ?? []),
    );
  if (!fine) faults.push(`DataResources of selector ${place} is not a list of objects with Type and Values.`);
  return {
    ReadWriteType: access as EventSelector["ReadWriteType"],
    IncludeManagementEvents: management === true,
    DataResources: fine
      ? (resources as DataResource[]).map(({ Type, Values }) => ({ Type, Values: Values ?? [] }))
      : [],
    ExcludeManagementEventSources: isTexts(excluded) ? excluded : [],
  };
}

function unknownMembers(item: Json, known: string[], place: string, faults: string[]) {
  const other = Object.keys(item).find((name) => !known.includes(name));
  if (other) faults.push(`${place} has a member ${other}, which no selector has.`);
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");
