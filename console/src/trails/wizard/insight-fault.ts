import type { InsightChoice } from "./draft";
import type { Logged } from "./logged";

/** Insights that the trail's events can't feed. */
export function insightFault(choice: InsightChoice, logged: Logged): string | undefined {
  if (choice.Management.rate && !logged.managementWrites) {
    return "API call rate needs write management events, which the trail does not log.";
  }
  if (choice.Management.errors && !logged.managementReads && !logged.managementWrites) {
    return "API error rate needs management events, which the trail does not log.";
  }
  if ((choice.Data.rate || choice.Data.errors) && !logged.data) {
    return "Insights in data events need data events, which the trail does not log.";
  }
  return undefined;
}
