import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import type { Row } from "./row";

type Query = PropertyFilterProps.Query;

/** What insights are filtered by; equal, unequal, and for names what they contain. */
export const PROPERTIES: { key: keyof Row & string; one: string; many: string; contains?: boolean }[] = [
  { key: "name", one: "Event name", many: "Event names", contains: true },
  { key: "source", one: "Event source", many: "Event sources", contains: true },
  { key: "errorCode", one: "Error code", many: "Error codes", contains: true },
  { key: "caller", one: "Caller", many: "Callers", contains: true },
  { key: "kind", one: "Kind", many: "Kinds" },
  { key: "direction", one: "Direction", many: "Directions" },
  { key: "state", one: "State", many: "States" },
  { key: "sensitivity", one: "Sensitivity", many: "Sensitivities" },
  { key: "category", one: "Category of the events", many: "Categories of the events" },
  { key: "trail", one: "Trail of the data events", many: "Trails of the data events" },
];

/** Writes a filter for the address; nothing where it filters nothing. */
export function writeFilter({ tokens, operation }: Query): string | undefined {
  if (tokens.length === 0) return undefined;
  const written = tokens.map(({ propertyKey, operator, value }) => [
    propertyKey ?? "",
    operator,
    String(value),
  ]);
  return JSON.stringify(operation === "or" ? { or: written } : written);
}

/** Reads what the address has; a filter of nothing where it makes no sense. */
export function readFilter(written: string | null): Query {
  try {
    const read: unknown = JSON.parse(written ?? "[]");
    const isAny = typeof read === "object" && read !== null && "or" in read;
    const list: unknown = isAny ? read.or : read;
    const tokens = Array.isArray(list) ? list.flatMap(readToken) : [];
    return { tokens, operation: isAny ? "or" : "and" };
  } catch {
    return { tokens: [], operation: "and" };
  }
}

function readToken(read: unknown): PropertyFilterProps.Token[] {
  if (!Array.isArray(read) || read.length !== 3 || read.some((part) => typeof part !== "string")) return [];
  const [key, operator, value] = read as [string, string, string];
  if (!OPERATORS.includes(operator)) return [];
  if (key === "") return [{ operator, value }];
  return PROPERTIES.some((property) => property.key === key) ? [{ propertyKey: key, operator, value }] : [];
}

const OPERATORS = ["=", "!=", ":", "!:"];
