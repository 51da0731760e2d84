import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo } from "react";
import { useParams } from "react-router";
import type { EventItem } from "../api/history";
import { useRegion } from "../session/region";
import { Loading } from "../shell/loading";
import { Page } from "../shell/page";
import { Refused } from "../shell/refused";
import { save } from "../shell/save";
import { visible } from "../shell/visible";
import { EventError } from "./event/event-error";
import { EventFacts } from "./event/event-facts";
import { EventMissing } from "./event/event-missing";
import { EventWays } from "./event/event-ways";
import { indented } from "./event/json-tokens";
import { JsonView } from "./event/json-view";
import { ResourcesTable } from "./event/resources-table";
import { failed, recordOf } from "./record";
import { SentenceView } from "./sentence-view";
import { useEvent } from "./use-event";

const ABOVE = [["Event history", "/events"]] as const;

/** One event: what happened in words, its fields, what it refers to, and the record itself. */
export function Component() {
  const { eventId = "" } = useParams();
  const [region] = useRegion();
  const { data: event, error, isPending, refetch } = useEvent(region, eventId);
  if (event) return <Found event={event} />;
  return (
    <Page title="Event" above={ABOVE}>
      {error && <Refused error={error} doing="look the event up" onRetry={() => void refetch()} />}
      {isPending && !error && <Loading what="Loading the event" />}
      {event === null && <EventMissing id={eventId} region={region} />}
    </Page>
  );
}

function Found({ event }: { event: EventItem }) {
  const record = recordOf(event);
  return (
    <Page
      title={visible(event.EventName ?? "Event")}
      above={ABOVE}
      description={<SentenceView record={record} />}
    >
      <SpaceBetween size="l">
        {failed(record) && <EventError record={record} />}
        <Container header={<Header variant="h2">Details</Header>}>
          <EventFacts event={event} />
        </Container>
        <ResourcesTable resources={event.Resources} />
        <EventWays event={event} />
        <RawRecord event={event} />
      </SpaceBetween>
    </Page>
  );
}

function RawRecord({ event }: { event: EventItem }) {
  const text = useMemo(() => indented(event.CloudTrailEvent), [event.CloudTrailEvent]);
  const download = () => save(new Blob([text], { type: "application/json" }), `${event.EventId}.json`);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="As it stands in log files."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <CopyToClipboard
                textToCopy={text}
                copyButtonText="Copy"
                copyButtonAriaLabel="Copy the event record"
                copySuccessText="Event record copied"
                copyErrorText="Could not be copied"
              />
              <Button iconName="download" onClick={download}>
                Download
              </Button>
            </SpaceBetween>
          }
        >
          Event record
        </Header>
      }
    >
      <JsonView text={text} label="Event record" />
    </Container>
  );
}
