import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Fragment, useMemo, useState } from "react";
import { EmptyState } from "../../shell/empty-state";
import { href } from "../../shell/href";
import { Loading } from "../../shell/loading";
import { Refused } from "../../shell/refused";
import { useTime } from "../../shell/time";
import { type Range, rangeInWords } from "../range";
import { eventsWith } from "../search-query";
import { GroupView, Quiet } from "./group-view";
import { type Grouping, groupEvents } from "./groups";
import type { Subject } from "./subject";
import { totalsOf } from "./totals";
import { useTimeline } from "./use-timeline";

interface TimelineProps {
  region: string;
  subject: Subject;
  range: Range;
  asOf: Date;
}

/** The events of a subject in groups, newest first, with the quiet between them. */
export function Timeline({ region, subject, range, asOf }: TimelineProps) {
  const [grouping, setGrouping] = useState<Grouping>("hour");
  const { events, pages, summary, searchedBackTo } = useTimeline(region, subject, range, asOf);
  const groups = useMemo(() => groupEvents(events, grouping), [events, grouping]);
  const time = useTime();
  if (pages.error && events.length === 0) {
    return <Refused error={pages.error} doing="look up events" onRetry={() => void pages.refetch()} />;
  }
  if (pages.isPending) return <Loading what="Loading the timeline" />;
  if (events.length === 0 && !pages.hasNextPage) {
    return (
      <EmptyState title="No events">{`There are none in ${rangeInWords(range, time.full)} in ${region}.`}</EmptyState>
    );
  }
  return (
    <SpaceBetween size="m">
      <SpaceBetween direction="horizontal" size="m" alignItems="center">
        <SegmentedControl
          label="Group by"
          selectedId={grouping}
          onChange={({ detail }) => setGrouping(detail.selectedId === "session" ? "session" : "hour")}
          options={[
            { id: "hour", text: "By hour" },
            { id: "session", text: "By session" },
          ]}
        />
        <Box>{summary && totalsOf(summary, time.full)}</Box>
        <Link href={href(eventsWith(subject.field, subject.value, range))}>Show as a table</Link>
      </SpaceBetween>
      {groups.map((group) => (
        <Fragment key={group.key}>
          <GroupView group={group} grouping={grouping} region={region} subject={subject} />
          <Quiet seconds={group.quiet} />
        </Fragment>
      ))}
      {pages.error && (
        <Refused
          error={pages.error}
          doing="look up older events"
          onRetry={() => void pages.fetchNextPage()}
        />
      )}
      {pages.hasNextPage && (
        <Box textAlign="center">
          <SpaceBetween size="xs" alignItems="center">
            {searchedBackTo && <span>{`Searched back to ${time.full(searchedBackTo)} so far.`}</span>}
            <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
              Show older events
            </Button>
          </SpaceBetween>
        </Box>
      )}
    </SpaceBetween>
  );
}
