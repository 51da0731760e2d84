import type { EventSelector } from "../../api/trails";
import { SELECTORS_MAX } from "./convert";
import { type AdvancedForm, type Block, type Condition, writeAdvanced } from "./form";

/** What is not filled in yet, by the place where it is said; the server judges the rest. */
export type Faults = Record<string, string>;

/** Names the place of a block's fault. */
export const blockPlace = (index: number, part: "subject" | "conditions"): string => `block-${index}-${part}`;

/** Names the place of a condition's fault. */
export const conditionPlace = (index: number, condition: number): string =>
  `block-${index}-condition-${condition}`;

/** The most values of a trail, over all its advanced selectors. */
const VALUES_MAX = 500;

export function faultsOfAdvanced(form: AdvancedForm): Faults {
  const faults: Faults = {};
  const { management, blocks } = form;
  if (!management && blocks.length === 0) faults.events = "Choose at least one type of events.";
  if (management && !management.read && !management.write) faults.management = "Choose read, write or both.";
  blocks.forEach((block, index) => {
    Object.assign(faults, faultsOfBlock(block, index));
  });
  const values = writeAdvanced(form)
    .flatMap(({ FieldSelectors }) => FieldSelectors)
    .flatMap(({ Field: _, ...lists }) => Object.values(lists).flat()).length;
  if (values > VALUES_MAX) faults.events = `A trail can have ${VALUES_MAX} values; there are ${values}.`;
  return faults;
}

function faultsOfBlock(block: Block, index: number): Faults {
  const faults: Faults = {};
  if (!block.subject) {
    const what = block.category === "Data" ? "a resource type" : "an event source";
    faults[blockPlace(index, "subject")] = `Choose ${what}.`;
  }
  block.conditions.forEach((condition, at) => {
    const fault = faultOfCondition(condition);
    if (fault) faults[conditionPlace(index, at)] = fault;
  });
  return faults;
}

function faultOfCondition({ field, values }: Condition): string | undefined {
  if (!field) return "Choose a field.";
  if (values.length === 0) return "Enter at least one value.";
  return undefined;
}

export function faultsOfBasic(selectors: readonly EventSelector[]): Faults {
  const faults: Faults = {};
  if (selectors.length === 0) faults.events = "Add a selector.";
  if (selectors.length > SELECTORS_MAX) faults.events = `A trail can have ${SELECTORS_MAX} basic selectors.`;
  selectors.forEach((selector, index) => {
    const data = selector.DataResources.flatMap(({ Values }) => Values);
    if (!selector.IncludeManagementEvents && data.length === 0) {
      faults[`selector-${index}`] = "Choose management events, or resources whose data events are logged.";
    }
  });
  return faults;
}
