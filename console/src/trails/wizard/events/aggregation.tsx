import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { AGGREGATIONS, type Aggregation } from "../../calls/cloudtrail";

const WORDS: Record<Aggregation, [string, string]> = {
  API_ACTIVITY: ["API activity", "How often each operation was called."],
  RESOURCE_ACCESS: ["Resource access", "How often each resource was used."],
  USER_ACTIONS: ["User actions", "How much each caller did."],
};

/** What a trail's data events are summed up by, every five minutes. */
export function AggregationChoice(props: {
  chosen: Aggregation[];
  onChange: (chosen: Aggregation[]) => void;
}) {
  const { chosen, onChange } = props;
  return (
    <FormField
      label="Event aggregation"
      description="Beside the events, a summary of them every five minutes (CloudTrail-Aggregated in the bucket)."
      stretch
    >
      <SpaceBetween size="xs">
        {AGGREGATIONS.map((template) => (
          <Checkbox
            key={template}
            checked={chosen.includes(template)}
            description={WORDS[template][1]}
            onChange={({ detail }) =>
              onChange(
                AGGREGATIONS.filter((known) =>
                  known === template ? detail.checked : chosen.includes(known),
                ),
              )
            }
          >
            {WORDS[template][0]}
          </Checkbox>
        ))}
      </SpaceBetween>
    </FormField>
  );
}

export const nameOfAggregation = (template: Aggregation): string => WORDS[template][0];
