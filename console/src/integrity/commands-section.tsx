import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Command } from "../shell/command";
import { commands } from "./report";
import type { Asked } from "./use-validation";

/** The same check without this server's word for it. */
export function CommandsSection({
  region,
  asked,
  isElsewhere,
}: {
  region: string;
  asked: Asked;
  /** Whether the files turned out to lie in another S3 than Cairn's. */
  isElsewhere: boolean;
}) {
  const { aws, cairn } = commands(region, asked);
  return (
    <ExpandableSection variant="container" headerText="Check it yourself" headingTagOverride="h2">
      <SpaceBetween size="s">
        <Box variant="p">
          Whoever doubts the server can't believe its own report. Both commands read the bucket themselves,
          and check every signature where they run.
        </Box>
        {isElsewhere && (
          <Box variant="p">
            The bucket is in another S3: let AWS_ENDPOINT_URL_S3 name it (leave it out for AWS's own), and
            AWS_ENDPOINT_URL_CLOUDTRAIL this server, with a key that both know.
          </Box>
        )}
        <Command text={aws} what="command of the AWS CLI" />
        <Command text={cairn} what="command of Cairn" />
      </SpaceBetween>
    </ExpandableSection>
  );
}
