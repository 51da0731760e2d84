import { isAdvanced, toAdvanced } from "../selectors/convert";
import { readAdvanced, type Selectors } from "../selectors/form";

/** What kinds of events selectors let in: Insights and summaries need some of them. */
export interface Logged {
  managementReads: boolean;
  managementWrites: boolean;
  data: boolean;
}

export function loggedBy(selectors: Selectors | undefined): Logged {
  if (!selectors) return { managementReads: true, managementWrites: true, data: true };
  const advanced = isAdvanced(selectors)
    ? selectors.AdvancedEventSelectors
    : toAdvanced(selectors.EventSelectors);
  const forms = advanced.map((selector) => readAdvanced([selector]));
  const management = forms.flatMap((form) => form?.management ?? []);
  const unknown = forms.includes(undefined);
  return {
    managementReads: unknown || management.some(({ read }) => read),
    managementWrites: unknown || management.some(({ write }) => write),
    data: unknown || forms.some((form) => form?.blocks.some(({ category }) => category === "Data")),
  };
}
