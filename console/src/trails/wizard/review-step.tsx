import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Command } from "../../shell/command";
import { LoggedEvents } from "../detail/logged-events";
import type { Draft } from "./draft";
import { selectorsOf } from "./draft";
import { nameOfAggregation } from "./events/aggregation";
import { bucketOf, type Step } from "./plan";
import styles from "./review-step.module.css";
import { commands, doing } from "./words";

interface ReviewStepProps {
  draft: Draft;
  steps: Step[];
  isNew: boolean;
  /** Goes back to a step. */
  onEdit: (step: number) => void;
}

/** The last step: what the trail will be, and what will be done. */
export function ReviewStep({ draft, steps, isNew, onEdit }: ReviewStepProps) {
  const selectors = selectorsOf(draft.selectors);
  const edit = (step: number, what: string) => (
    <Button onClick={() => onEdit(step)} ariaLabel={`Edit ${what}`}>
      Edit
    </Button>
  );
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header variant="h2" actions={edit(0, "trail attributes")}>
            Trail attributes
          </Header>
        }
      >
        <KeyValuePairs columns={3} items={attributes(draft)} />
      </Container>
      <Container
        header={
          <Header variant="h2" actions={edit(1, "events")}>
            Events
          </Header>
        }
      >
        <SpaceBetween size="l">
          {selectors && <LoggedEvents selectors={selectors} />}
          <KeyValuePairs columns={3} items={beside(draft)} />
        </SpaceBetween>
      </Container>
      {steps.length === 0 ? (
        <Alert type="info">Nothing was changed yet.</Alert>
      ) : (
        <Container
          header={
            <Header variant="h2" description={isNew ? "The trail logs as soon as this is done." : undefined}>
              What will be done
            </Header>
          }
        >
          <ol className={styles.steps}>
            {steps.map((step) => (
              <li key={doing(step)}>{doing(step)}</li>
            ))}
          </ol>
          <ExpandableSection headerText="The same with the AWS CLI">
            <Command text={steps.flatMap(commands).join("\n")} what="commands" />
          </ExpandableSection>
        </Container>
      )}
    </SpaceBetween>
  );
}

const onOff = (is: boolean) => (is ? "On" : "Off");

function attributes(draft: Draft) {
  const key = { none: "Off", new: `New key alias/${draft.newKeyAlias}`, existing: draft.key }[draft.keyFrom];
  const tags = draft.tags.map(({ Key, Value }) => (Value ? `${Key}=${Value}` : Key));
  return [
    { label: "Trail name", value: draft.name },
    { label: "Regions", value: draft.multiRegion ? "All" : "This one" },
    { label: "Accounts", value: draft.organization ? "All of the organization" : "This one" },
    {
      label: "Bucket",
      value: draft.bucketFrom === "new" ? `${draft.newBucket} (new)` : bucketOf(draft),
    },
    { label: "Prefix", value: draft.prefix || "–" },
    { label: "Log file validation", value: onOff(draft.validation) },
    { label: "SSE-KMS encryption", value: key },
    { label: "SNS topic", value: draft.topicOn ? draft.topic : "Off" },
    { label: "CloudWatch Logs", value: draft.logsOn ? draft.logGroup : "Off" },
    { label: "Deliveries of log files", value: draft.recursive ? "Logged" : "Left out" },
    { label: "Tags", value: tags.join(", ") || "–" },
  ];
}

function beside({ insights, aggregations }: Draft) {
  const words = ({ rate, errors }: { rate: boolean; errors: boolean }) =>
    [...(rate ? ["API call rate"] : []), ...(errors ? ["API error rate"] : [])].join(", ") || "Off";
  return [
    { label: "Insights in management events", value: words(insights.Management) },
    { label: "Insights in data events", value: words(insights.Data) },
    { label: "Event aggregation", value: aggregations.map(nameOfAggregation).join(", ") || "Off" },
  ];
}
