import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TrailHealth } from "../api/trails";
import { many } from "../insights/words";
import { EmptyState } from "../shell/empty-state";
import { href } from "../shell/href";
import { Refused } from "../shell/refused";
import { span } from "../shell/time";
import { healthOf } from "../trails/delivery/health";
import { useDelivery } from "../trails/delivery/use-delivery";
import { useTrails } from "../trails/queries";
import { trailPath } from "../trails/trail-facts";

/** How the trails fare: whether files and all else reach their places. */
export function Delivery() {
  const health = useDelivery();
  const known = useTrails();
  const trails = health.data?.Trails ?? [];
  return (
    <Container
      fitHeight
      header={
        <Header
          variant="h2"
          description="What reached its places in the last day"
          actions={<Link href={href("/delivery")}>Delivery health</Link>}
        >
          Delivery
        </Header>
      }
    >
      {health.isPending && <Spinner />}
      {health.isError && !health.data && (
        <Refused error={health.error} doing="ask how trails fare" onRetry={() => health.refetch()} />
      )}
      {health.data && trails.length === 0 && known.data && known.data.length > 0 && (
        <Box color="text-body-secondary">
          How the trails fare is told to whoever may call cloudtrail:GetTrailStatus.
        </Box>
      )}
      {health.data && trails.length === 0 && known.data?.length === 0 && (
        <EmptyState title="No trails" action={<Link href={href("/trails/create")}>Create a trail</Link>}>
          Event history keeps events for 90 days. A trail keeps them as signed files for as long as you like.
        </EmptyState>
      )}
      <SpaceBetween size="s">
        {trails.length > 0 && !trails.some(({ IsLogging }) => IsLogging) && (
          <StatusIndicator type="warning">No trail logs: events are kept for 90 days alone.</StatusIndicator>
        )}
        {trails.map((trail) => (
          <Trail key={trail.TrailARN} trail={trail} />
        ))}
      </SpaceBetween>
    </Container>
  );
}

function Trail({ trail }: { trail: TrailHealth }) {
  const { type, text } = healthOf(trail);
  const { Files, Events, Digests } = trail.LastDay;
  return (
    <div>
      <Link href={href(trailPath(trail.TrailARN))}>{trail.Name}</Link>{" "}
      <StatusIndicator type={type}>{text}</StatusIndicator>
      <Box variant="small" color="text-body-secondary" display="block">
        {many(Events, "event", "events")} in {many(Files, "file", "files")},{" "}
        {many(Digests, "digest", "digests")};{" "}
        {trail.LagSeconds > 0
          ? `the oldest event that waits is ${span(trail.LagSeconds)} old`
          : "nothing waits"}
      </Box>
    </div>
  );
}
