import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useMemo, useState } from "react";
import { useRegion } from "../session/region";
import { EmptyState } from "../shell/empty-state";
import { href } from "../shell/href";
import { Loading } from "../shell/loading";
import { Page } from "../shell/page";
import { Refused } from "../shell/refused";
import { ComparedTable } from "./compare/compared-table";
import { compare, rowOf } from "./compare/differences";
import { type Compared, useCompared } from "./compare/use-compared";
import { recordOf } from "./record";
import { sentenceText } from "./sentence";

const ABOVE = [["Event history", "/events"]] as const;

/** Two to five events beside each other. */
export function Component() {
  const [region] = useRegion();
  const compared = useCompared(region);
  return (
    <Page title="Compare events" above={ABOVE} description="Two to five events, field by field.">
      <SpaceBetween size="m">
        {compared.error !== null && (
          <Refused error={compared.error} doing="look the events up" onRetry={compared.retry} />
        )}
        {compared.missing.map((id) => (
          <Alert key={id} type="info">{`There is no event ${id} in ${region}.`}</Alert>
        ))}
        <Content region={region} compared={compared} />
      </SpaceBetween>
    </Page>
  );
}

function Content({ region, compared }: { region: string; compared: Compared }) {
  const { events, isPending, error, remove } = compared;
  const [isShort, setShort] = useState(true);
  const rows = useMemo(() => compare(events.map(recordOf)), [events]);
  const differing = rows.filter(({ differs }) => differs);
  const sentences = useMemo(
    () =>
      rowOf(
        "What happened",
        events.map((event) => sentenceText(recordOf(event))),
      ),
    [events],
  );
  if (isPending && error === null) {
    return <Loading what="Loading the events" />;
  }
  if (events.length < 2) {
    return (
      <EmptyState
        title="There is nothing to compare"
        action={<Button href={href("/events")}>Go to Event history</Button>}
      >
        Select two to five events of Event history, then choose Compare events.
      </EmptyState>
    );
  }
  return (
    <ComparedTable
      region={region}
      events={events}
      rows={[sentences, ...(isShort ? differing : rows)]}
      isWhole={!isShort}
      onRemove={remove}
      header={
        <Header
          variant="h2"
          counter={`(${isShort ? differing.length : rows.length})`}
          description={`${differing.length} of ${rows.length} fields differ.`}
          actions={
            <Toggle checked={isShort} onChange={({ detail }) => setShort(detail.checked)}>
              Only what differs
            </Toggle>
          }
        >
          Fields
        </Header>
      }
    />
  );
}
