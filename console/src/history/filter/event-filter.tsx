import PropertyFilter, { type PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import { useState } from "react";
import type { EventItem, Search } from "../../api/history";
import { visible } from "../../shell/visible";
import { FIELDS, isField } from "../fields";
import { searchOfTokens, tokensOf } from "../filter-tokens";
import type { EventSearch } from "../search-query";
import { type Typed, useSuggestions } from "./suggestions";

interface EventFilterProps {
  region: string;
  search: EventSearch;
  /** What is asked now: its time is the one that values are suggested from. */
  request: Search;
  shown: readonly EventItem[];
  countText: string;
  isLoading: boolean;
  onChange: (change: Pick<EventSearch, "filters" | "text">) => void;
}

const EXACT = ["=", "!="] as const;

const PROPERTIES: PropertyFilterProps.FilteringProperty[] = FIELDS.map(({ key, label, values, all }) => ({
  key,
  propertyLabel: label,
  groupValuesLabel: values,
  operators: (all ? EXACT : [...EXACT, "^" as const]).map((operator) => ({ operator, format: visible })),
}));

/** The filter of Event history: every field, several at once, and words. */
export function EventFilter(props: EventFilterProps) {
  const { region, search, request, shown, countText, isLoading, onChange } = props;
  const [typed, setTyped] = useState<Typed>();
  const suggestions = useSuggestions(region, request, shown, typed);
  return (
    <PropertyFilter
      query={tokensOf(search)}
      onChange={({ detail }) => onChange(searchOfTokens(detail))}
      onLoadItems={({ detail }) => setTyped(typedOf(detail))}
      filteringProperties={PROPERTIES}
      filteringOptions={suggestions.options}
      filteringStatusType={suggestions.isLoading ? "loading" : "finished"}
      filteringLoadingText="Looking for frequent values"
      filteringEmpty="Type a value, or words that the event contains"
      freeTextFiltering={{ operators: [":"], defaultOperator: ":" }}
      hideOperations
      countText={countText}
      loading={isLoading}
      tokenLimit={4}
      expandToViewport
      filteringAriaLabel="Filter events"
      filteringPlaceholder="Filter by attribute or any words"
      filteringConstraintText="All filters must match; of several values for one attribute, any."
    />
  );
}

function typedOf({ filteringText, filteringProperty }: PropertyFilterProps.LoadItemsDetail): Typed {
  const field = filteringProperty?.key;
  return { text: filteringText, ...(field !== undefined && isField(field) ? { field } : {}) };
}
