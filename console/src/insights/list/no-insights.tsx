import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Trail } from "../../api/trails";
import { Command } from "../../shell/command";
import { EmptyState } from "../../shell/empty-state";
import { href } from "../../shell/href";
import { putSelectors } from "../put-selectors";
import { span } from "../words";

/** Why there is nothing, and what to do. */
export function NoInsights({ trails, days }: { trails: Trail[] | undefined; days: number }) {
  const [first] = trails ?? [];
  // Where trails may not be listed, it is not known whether any is told.
  if (!trails || trails.some((trail) => trail.HasInsightSelectors)) {
    return (
      <EmptyState title="Nothing unusual">
        Nothing unusual was found in {span(days * 1440)}. An account and Region is judged from 24 hours after
        its first event.
      </EmptyState>
    );
  }
  if (!first) {
    return (
      <EmptyState
        title="No trail is told of insights"
        command="cairn trail create main --bucket audit-logs --create-bucket"
        action={<Button href={href("/trails/create")}>Create trail</Button>}
      >
        Insights are found for trails that look for them. Create a trail first.
      </EmptyState>
    );
  }
  return (
    <SpaceBetween size="s">
      <EmptyState title="No trail is told of insights">
        Calls are counted already. Let a trail look for what is unusual in them.
      </EmptyState>
      <Command text={putSelectors(first)} />
    </SpaceBetween>
  );
}
