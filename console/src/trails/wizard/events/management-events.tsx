import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Management } from "../../selectors/form";

interface ManagementEventsProps {
  management: Management;
  fault: string | undefined;
  onChange: (management: Management) => void;
}

/** Which management events are logged. */
export function ManagementEvents({ management, fault, onChange }: ManagementEventsProps) {
  const box = (part: "read" | "write" | "excludeKms" | "excludeRdsData", text: string) => (
    <Checkbox
      checked={management[part]}
      onChange={({ detail }) => onChange({ ...management, [part]: detail.checked })}
    >
      {text}
    </Checkbox>
  );
  return (
    <Container header={<Header variant="h2">Management events</Header>}>
      <FormField label="API activity" errorText={fault} stretch>
        <SpaceBetween size="xs">
          {box("read", "Read")}
          {box("write", "Write")}
          {box("excludeKms", "Exclude AWS KMS events")}
          {box("excludeRdsData", "Exclude Amazon RDS Data API events")}
        </SpaceBetween>
      </FormField>
    </Container>
  );
}
