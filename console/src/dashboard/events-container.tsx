import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense } from "react";
import type { Filter, Summary } from "../api/history";
import { useRegion } from "../session/region";
import { EmptyState } from "../shell/empty-state";
import { useTime } from "../shell/time";
import styles from "./events-container.module.css";
import type { Counted } from "./use-summary";

const EventsGraph = lazy(() => import("./events-graph"));

interface EventsContainerProps {
  /** Absent: not known yet. */
  summary: Summary | undefined;
  filters: Filter[];
  counted: Counted;
  words: string;
}

/** The graph of events over time. */
export function EventsContainer({ summary, filters, counted, words }: EventsContainerProps) {
  const time = useTime();
  const isEmpty = summary?.Total === 0;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={
            summary?.CountedBackTo && `Counted back to ${time.full(summary.CountedBackTo)}: there is more.`
          }
        >
          Events by service
        </Header>
      }
    >
      <div className={isEmpty ? undefined : styles.graph}>
        {isEmpty && <NoEvents counted={counted} words={words} />}
        {summary && !isEmpty && (
          <Suspense fallback={<Loading />}>
            <EventsGraph summary={summary} filters={filters} />
          </Suspense>
        )}
        {!summary && <Loading />}
      </div>
    </Container>
  );
}

function NoEvents({ counted, words }: Pick<EventsContainerProps, "counted" | "words">) {
  const [region] = useRegion();
  if (counted === "writes") {
    return (
      <EmptyState title="Nothing was changed">
        Nothing was changed in {words}. All events have what was read, too.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No events" command={`eval "$(cairn env)"; export AWS_DEFAULT_REGION=${region}`}>
      There were no events in {words}. Other Regions than {region} have a history of their own. Point a client
      at Cairn, and call something.
    </EmptyState>
  );
}

function Loading() {
  return (
    <Box textAlign="center" padding="xxl">
      <Spinner /> <Box variant="span">Counting events</Box>
    </Box>
  );
}
