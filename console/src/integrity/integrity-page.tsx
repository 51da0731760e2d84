import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useRegion } from "../session/region";
import { EmptyState } from "../shell/empty-state";
import { href } from "../shell/href";
import { Page } from "../shell/page";
import { Refused } from "../shell/refused";
import { useTrails } from "../trails/queries";
import { CommandsSection } from "./commands-section";
import { HELP } from "./help";
import { Progress } from "./progress";
import { ResultsTable } from "./results-table";
import { RunForm } from "./run-form";
import { type Asked, useValidation } from "./use-validation";
import { Verdict } from "./verdict";

/** Proves that a trail's log files are what was delivered. */
export function Component() {
  const [region] = useRegion();
  // What was found in a Region is not that of another.
  return <Integrity key={region} region={region} />;
}

function Integrity({ region }: { region: string }) {
  const trails = useTrails();
  const { run, start, stop } = useValidation(region);
  const [asked, setAsked] = useState<Asked>();
  const again = () => run.asked && start(run.asked);
  return (
    <Page
      title="Integrity"
      description="Proves that a trail's log files are what was delivered: that none was changed, removed or forged."
      help={HELP}
    >
      <SpaceBetween size="l">
        {trails.isError && (
          <Refused error={trails.error} doing="list the trails" onRetry={() => trails.refetch()} />
        )}
        {trails.data?.length === 0 && (
          <EmptyState
            title="No trails"
            command="cairn trail create main --bucket audit-logs --create-bucket"
            action={<Button href={href("/trails/create")}>Create trail</Button>}
          >
            Digests are made of what trails deliver. Create a trail first.
          </EmptyState>
        )}
        {trails.data && trails.data.length > 0 && (
          <RunForm
            region={region}
            trails={trails.data}
            isRunning={run.state === "running"}
            onRun={start}
            onStop={stop}
            onAsked={setAsked}
          />
        )}
        {run.state === "running" && <Progress run={run} />}
        {run.error !== undefined && <Refused error={run.error} doing="validate the trail" onRetry={again} />}
        {run.state === "stopped" && (
          <Box>
            Stopped before the end. What was checked until then stands below; nothing is known of the rest.
          </Box>
        )}
        {run.state === "ended" && <Verdict run={run} />}
        {(run.state === "running" || run.results.length > 0) && <ResultsTable run={run} />}
        {asked && <CommandsSection region={region} asked={asked} isElsewhere={run.isElsewhere} />}
      </SpaceBetween>
    </Page>
  );
}
