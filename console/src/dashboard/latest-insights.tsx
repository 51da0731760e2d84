import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { NoInsights } from "../insights/list/no-insights";
import { RefusedTrails } from "../insights/list/refused-trails";
import { lastedInWords, type Row, rowsOf } from "../insights/list/row";
import { useClock } from "../insights/use-clock";
import { useInsights } from "../insights/use-insights";
import { rate, service } from "../insights/words";
import { href } from "../shell/href";
import { Refused } from "../shell/refused";

/** How far back insights are shown, days: they are rare. */
const DAYS = 7;
const SHOWN_MAX = 5;

/** What was unusual lately. */
export function LatestInsights({ region }: { region: string }) {
  const insights = useInsights(region, DAYS);
  const rows = rowsOf(insights.data?.episodes ?? [], insights.dataUpdatedAt / 1000);
  const header = (
    <Header
      variant="h2"
      description={`Unusual activity of the last ${DAYS} days`}
      actions={<Link href={href("/insights")}>All insights</Link>}
      {...(insights.data ? { counter: `(${rows.length})` } : {})}
    >
      Latest insights
    </Header>
  );
  return (
    <Container fitHeight header={header}>
      {insights.isPending && <Spinner />}
      {insights.isError && !insights.data && (
        <Refused error={insights.error} doing="look up insights" onRetry={() => insights.refetch()} />
      )}
      <RefusedTrails refused={insights.data?.refused ?? []} error={insights.data?.error} />
      {insights.data && rows.length === 0 && <NoInsights trails={insights.data.trails} days={DAYS} />}
      <SpaceBetween size="s">
        {rows.slice(0, SHOWN_MAX).map((row) => (
          <Insight key={row.id} row={row} />
        ))}
      </SpaceBetween>
    </Container>
  );
}

function Insight({ row }: { row: Row }) {
  const clock = useClock();
  const { id, direction, name, source, errorCode, state, began, happened, usual } = row;
  return (
    <div>
      <Badge color={direction === "Surge" ? "severity-high" : "blue"}>{direction}</Badge>{" "}
      <Link href={href(`/insights/${id}`)}>{name}</Link> ({service(source)}
      {errorCode && `, ${errorCode}`})
      <Box variant="small" color="text-body-secondary" display="block">
        {clock.minute(began)} {clock.zone(began)}, {rate(happened)} a minute where {rate(usual)} is usual,{" "}
        {state === "Over" ? (
          lastedInWords(row)
        ) : (
          <StatusIndicator type="in-progress">{lastedInWords(row)}</StatusIndicator>
        )}
      </Box>
    </div>
  );
}
