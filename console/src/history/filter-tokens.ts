import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import type { Filter } from "../api/history";
import { isField } from "./fields";
import type { EventSearch } from "./search-query";

/** The value of a token that asks whether there is any: `Error code = any value`. */
export const ANY = "any value";

/** The same where there must be none: `Error code = no value`. */
export const NONE = "no value";

const OPERATORS = { Equals: "=", NotEquals: "!=", StartsWith: "^" } as const;

/** Shows a search in the filter's field: each value is a token, and so is the text. */
export function tokensOf({
  filters,
  text,
}: Pick<EventSearch, "filters" | "text">): PropertyFilterProps.Query {
  const tokens = filters.flatMap(({ Field, Operator, Values = [] }): PropertyFilterProps.Token[] => {
    if (Operator === "Exists") return [{ propertyKey: Field, operator: "=", value: ANY }];
    if (Operator === "NotExists") return [{ propertyKey: Field, operator: "=", value: NONE }];
    return Values.map((value) => ({ propertyKey: Field, operator: OPERATORS[Operator], value }));
  });
  const texts = text === "" ? [] : [{ operator: ":" as const, value: text }];
  return { operation: "and", tokens: [...tokens, ...texts] };
}

/**
 * Reads the filter's field. Tokens of the same field and operator are one filter with several values, of which one
 * must be there (with "does not equal": none).
 */
export function searchOfTokens({ tokens }: PropertyFilterProps.Query): Pick<EventSearch, "filters" | "text"> {
  const filters: Filter[] = [];
  const words: string[] = [];
  for (const { propertyKey, operator, value } of tokens) {
    const text = String(value ?? "").trim();
    if (text === "") continue;
    if (propertyKey === undefined || !isField(propertyKey)) words.push(text);
    else add(filters, filterOf(propertyKey, operator, text));
  }
  return { filters, text: words.join(" ") };
}

function filterOf(Field: Filter["Field"], operator: string, value: string): Filter {
  const isNot = operator === "!=";
  if (value === ANY) return { Field, Operator: isNot ? "NotExists" : "Exists" };
  if (value === NONE) return { Field, Operator: isNot ? "Exists" : "NotExists" };
  const Operator = isNot ? "NotEquals" : operator === "^" ? "StartsWith" : "Equals";
  return { Field, Operator, Values: [value] };
}

function add(filters: Filter[], filter: Filter): void {
  const same = filters.find((one) => one.Field === filter.Field && one.Operator === filter.Operator);
  if (!same) filters.push(filter);
  else if (filter.Values) same.Values = [...new Set([...(same.Values ?? []), ...filter.Values])];
}
