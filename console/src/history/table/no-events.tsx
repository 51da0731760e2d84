import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { EmptyState } from "../../shell/empty-state";
import { useTime } from "../../shell/time";
import { isWhole, rangeInWords, WHOLE } from "../range";
import { DEFAULT_FILTERS, type EventSearch } from "../search-query";

interface NoEventsProps {
  region: string;
  search: EventSearch;
  onChange: (change: Partial<EventSearch>) => void;
}

/** What stands where no event is found: why, and how to find more. */
export function NoEvents({ region, search, onChange }: NoEventsProps) {
  const { filters, text, range } = search;
  const time = useTime();
  const isOpen = filters.length === 0 && text === "";
  if (isOpen && isWhole(range)) {
    return (
      <EmptyState
        title={`No events in ${region} yet`}
        command={`aws cloudtrail describe-trails --region ${region}`}
      >
        Every call of the API becomes an event, this one too. If your calls go to another Region, choose it
        above.
      </EmptyState>
    );
  }
  const isDefault = text === "" && JSON.stringify(filters) === JSON.stringify(DEFAULT_FILTERS);
  const title = isDefault ? "Nothing was changed" : isOpen ? "No events" : "No events match";
  return (
    <EmptyState
      title={title}
      action={
        <SpaceBetween direction="horizontal" size="xs">
          {!isOpen && (
            <Button onClick={() => onChange({ filters: [], text: "" })}>
              {isDefault ? "Show read-only events too" : "Clear filters"}
            </Button>
          )}
          {!isWhole(range) && <Button onClick={() => onChange({ range: WHOLE })}>Look at 90 days</Button>}
        </SpaceBetween>
      }
    >
      {`In ${rangeInWords(range, time.full)} there is nothing like that in ${region}. Other Regions have a history of their own.`}
    </EmptyState>
  );
}
