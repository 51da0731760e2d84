import Box from "@cloudscape-design/components/box";
import List from "@cloudscape-design/components/list";
import type { EventItem } from "../../../api/history";
import { useTime } from "../../../shell/time";

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
        content: event.EventName,
        secondaryContent: (
          <Box color="text-body-secondary" fontSize="body-s">
            {[time.short(event.EventTime), serviceOf(event.EventSource), event.Username, resourceOf(event)]
              .filter(Boolean)
              .join(" · ")}
          </Box>
        ),
      })}
    />
  );
}

const serviceOf = (source: string): string => source.replace(/\.amazonaws\.com$/, "");

const resourceOf = ({ Resources }: EventItem): string | undefined => Resources[0]?.ResourceName;
