import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { previewSelectors } from "../../../api/trails";
import type { Selectors } from "../../selectors/form";
import { useSettled } from "../../use-settled";

/** How many events are shown of those that match, and of those that don't. */
const SHOWN_MAX = 10;

/** What is asked of the server for selectors. */
export const previewQuery = (region: string, selectors: Selectors) => ({
  queryKey: ["trails", "preview", region, JSON.stringify(selectors)],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    previewSelectors(region, { ...withoutAbsent(selectors), MaxResults: SHOWN_MAX }, signal),
});

/** Which recent events selectors would take, asked again whenever they have changed. */
export function usePreview(region: string, selectors: Selectors | undefined) {
  const text = useSettled(selectors ? JSON.stringify(selectors) : "");
  const settled = text ? (JSON.parse(text) as Selectors) : undefined;
  return useQuery({
    ...previewQuery(region, settled ?? { EventSelectors: [] }),
    enabled: settled !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

const withoutAbsent = (selectors: Selectors) =>
  selectors.AdvancedEventSelectors
    ? { AdvancedEventSelectors: selectors.AdvancedEventSelectors }
    : { EventSelectors: selectors.EventSelectors };
