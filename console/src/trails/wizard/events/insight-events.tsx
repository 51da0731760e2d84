import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { InsightChoice } from "../draft";
import type { Logged } from "../logged";

interface InsightEventsProps {
  choice: InsightChoice;
  logged: Logged;
  fault: string | undefined;
  onChange: (choice: InsightChoice) => void;
}

/** Which unusual activity a trail is told of. It must log what is looked at. */
export function InsightEvents({ choice, logged, fault, onChange }: InsightEventsProps) {
  const box = (
    category: "Management" | "Data",
    part: "rate" | "errors",
    possible: boolean,
    missing: string,
  ) => (
    <Checkbox
      checked={choice[category][part]}
      disabled={!possible && !choice[category][part]}
      description={possible ? WORDS[part][1] : missing}
      onChange={({ detail }) =>
        onChange({ ...choice, [category]: { ...choice[category], [part]: detail.checked } })
      }
    >
      {WORDS[part][0]}
    </Checkbox>
  );
  const data = "The trail must log data events.";
  return (
    <Container
      header={
        <Header variant="h2" description="Calls or errors that are far more, or fewer, than usual.">
          Insights events
        </Header>
      }
    >
      <FormField errorText={fault} stretch>
        <ColumnLayout columns={2}>
          <FormField label="In management events" stretch>
            <SpaceBetween size="xs">
              {box(
                "Management",
                "rate",
                logged.managementWrites,
                "The trail must log write management events.",
              )}
              {box(
                "Management",
                "errors",
                logged.managementReads || logged.managementWrites,
                "The trail must log management events.",
              )}
            </SpaceBetween>
          </FormField>
          <FormField label="In data events" stretch>
            <SpaceBetween size="xs">
              {box("Data", "rate", logged.data, data)}
              {box("Data", "errors", logged.data, data)}
            </SpaceBetween>
          </FormField>
        </ColumnLayout>
      </FormField>
    </Container>
  );
}

const WORDS = {
  rate: ["API call rate", "Calls a minute, against what is usual at that time."],
  errors: ["API error rate", "Errors a minute, by error code."],
} as const;
