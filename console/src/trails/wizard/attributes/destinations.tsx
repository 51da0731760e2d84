import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useSession } from "../../../session/session-gate";
import { Command } from "../../../shell/command";
import { logsRolePolicy, logsTrustPolicy, topicPolicy } from "../../access/other-policies";
import type { PartProps } from "./props";

/** Where else a trail tells of events: a topic, and a log group. */
export function Destinations(props: PartProps) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Both live outside of Cairn: its settings say where (endpoints.sns and endpoints.logs)."
        >
          Other destinations
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Topic {...props} />
        <LogGroup {...props} />
      </SpaceBetween>
    </Container>
  );
}

function Topic({ draft, change, faults }: PartProps) {
  const { Account } = useSession();
  const topic = draft.topic.startsWith("arn:")
    ? draft.topic
    : `arn:aws:sns:REGION:${Account.Id}:${draft.topic || "TOPIC"}`;
  return (
    <SpaceBetween size="s">
      <Checkbox
        checked={draft.topicOn}
        onChange={({ detail }) => change({ topicOn: detail.checked })}
        description="A message for each delivery names the log files that have arrived."
      >
        SNS notification delivery
      </Checkbox>
      {draft.topicOn && (
        <SpaceBetween size="m">
          <FormField
            label="SNS topic"
            description="The topic's name, or its ARN."
            errorText={faults.topic}
            stretch
          >
            <Input
              value={draft.topic}
              onChange={({ detail }) => change({ topic: detail.value.trim() })}
              placeholder="trail-deliveries"
              spellcheck={false}
            />
          </FormField>
          <ExpandableSection headerText="What the topic's policy must allow">
            <Command text={topicPolicy(topic, Account.Id)} what="policy" />
          </ExpandableSection>
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}

function LogGroup({ draft, change, faults }: PartProps) {
  const { Account } = useSession();
  return (
    <SpaceBetween size="s">
      <Checkbox
        checked={draft.logsOn}
        onChange={({ detail }) => change({ logsOn: detail.checked })}
        description="Each event goes to a log group within a second, where metric filters and alarms see it."
      >
        CloudWatch Logs
      </Checkbox>
      {draft.logsOn && (
        <SpaceBetween size="m">
          <FormField label="Log group ARN" errorText={faults.logGroup} stretch>
            <Input
              value={draft.logGroup}
              onChange={({ detail }) => change({ logGroup: detail.value.trim() })}
              placeholder={`arn:aws:logs:us-east-1:${Account.Id}:log-group:trail:*`}
              spellcheck={false}
            />
          </FormField>
          <FormField label="IAM role ARN" errorText={faults.logRole} stretch>
            <Input
              value={draft.logRole}
              onChange={({ detail }) => change({ logRole: detail.value.trim() })}
              placeholder={`arn:aws:iam::${Account.Id}:role/CloudTrail_CloudWatchLogs_Role`}
              spellcheck={false}
            />
          </FormField>
          <ExpandableSection headerText="The policies that the role needs">
            <SpaceBetween size="s">
              <span>Who may assume it:</span>
              <Command text={logsTrustPolicy()} what="trust policy" />
              <span>What it may do:</span>
              <Command text={logsRolePolicy(draft.logGroup || "LOG-GROUP-ARN", Account.Id)} what="policy" />
            </SpaceBetween>
          </ExpandableSection>
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
