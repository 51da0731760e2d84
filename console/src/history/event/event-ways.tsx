import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import type { EventItem } from "../../api/history";
import { href } from "../../shell/href";
import { visible } from "../../shell/visible";
import { type Range, WHOLE } from "../range";
import { recordOf } from "../record";
import { eventsPath, eventsWith } from "../search-query";
import { kindInText, subjectsOf, timelinePath } from "../timeline/subject";
import { documentationOf } from "./event-links";

/** Where to look on from an event: who else, what else, when else. */
export function EventWays({ event }: { event: EventItem }) {
  const documentation = documentationOf(recordOf(event));
  return (
    <Container header={<Header variant="h2">Look further</Header>}>
      <ColumnLayout columns={3} variant="text-grid">
        {subjectsOf(event, recordOf(event)).map((subject) => (
          <div key={subject.field}>
            <Box variant="awsui-key-label">{`Timeline of this ${kindInText(subject.field)}`}</Box>
            <Link href={href(timelinePath(subject))}>{visible(subject.value)}</Link>
          </div>
        ))}
        <div>
          <Box variant="awsui-key-label">Around that time</Box>
          <Link href={href(eventsPath({ range: around(event.EventTime) }))}>
            All events within five minutes
          </Link>
        </div>
        {event.EventName && (
          <div>
            <Box variant="awsui-key-label">The same call</Box>
            <Link
              href={href(eventsWith("EventName", event.EventName, WHOLE))}
            >{`Every ${visible(event.EventName)}`}</Link>
          </div>
        )}
        {documentation && (
          <div>
            <Box variant="awsui-key-label">AWS documentation</Box>
            <Link href={documentation} external externalIconAriaLabel="Opens in a new tab">
              {event.EventName}
            </Link>
          </div>
        )}
      </ColumnLayout>
    </Container>
  );
}

const FIVE_MINUTES = 300;

function around(seconds: number): Range {
  const iso = (at: number) => new Date(at * 1000).toISOString();
  return { type: "absolute", from: iso(seconds - FIVE_MINUTES), to: iso(seconds + FIVE_MINUTES) };
}
