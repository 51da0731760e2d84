import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Steps, { type StepsProps } from "@cloudscape-design/components/steps";
import { Refused } from "../../../shell/refused";
import { doing } from "../words";
import { adviceFor, isAboutSettings } from "./advice";
import { hasMadeTrail, type Run } from "./use-run";

interface RunDialogProps {
  run: Run;
  /** Why the way back is not open: it was not to be found out what the trail is by now. */
  unread?: unknown;
  onRetry: () => void;
  /** Back to the wizard; or, once the trail is there, to the page that changes it. */
  onBack: () => void;
}

/** Shows how far a plan has come, and what can be done where it can't go on. */
export function RunDialog({ run, unread, onRetry, onBack }: RunDialogProps) {
  const made = hasMadeTrail(run);
  const current = run.steps[run.done];
  const advice = adviceFor(run.error);
  const isForSettings = isAboutSettings(run.error);
  return (
    <Modal
      visible
      header={run.busy ? "Working" : "It could not be finished"}
      closeAriaLabel="Close"
      onDismiss={() => {
        if (!run.busy) onBack();
      }}
      footer={
        !run.busy && (
          <Box float="right">
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant={isForSettings ? "primary" : "link"} onClick={onBack}>
                {made ? "Change the trail" : "Back to the settings"}
              </Button>
              <Button variant={isForSettings ? "normal" : "primary"} onClick={onRetry}>
                Try again
              </Button>
            </SpaceBetween>
          </Box>
        )
      }
    >
      <SpaceBetween size="m">
        <Steps
          ariaLabel="What is done"
          steps={run.steps.map((step, index) => ({ header: doing(step), ...state(run, index) }))}
        />
        {run.error !== undefined && current && (
          <Refused error={run.error} doing={doing(current).replace(/^./, (first) => first.toLowerCase())} />
        )}
        {advice && <span>{advice}</span>}
        {unread !== undefined && <Refused error={unread} doing="read what the trail is now" />}
        {made && !run.busy && <span>The trail is there, but does not log as you wanted yet.</span>}
      </SpaceBetween>
    </Modal>
  );
}

function state(run: Run, index: number): Pick<StepsProps.Step, "status" | "statusIconAriaLabel"> {
  if (index < run.done) return { status: "success", statusIconAriaLabel: "Done" };
  if (index > run.done) return { status: "pending", statusIconAriaLabel: "Not yet" };
  if (run.busy) return { status: "loading", statusIconAriaLabel: "Being done" };
  return { status: "error", statusIconAriaLabel: "Failed" };
}
