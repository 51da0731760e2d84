import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Aggregation } from "../../calls/cloudtrail";
import type { Faults } from "../../selectors/faults";
import type { BlockCategory } from "../../selectors/fields";
import type { AdvancedForm as Form } from "../../selectors/form";
import { AggregationChoice } from "./aggregation";
import { Blocks } from "./blocks";
import { EventTypes } from "./event-types";
import { ManagementEvents } from "./management-events";

interface AdvancedFormProps {
  form: Form;
  faults: Faults;
  aggregations: Aggregation[];
  onChange: (form: Form) => void;
  onAggregate: (aggregations: Aggregation[]) => void;
}

/** Advanced selectors as fields. */
export function AdvancedForm({ form, faults, aggregations, onChange, onAggregate }: AdvancedFormProps) {
  const { management, blocks } = form;
  const has = (category: BlockCategory) => blocks.some((block) => block.category === category);
  return (
    <SpaceBetween size="l">
      <EventTypes form={form} fault={faults.events} onChange={onChange} />
      {management && (
        <ManagementEvents
          management={management}
          fault={faults.management}
          onChange={(next) => onChange({ ...form, management: next })}
        />
      )}
      {has("Data") && (
        <Blocks
          category="Data"
          title="Data events"
          description="Each selector is about one type of resources. An event is logged if one of them takes it."
          addText="Add data event type"
          blocks={blocks}
          faults={faults}
          onChange={(next) => onChange({ ...form, blocks: next })}
        >
          <AggregationChoice chosen={aggregations} onChange={onAggregate} />
        </Blocks>
      )}
      {has("NetworkActivity") && (
        <Blocks
          category="NetworkActivity"
          title="Network activity events"
          description="Each selector is about one event source."
          addText="Add event source"
          blocks={blocks}
          faults={faults}
          onChange={(next) => onChange({ ...form, blocks: next })}
        />
      )}
    </SpaceBetween>
  );
}
