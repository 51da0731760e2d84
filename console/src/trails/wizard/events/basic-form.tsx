import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { EventSelector } from "../../../api/trails";
import { SELECTORS_MAX } from "../../selectors/convert";
import type { Faults } from "../../selectors/faults";
import { BasicSelector } from "./basic-selector";

interface BasicFormProps {
  selectors: EventSelector[];
  faults: Faults;
  onChange: (selectors: EventSelector[]) => void;
}

/** Up to five basic selectors; an event is logged if one of them takes it. */
export function BasicForm({ selectors, faults, onChange }: BasicFormProps) {
  return (
    <SpaceBetween size="l">
      {selectors.map((selector, index) => (
        <BasicSelector
          // biome-ignore lint/suspicious/noArrayIndexKey: a selector is its place; nothing in it outlives a change
          key={index}
          selector={selector}
          number={index + 1}
          fault={faults[`selector-${index}`] ?? (index === 0 ? faults.events : undefined)}
          onChange={(next) => onChange(selectors.map((known, at) => (at === index ? next : known)))}
          onRemove={
            selectors.length > 1 ? () => onChange(selectors.filter((_, at) => at !== index)) : undefined
          }
        />
      ))}
      <Button
        iconName="add-plus"
        disabled={selectors.length >= SELECTORS_MAX}
        disabledReason={`A trail has ${SELECTORS_MAX} basic selectors at most.`}
        onClick={() => onChange([...selectors, EMPTY])}
      >
        Add selector
      </Button>
    </SpaceBetween>
  );
}

const EMPTY: EventSelector = {
  ReadWriteType: "All",
  IncludeManagementEvents: false,
  DataResources: [],
  ExcludeManagementEventSources: [],
};
