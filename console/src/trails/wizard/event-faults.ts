import { type Faults, faultsOfAdvanced, faultsOfBasic } from "../selectors/faults";
import { readText } from "../selectors/text";
import { type Draft, selectorsOf } from "./draft";
import { insightFault } from "./insight-fault";
import { loggedBy } from "./logged";

/** What of the events can't be right; the server judges the rest. */
export function eventFaults(draft: Draft): Faults {
  const faults = selectorFaults(draft);
  const insights = insightFault(draft.insights, loggedBy(selectorsOf(draft.selectors)));
  return insights ? { ...faults, insights } : faults;
}

/** What of the selectors is not filled in yet. */
export function selectorFaults({ selectors }: Draft): Faults {
  if (selectors.view === "json") {
    const { fault } = readText(selectors.text);
    return fault ? { json: fault } : {};
  }
  return selectors.kind === "advanced"
    ? faultsOfAdvanced(selectors.advanced)
    : faultsOfBasic(selectors.basic);
}
