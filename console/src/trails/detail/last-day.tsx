import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense } from "react";
import { href } from "../../shell/href";
import { Refused } from "../../shell/refused";
import { ConditionStatus } from "../delivery/condition-status";
import { healthOf, lagOf, seriesOf } from "../delivery/health";
import { useDelivery } from "../delivery/use-delivery";
import { deliveredInWords } from "../trail-facts";

const HoursChart = lazy(() => import("../delivery/hours-chart"));

/** How a trail's delivery fared over the last day. */
export function LastDay({ arn }: { arn: string }) {
  const delivery = useDelivery();
  const trail = delivery.data?.Trails.find(({ TrailARN }) => TrailARN === arn);
  const number = new Intl.NumberFormat("en-US");
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="What was delivered from this Region in the last 24 hours."
          actions={<Button href={href("/delivery")}>Delivery health</Button>}
        >
          Delivery
        </Header>
      }
    >
      <SpaceBetween size="m">
        {delivery.isError && (
          <Refused error={delivery.error} doing="look at deliveries" onRetry={() => delivery.refetch()} />
        )}
        {delivery.isPending && <Spinner />}
        {delivery.data && !trail && "Nothing is known of this trail's deliveries from this Region."}
        {trail && (
          <SpaceBetween size="m">
            <KeyValuePairs
              columns={4}
              items={[
                { label: "State", value: <ConditionStatus {...healthOf(trail)} /> },
                { label: "Lag", value: lagOf(trail) },
                {
                  label: "Events",
                  value: deliveredInWords(trail.LastDay),
                },
                { label: "Digests", value: number.format(trail.LastDay.Digests) },
              ]}
            />
            <Suspense fallback={<Spinner />}>
              <HoursChart series={seriesOf([trail], "Events")} figure="Events" height={140} />
            </Suspense>
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Container>
  );
}
