import Box from "@cloudscape-design/components/box";
import List from "@cloudscape-design/components/list";
import type { EventItem } from "../../../api/history";
import { useTime } from "../../../shell/time";
import { visible } from "../../../shell/visible";

/** A few events, newest first: what was done, by whom, when. */
export function PreviewEvents({ events, empty }: { events: EventItem[]; empty: string }) {
  const time = useTime();
  if (events.length === 0) return <Box color="text-body-secondary">{empty}</Box>;
  return (
    <List
      ariaLabel="Recent events"
      items={events}
      renderItem={(event) => ({
        id: event.EventId,
        content: visible(event.EventName ?? "–"),
        secondaryContent: (
          <Box color="text-body-secondary" fontSize="body-s">
            {[time.short(event.EventTime), serviceOf(event.EventSource), callerOf(event), resourceOf(event)]
              .flatMap((part) => (part ? visible(part) : []))
              .join(" · ")}
          </Box>
        ),
      })}
    />
  );
}

const serviceOf = (source?: string): string | undefined => source?.replace(/\.amazonaws\.com$/, "");

/** What it is about: of an ARN, what is behind its account. */
const resourceOf = ({ Resources, CloudTrailEvent }: EventItem): string | undefined =>
  (Resources[0]?.ResourceName ?? recordOf(CloudTrailEvent).resources?.find(({ ARN }) => ARN)?.ARN)?.replace(
    /^arn:([^:]*:){4}/,
    "",
  );

/** Who called: a data event tells it in its record alone. */
function callerOf({ Username, CloudTrailEvent }: EventItem): string | undefined {
  const { userName, arn, invokedBy } = recordOf(CloudTrailEvent).userIdentity ?? {};
  return Username ?? userName ?? arn?.split("/").at(-1) ?? invokedBy;
}

interface Record {
  userIdentity?: { userName?: string; arn?: string; invokedBy?: string };
  resources?: { ARN?: string }[];
}

function recordOf(text: string): Record {
  try {
    return JSON.parse(text) as Record;
  } catch {
    return {};
  }
}
