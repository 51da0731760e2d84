import { isAdvanced, toAdvanced, toBasic } from "../../selectors/convert";
import { NEW_TRAIL, writeAdvanced } from "../../selectors/form";
import { readText, writeText } from "../../selectors/text";
import type { SelectorDraft } from "../draft";
import { selectorDraft, selectorsOf } from "../draft";

/** What a switch leads to, or why it does not. */
export type Switched = { draft: SelectorDraft; fault?: undefined } | { draft?: undefined; fault: string };

/** From the form to JSON, which can say everything. */
export function toJson(draft: SelectorDraft): SelectorDraft {
  const selectors = selectorsOf(draft);
  return { ...draft, view: "json", text: selectors ? writeText(selectors) : draft.text };
}

/** From JSON to the form, where the form can say it. */
export function toForm(draft: SelectorDraft): Switched {
  const { selectors } = readText(draft.text);
  // What is wrong with the text is told below it.
  if (!selectors) return { fault: "The form can be shown once the JSON is right." };
  const next = selectorDraft(selectors);
  if (next.view === "form") return { draft: next };
  return { fault: "These selectors say more than the form has fields for. Edit them as JSON." };
}

/** From basic selectors to advanced ones of the same meaning. */
export function switchToAdvanced(draft: SelectorDraft): SelectorDraft {
  const advanced = toAdvanced(draft.basic);
  const selectors = advanced.length > 0 ? advanced : writeAdvanced(NEW_TRAIL);
  // Two basic selectors can both have management events; a form has one place for them.
  return selectorDraft({ AdvancedEventSelectors: selectors });
}

/** From advanced selectors to basic ones of the same meaning, where there are such. */
export function switchToBasic(draft: SelectorDraft): Switched {
  const selectors = selectorsOf(draft);
  const basic = selectors && isAdvanced(selectors) ? toBasic(selectors.AdvancedEventSelectors) : undefined;
  if (basic) return { draft: selectorDraft({ EventSelectors: basic }) };
  return {
    fault:
      "Basic selectors know management events, and data events of S3 objects, Lambda functions and DynamoDB tables by ARN. These say more: take that out first.",
  };
}
