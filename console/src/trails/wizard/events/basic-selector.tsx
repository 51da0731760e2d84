import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { EventSelector } from "../../../api/trails";
import { everything, isEverything } from "../../selectors/convert";
import { EXCLUDABLE } from "../../selectors/fields";
import { CLASSIC_TYPES, nameOfType } from "../../selectors/resource-types";
import { ValuesField } from "./values-field";

interface BasicSelectorProps {
  selector: EventSelector;
  number: number;
  fault: string | undefined;
  onChange: (selector: EventSelector) => void;
  onRemove?: (() => void) | undefined;
}

/** One basic selector: management events, and data events of the three classic types. */
export function BasicSelector({ selector, number, fault, onChange, onRemove }: BasicSelectorProps) {
  const { ReadWriteType, IncludeManagementEvents, ExcludeManagementEventSources } = selector;
  const exclude = (source: string, text: string) => (
    <Checkbox
      checked={ExcludeManagementEventSources.includes(source)}
      disabled={!IncludeManagementEvents}
      onChange={({ detail }) =>
        onChange({
          ...selector,
          ExcludeManagementEventSources: Object.values(EXCLUDABLE).filter((known) =>
            known === source ? detail.checked : ExcludeManagementEventSources.includes(known),
          ),
        })
      }
    >
      {text}
    </Checkbox>
  );
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            onRemove && (
              <Button onClick={onRemove} ariaLabel={`Remove selector ${number}`}>
                Remove
              </Button>
            )
          }
        >{`Selector ${number}`}</Header>
      }
    >
      <SpaceBetween size="l">
        <FormField label="API activity" errorText={fault} stretch>
          <SegmentedControl
            label="API activity"
            selectedId={ReadWriteType}
            options={[
              { id: "All", text: "Read and write" },
              { id: "ReadOnly", text: "Read" },
              { id: "WriteOnly", text: "Write" },
            ]}
            onChange={({ detail }) =>
              onChange({ ...selector, ReadWriteType: detail.selectedId as EventSelector["ReadWriteType"] })
            }
          />
        </FormField>
        <FormField label="Management events" stretch>
          <SpaceBetween size="xs">
            <Checkbox
              checked={IncludeManagementEvents}
              onChange={({ detail }) => onChange({ ...selector, IncludeManagementEvents: detail.checked })}
            >
              Log management events
            </Checkbox>
            {exclude(EXCLUDABLE.kms, "Exclude AWS KMS events")}
            {exclude(EXCLUDABLE.rdsData, "Exclude Amazon RDS Data API events")}
          </SpaceBetween>
        </FormField>
        {CLASSIC_TYPES.map((type) => (
          <Resources key={type} type={type} selector={selector} onChange={onChange} />
        ))}
      </SpaceBetween>
    </Container>
  );
}

const EXAMPLES: Record<(typeof CLASSIC_TYPES)[number], string> = {
  "AWS::S3::Object": "arn:aws:s3:::my-bucket/",
  "AWS::Lambda::Function": "arn:aws:lambda:us-east-1:111122223333:function:my-function",
  "AWS::DynamoDB::Table": "arn:aws:dynamodb:us-east-1:111122223333:table/my-table",
};

interface ResourcesProps {
  type: (typeof CLASSIC_TYPES)[number];
  selector: EventSelector;
  onChange: (selector: EventSelector) => void;
}

function Resources({ type, selector, onChange }: ResourcesProps) {
  const values = selector.DataResources.filter(({ Type }) => Type === type).flatMap(({ Values }) => Values);
  const all = values.some((value) => isEverything(type, value));
  const set = (next: string[]) => {
    const others = selector.DataResources.filter(({ Type }) => Type !== type);
    onChange({
      ...selector,
      DataResources: next.length > 0 ? [...others, { Type: type, Values: next }] : others,
    });
  };
  const name = nameOfType(type);
  return (
    <FormField
      label={`${name} data events`}
      description={
        type === "AWS::S3::Object"
          ? "Buckets, with a slash at the end, or what the ARNs of objects begin with."
          : "The ARNs of single ones."
      }
      stretch
    >
      <SpaceBetween size="xs">
        <Checkbox checked={all} onChange={({ detail }) => set(detail.checked ? [everything(type)] : [])}>
          {`All ${name}s of the account, now and later`}
        </Checkbox>
        {!all && (
          <ValuesField
            label={`ARNs for ${name} data events`}
            values={values}
            example={EXAMPLES[type]}
            onChange={set}
          />
        )}
      </SpaceBetween>
    </FormField>
  );
}
