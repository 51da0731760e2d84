import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import HelpPanel from "@cloudscape-design/components/help-panel";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { DeliveryHealth, TrailHealth } from "../api/trails";
import { many } from "../insights/words";
import { EmptyState } from "../shell/empty-state";
import { href } from "../shell/href";
import { Page } from "../shell/page";
import { Refused } from "../shell/refused";
import { DestinationsTable } from "./delivery/destinations-table";
import { healthOf, KINDS, stateOf, totals } from "./delivery/health";
import { HealthTable } from "./delivery/health-table";
import { Hours } from "./delivery/hours";
import { UndeliveredTable } from "./delivery/undelivered-table";
import { useDelivery } from "./delivery/use-delivery";
import { explainError, sizeOf, trailPath } from "./trail-facts";

/** How delivery fares: of every trail, to every destination, over the last day. */
export function Component() {
  const delivery = useDelivery();
  return (
    <Page
      title="Delivery health"
      description="Whether what trails log arrives, how late, and how much of it there was in the last 24 hours."
      help={HELP}
      actions={
        <Button
          iconName="refresh"
          ariaLabel="Refresh delivery health"
          loading={delivery.isFetching}
          onClick={() => delivery.refetch()}
        />
      }
    >
      <SpaceBetween size="l">
        {delivery.isError && (
          <Refused error={delivery.error} doing="look at deliveries" onRetry={() => delivery.refetch()} />
        )}
        {delivery.isPending && <StatusIndicator type="loading">Loading deliveries</StatusIndicator>}
        {delivery.data && <Health health={delivery.data} />}
      </SpaceBetween>
    </Page>
  );
}

function Health({ health }: { health: DeliveryHealth }) {
  const trails = health.Trails;
  const others = health.Destinations?.length || health.DestinationsDenied;
  if (trails.length === 0) {
    return (
      <SpaceBetween size="l">
        <AilingOthers health={health} />
        <NoTrail />
        {others && <DestinationsTable health={health} />}
      </SpaceBetween>
    );
  }
  const sums = totals(trails);
  const number = new Intl.NumberFormat("en-US");
  return (
    <SpaceBetween size="l">
      <Ailing trails={trails} />
      <AilingOthers health={health} />
      <Container>
        <KeyValuePairs
          columns={4}
          items={[
            {
              label: "Trails that log",
              value: (
                <StatusIndicator type={sums.logging === 0 ? "warning" : "success"}>
                  {sums.logging} of {trails.length}
                </StatusIndicator>
              ),
            },
            {
              label: "Longest lag",
              value: (
                <StatusIndicator type={sums.late ? "warning" : sums.logging === 0 ? "stopped" : "success"}>
                  {sums.lag}
                </StatusIndicator>
              ),
            },
            { label: "Events delivered", value: number.format(sums.events) },
            {
              label: "Log files and digests",
              value: `${many(sums.files, "log file", "log files")} (${sizeOf(sums.bytes)}), ${many(sums.digests, "digest", "digests")}`,
            },
          ]}
        />
      </Container>
      <Hours trails={trails} />
      <HealthTable trails={trails} />
      <UndeliveredTable trails={trails} />
      <DestinationsTable health={health} />
    </SpaceBetween>
  );
}

function NoTrail() {
  return (
    <Container>
      <EmptyState
        title="No trail delivers yet"
        command="cairn trail create main --bucket audit-logs --create-bucket"
        action={<Button href={href("/trails/create")}>Create trail</Button>}
      >
        Events are in the event history for 90 days. A trail delivers them to a bucket as well.
      </EmptyState>
    </Container>
  );
}

/** The trails that somebody must look after, each with a way there. */
function Ailing({ trails }: { trails: TrailHealth[] }) {
  const ailing = trails.filter((trail) => ["error", "warning"].includes(healthOf(trail).type));
  if (ailing.length === 0) return null;
  return (
    <Alert
      type="warning"
      header={ailing.length === 1 ? "A trail needs you" : `${ailing.length} trails need you`}
    >
      <SpaceBetween size="xxs">
        {ailing.slice(0, AILING_MAX).map((trail) => (
          <AilingTrail key={trail.TrailARN} trail={trail} />
        ))}
        <span>Nothing is lost: what can&apos;t be delivered waits.</span>
      </SpaceBetween>
    </Alert>
  );
}

function AilingTrail({ trail }: { trail: TrailHealth }) {
  const { text, code } = healthOf(trail);
  return (
    <span>
      <Link href={href(trailPath(trail.TrailARN))}>{trail.Name}</Link> – {text}.
      {code && ` ${explainError(code)}`}
    </span>
  );
}

/** The destinations of no trail that fail, each with what helps. */
function AilingOthers({ health }: { health: DeliveryHealth }) {
  const ailing = (health.Destinations ?? []).filter((one) => stateOf(one).type === "error");
  if (ailing.length === 0) return null;
  return (
    <Alert
      type="warning"
      header={ailing.length === 1 ? "A destination needs you" : `${ailing.length} destinations need you`}
    >
      <SpaceBetween size="xxs">
        {ailing.slice(0, AILING_MAX).map((one) => (
          <span key={`${one.Kind} ${one.Name}`}>
            {KINDS[one.Kind]} {one.Name}: {one.Error}. {one.Advice}
          </span>
        ))}
      </SpaceBetween>
    </Alert>
  );
}

/** How many of them are named. */
const AILING_MAX = 5;

const HELP = (
  <HelpPanel header={<h2>Delivery health</h2>}>
    <p>
      Lag is the age of the oldest event that waits to be delivered. A trail collects events for a minute
      before it puts a log file, so some lag is usual.
    </p>
    <p>
      A destination that fails is tried again, each time a little later, until it works. Files keep their
      names and order.
    </p>
    <p>
      Live destinations (CloudWatch Logs, EventBridge, webhooks, NATS) get each event within a second. One
      that takes nothing is tried again for a day; then its oldest events are given up, and webhooks and NATS
      keep them as dead letters on the server.
    </p>
    <p>What is shown are the deliveries of this account&apos;s events from this Region.</p>
  </HelpPanel>
);
