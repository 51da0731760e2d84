import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Command } from "../../shell/command";
import type { Explanation } from "../explanation";

/** The Insights events as they were recorded, and how to have it said in a terminal. */
export function Records({ of }: { of: Explanation }) {
  const { start, end, last } = of.episode;
  return (
    <SpaceBetween size="s">
      <ExpandableSection variant="container" headerText="Event records" headingTagOverride="h2">
        <SpaceBetween size="m">
          {start && <Command text={JSON.stringify(start.record, null, 2)} what="record of the start" />}
          {end && <Command text={JSON.stringify(end.record, null, 2)} what="record of the end" />}
        </SpaceBetween>
      </ExpandableSection>
      <ExpandableSection variant="container" headerText="At the command line" headingTagOverride="h2">
        <Command text={`cairn insights explain ${last.sharedEventId} --region ${last.region}`} />
      </ExpandableSection>
    </SpaceBetween>
  );
}
