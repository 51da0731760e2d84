import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Trail } from "../../api/trails";
import { Command } from "../../shell/command";
import { Refused } from "../../shell/refused";
import { useAggregations, useInsightSelectors, useSelectors } from "../queries";
import { readInsights } from "../wizard/draft";
import { nameOfAggregation } from "../wizard/events/aggregation";
import { selectorsCommand } from "../wizard/words";
import { EditableHeader } from "./editable-header";
import { LoggedEvents } from "./logged-events";

/** Which events a trail logs, and what it makes of them. */
export function Events({ trail, canChange }: { trail: Trail; canChange: boolean }) {
  const selectors = useSelectors(trail.TrailARN);
  return (
    <Container header={<EditableHeader title="Events" trail={trail} canChange={canChange} step="events" />}>
      <SpaceBetween size="l">
        {selectors.isPending && <StatusIndicator type="loading">Loading selectors</StatusIndicator>}
        {selectors.isError && (
          <Refused error={selectors.error} doing="read the selectors" onRetry={() => selectors.refetch()} />
        )}
        {selectors.data && <LoggedEvents selectors={selectors.data} />}
        <Insights arn={trail.TrailARN} />
        {selectors.data && (
          <ExpandableSection headerText="Selectors as a command">
            <Command text={selectorsCommand(trail.HomeRegion, trail.TrailARN, selectors.data)} />
          </ExpandableSection>
        )}
      </SpaceBetween>
    </Container>
  );
}

function Insights({ arn }: { arn: string }) {
  const insights = useInsightSelectors(arn);
  const aggregations = useAggregations(arn);
  const choice = readInsights(insights.data ?? []);
  const words = ({ rate, errors }: { rate: boolean; errors: boolean }) =>
    [...(rate ? ["API call rate"] : []), ...(errors ? ["API error rate"] : [])].join(", ") || "Off";
  const state = (query: { isPending: boolean; isError: boolean }, value: string) =>
    query.isPending ? "Loading" : query.isError ? "Not known" : value;
  return (
    <KeyValuePairs
      columns={3}
      items={[
        { label: "Insights in management events", value: state(insights, words(choice.Management)) },
        { label: "Insights in data events", value: state(insights, words(choice.Data)) },
        {
          label: "Event aggregation",
          value: state(aggregations, (aggregations.data ?? []).map(nameOfAggregation).join(", ") || "Off"),
        },
      ]}
    />
  );
}
