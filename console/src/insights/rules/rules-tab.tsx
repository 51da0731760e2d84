import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { EmptyState } from "../../shell/empty-state";
import { href } from "../../shell/href";
import { Refused } from "../../shell/refused";
import type { MuteRule } from "../mute-rule";
import { useTagged } from "../use-tags";
import { MuteModal } from "./mute-modal";
import { MutesTable } from "./mutes-table";
import { SensitivityTable } from "./sensitivity-table";

const NOTHING: MuteRule = { sources: [], names: [], principals: [], windows: [] };

/** Which trails are told of insights, how much has to happen for it, and what they are not told of. */
export default function RulesTab() {
  const { trails, tagged, untold, isPending } = useTagged();
  const [isMuting, setIsMuting] = useState(false);
  if (trails.isError) {
    return <Refused error={trails.error} doing="list the trails" onRetry={() => trails.refetch()} />;
  }
  if (trails.data?.length === 0) {
    return (
      <EmptyState
        title="No trails"
        command="cairn trail create main --bucket audit-logs --create-bucket"
        action={<Button href={href("/trails/create")}>Create trail</Button>}
      >
        Insights are told to trails. Create one first.
      </EmptyState>
    );
  }
  const own = untold.filter(({ trail }) => !trail.IsOrganizationTrail);
  const others = untold.filter(({ trail }) => trail.IsOrganizationTrail);
  return (
    <SpaceBetween size="l">
      {own.map(({ trail, error }) => (
        <Refused key={trail.TrailARN} error={error} doing={`read the tags of trail ${trail.Name}`} />
      ))}
      <SensitivityTable tagged={tagged} loading={isPending} />
      <MutesTable tagged={tagged} loading={isPending} onAdd={() => setIsMuting(true)} />
      {others.length > 0 && (
        <Box variant="small" color="text-body-secondary">
          What {others.map(({ trail }) => trail.Name).join(", ")} is told of, only the organization's
          administrators see and change.
        </Box>
      )}
      {isMuting && (
        <MuteModal
          trails={tagged.map(({ trail }) => trail)}
          initial={{ name: "", rule: NOTHING, trails: looking(tagged.map(({ trail }) => trail)) }}
          onDismiss={() => setIsMuting(false)}
        />
      )}
    </SpaceBetween>
  );
}

/** The trails that look for insights. */
const looking = (trails: { TrailARN: string; HasInsightSelectors: boolean }[]) =>
  trails.filter((trail) => trail.HasInsightSelectors).map((trail) => trail.TrailARN);
