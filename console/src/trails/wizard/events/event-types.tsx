import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { BlockCategory } from "../../selectors/fields";
import { type AdvancedForm, ALL_MANAGEMENT } from "../../selectors/form";
import { newBlock } from "./blocks";

interface EventTypesProps {
  form: AdvancedForm;
  fault: string | undefined;
  onChange: (form: AdvancedForm) => void;
}

/** Which categories of events a trail logs. */
export function EventTypes({ form, fault, onChange }: EventTypesProps) {
  const has = (category: BlockCategory) => form.blocks.some((block) => block.category === category);
  const blocks = (category: BlockCategory, wanted: boolean) => {
    const others = form.blocks.filter((block) => block.category !== category);
    onChange({ ...form, blocks: wanted ? [...form.blocks, newBlock(category)] : others });
  };
  const management = (wanted: boolean) => {
    const { management: _, ...rest } = form;
    onChange(wanted ? { ...rest, management: ALL_MANAGEMENT } : rest);
  };
  return (
    <Container
      header={
        <Header variant="h2" description="Each kind is delivered to the same bucket.">
          Event type
        </Header>
      }
    >
      <FormField errorText={fault} stretch>
        <SpaceBetween size="xs">
          <Checkbox
            checked={form.management !== undefined}
            description="What is done to resources: CreateBucket, RunInstances, DeleteUser."
            onChange={({ detail }) => management(detail.checked)}
          >
            Management events
          </Checkbox>
          <Checkbox
            checked={has("Data")}
            description="What is done within resources: GetObject, Invoke, PutItem. There can be very many."
            onChange={({ detail }) => blocks("Data", detail.checked)}
          >
            Data events
          </Checkbox>
          <Checkbox
            checked={has("NetworkActivity")}
            description="Calls that pass a VPC endpoint, also those that its policy denies."
            onChange={({ detail }) => blocks("NetworkActivity", detail.checked)}
          >
            Network activity events
          </Checkbox>
        </SpaceBetween>
      </FormField>
    </Container>
  );
}
