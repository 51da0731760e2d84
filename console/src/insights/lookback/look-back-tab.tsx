import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { Refusal } from "../../api/call";
import { useRegion } from "../../session/region";
import { Refused } from "../../shell/refused";
import { useTrails } from "../../trails/queries";
import { useClock } from "../use-clock";
import { count, many, span } from "../words";
import { FoundTable } from "./found-table";
import { type LookBack, useBacktest } from "./use-backtest";

const RANGES: SelectProps.Option[] = [
  { value: "1", label: "1 day" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days, all that is kept" },
];

const MANAGEMENT: SelectProps.Option = { value: "", label: "Management events" };

/** What would have been found, with the detector as it is now. */
export default function LookBackTab() {
  const [region] = useRegion();
  const [range, setRange] = useState(RANGES[2] ?? MANAGEMENT);
  const [events, setEvents] = useState(MANAGEMENT);
  const { lookBack, run, stop } = useBacktest(region);
  const trails = useTrails();
  const options = (trails.data ?? []).map(
    (trail): SelectProps.Option => ({ value: trail.TrailARN, label: `Data events of ${trail.Name}` }),
  );
  const isRunning = lookBack.state === "running";
  const hasTable = lookBack.state !== "new" && !(lookBack.state === "failed" && lookBack.found.length === 0);
  const start = () => {
    const minute = Math.floor(Date.now() / 60_000) * 60_000;
    const from = new Date(minute - Number(range.value) * 86_400_000).toISOString().replace(".000Z", "Z");
    run({ from, ...(events.value ? { trail: events.value } : {}) });
  };
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            description="What would have been found in the past, with the detector as it is now: whether a trail was told of it or not."
          >
            Look back
          </Header>
        }
      >
        <SpaceBetween size="m">
          <SpaceBetween direction="horizontal" size="m" alignItems="end">
            <FormField label="How far back">
              <Select
                selectedOption={range}
                options={RANGES}
                disabled={isRunning}
                onChange={({ detail }) => setRange(detail.selectedOption)}
              />
            </FormField>
            <FormField label="Of which events">
              <Select
                selectedOption={events}
                options={[MANAGEMENT, ...options]}
                disabled={isRunning}
                onChange={({ detail }) => setEvents(detail.selectedOption)}
              />
            </FormField>
            <Button variant="primary" onClick={start} disabled={isRunning}>
              Look back
            </Button>
            {isRunning && <Button onClick={stop}>Stop</Button>}
          </SpaceBetween>
          <Progress of={lookBack} />
          {lookBack.error !== undefined && (
            <Refused error={lookBack.error} doing="look back" onRetry={start} />
          )}
          {lookBack.error instanceof Refusal && lookBack.error.code === "ThrottlingException" && (
            <Box>One look back of an account runs at a time. Another may be under way in another tab.</Box>
          )}
        </SpaceBetween>
      </Container>
      {hasTable && <FoundTable lookBack={lookBack} />}
    </SpaceBetween>
  );
}

function Progress({ of: { state, metrics, of, done } }: { of: LookBack }) {
  const clock = useClock();
  if (state === "running") {
    return (
      <ProgressBar
        value={of > 0 ? (metrics / of) * 100 : 0}
        label="Metrics looked at"
        additionalInfo={of > 0 ? `${count(metrics)} of ${count(of)}` : "Counting"}
      />
    );
  }
  if (state === "stopped") return <Box>Stopped. What was found until then stands below.</Box>;
  if (!done) return null;
  const [from, to] = [Date.parse(done.from) / 1000, Date.parse(done.to) / 1000];
  return (
    <div role="status">
      Looked at {many(done.metrics, "metric", "metrics")} in {span(Math.round((to - from) / 60))}, from{" "}
      {clock.minute(from)} to {clock.minute(to)} {clock.zone(to)}.
    </div>
  );
}
