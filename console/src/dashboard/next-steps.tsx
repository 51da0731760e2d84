import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import TextContent from "@cloudscape-design/components/text-content";
import type { ReactNode } from "react";
import { putSelectors } from "../insights/put-selectors";
import { Command } from "../shell/command";
import { href } from "../shell/href";
import { type Preference, usePreference } from "../shell/preference";
import { useTrails } from "../trails/queries";

const HIDDEN: Preference<boolean> = { key: "dashboard.next-steps-hidden", version: 1, initial: false };

/** What a newcomer does next; gone once trails are told of insights, or when it is told to go. */
export function NextSteps() {
  const trails = useTrails();
  const [isHidden, setIsHidden] = usePreference(HIDDEN);
  if (isHidden || !trails.data) return null;
  const hasTrail = trails.data.length > 0;
  const first = trails.data[0];
  const hasInsights = trails.data.some((trail) => trail.HasInsightSelectors);
  if (hasTrail && hasInsights) return null;
  return (
    <Container
      header={
        <Header variant="h2" actions={<Button onClick={() => setIsHidden(true)}>Hide</Button>}>
          Next steps
        </Header>
      }
    >
      <TextContent>
        <SpaceBetween size="m">
          <div>
            <p>
              In a terminal, let commands know where Cairn is, and who you are. It counts for all that follow.
            </p>
            <Command text={'eval "$(cairn env)"'} />
          </div>
          <ColumnLayout columns={2}>
            <Step
              title="Keep events as files"
              isDone={hasTrail}
              command="cairn trail create main --bucket audit-logs --create-bucket"
              action={<Button href={href("/trails/create")}>Create trail</Button>}
            >
              A trail delivers events to a bucket, with signed digests, for longer than the 90 days of event
              history.
            </Step>
            <Step title="Be told of what is unusual" isDone={hasInsights} command={putSelectors(first)}>
              Let the trail look for surges and silences of calls and errors.
            </Step>
            <Step title="Record what others serve" command="cairn serve --upstream http://127.0.0.1:8333">
              Started so in place of the server that runs, Cairn stands before a store, an emulator or AWS
              itself: calls that are signed with keys from there reach it unchanged, and become events.
            </Step>
            <Step title="Bring the past" command="cairn import cloudtrail AWSLogs/">
              CloudTrail's log files of the last 90 days, from disk or a bucket, become events, each in its
              Region: what was usual is known at once.
            </Step>
          </ColumnLayout>
        </SpaceBetween>
      </TextContent>
    </Container>
  );
}

interface StepProps {
  title: string;
  isDone?: boolean;
  command: string;
  action?: ReactNode;
  children: ReactNode;
}

function Step({ title, isDone, command, action, children }: StepProps) {
  return (
    <div>
      <h3>{title}</h3>
      <p>{children}</p>
      {isDone ? (
        <StatusIndicator>Done</StatusIndicator>
      ) : (
        <SpaceBetween size="xs">
          <Command text={command} />
          {action}
        </SpaceBetween>
      )}
    </div>
  );
}
