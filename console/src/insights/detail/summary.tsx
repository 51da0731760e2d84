import Badge from "@cloudscape-design/components/badge";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { href } from "../../shell/href";
import { trailPath } from "../../trails/trail-facts";
import { during, type Explanation, rateOf } from "../explanation";
import { type Clock, heard, minuteBeside, noun } from "../sentences";
import { capitalised, pace, span, trailName } from "../words";

/** The facts of an insight. */
export function Summary({ of, clock }: { of: Explanation; clock: Clock }) {
  const { last, began, end } = of.episode;
  const at = `${clock.minute(began)} ${clock.zone(began)}`;
  const sum = during(of);
  const facts: [string, ReactNode][] = [
    [
      "State",
      <StatusIndicator key="state" type={end ? "success" : "in-progress"}>
        {end ? "Over" : "Goes on"}
      </StatusIndicator>,
    ],
    ["Began", at],
    ["Over", end ? `${minuteBeside(clock, end.at, began)}, after ${span((end.at - began) / 60)}` : "Not yet"],
    [last.errorCode ? "Errors" : "Calls", noun(last, sum.calls)],
    ["Usually", capitalised(pace(last.baseline.average))],
    // Of what goes on the event knows no more than how it began.
    ["In these minutes", capitalised(pace(end ? last.insight.average : rateOf(sum)))],
    ["Sensitivity", <Level key="level" of={of} />],
    ["Told", <Trails key="trails" of={of} />],
    ["Account and Region", `${last.account}, ${last.region}`],
    ["Insight type", last.errorCode ? "API error rate" : "API call rate"],
    ["Events", last.trail ? `Data events of ${trailName(last.trail)}` : "Management events"],
    [
      "Shared event ID",
      <CopyToClipboard
        key="id"
        variant="inline"
        textToCopy={last.sharedEventId}
        copyButtonAriaLabel="Copy the shared event ID"
        copySuccessText="Copied"
        copyErrorText="Could not be copied"
      />,
    ],
  ];
  return (
    <Container>
      <KeyValuePairs columns={4} items={facts.map(([label, value]) => ({ label, value }))} />
    </Container>
  );
}

const NAMES = { low: "Low", medium: "Medium", high: "High" };

function Level({ of: { sensitivity } }: { of: Explanation }) {
  return sensitivity === "high" ? <Badge>High: may be chance once in a while</Badge> : NAMES[sensitivity];
}

function Trails({ of }: { of: Explanation }) {
  if (of.trails.length === 0) return heard(of);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {of.trails.map((arn) => (
        <Link key={arn} href={href(trailPath(arn))}>
          {trailName(arn)}
        </Link>
      ))}
    </SpaceBetween>
  );
}
