import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { Refusal } from "../../../api/call";
import type { Preview } from "../../../api/trails";
import { Refused } from "../../../shell/refused";
import { dateOf, span } from "../../../shell/time";
import type { Selectors } from "../../selectors/form";
import { FAULT } from "../go-to-fault";
import { PreviewEvents } from "./preview-events";
import { usePreview } from "./use-preview";

interface SelectorPreviewProps {
  region: string;
  /** Absent while they can't be read. */
  selectors: Selectors | undefined;
  /** Whether something is not filled in yet: then a refusal is no news. */
  isUnfinished: boolean;
}

/** Which of the most recent events a trail with these selectors would have logged. */
export function SelectorPreview({ region, selectors, isUnfinished }: SelectorPreviewProps) {
  const preview = usePreview(region, isUnfinished ? undefined : selectors);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Which recent events such a trail would have logged."
          actions={
            <Button
              iconName="refresh"
              variant="icon"
              ariaLabel="Look at recent events again"
              disabled={isUnfinished}
              loading={preview.isFetching}
              onClick={() => preview.refetch()}
            />
          }
        >
          Preview
        </Header>
      }
    >
      {preview.isError ? (
        <Fault error={preview.error} onRetry={() => preview.refetch()} />
      ) : preview.data ? (
        <Answer
          preview={preview.data}
          note={
            isUnfinished
              ? "From before: something is not filled in yet."
              : preview.isPlaceholderData
                ? "Being updated"
                : ""
          }
        />
      ) : isUnfinished ? (
        <Box color="text-body-secondary">It is shown once everything is filled in.</Box>
      ) : (
        <StatusIndicator type="loading">Looking at recent events</StatusIndicator>
      )}
    </Container>
  );
}

function Fault({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (error instanceof Refusal && isAboutSelectors(error)) {
    return (
      <div {...FAULT}>
        <Alert type="error" header="CloudTrail would refuse these selectors">
          {error.message}
        </Alert>
      </div>
    );
  }
  return <Refused error={error} doing="preview the selectors" onRetry={onRetry} />;
}

/** Whether an error says that the selectors are wrong, and not that the preview failed. */
export const isAboutSelectors = (error: Refusal): boolean =>
  /^(InvalidEventSelectors|InvalidParameter)/.test(error.code);

/** What it answered; `note` says why it may not be about what is entered now. */
function Answer({ preview, note }: { preview: Preview; note: string }) {
  const [side, setSide] = useState("matching");
  const { Scanned, ScannedSince, Matched, ByCategory } = preview;
  const percent = percentOf(Matched, Scanned);
  const since = (Date.now() - dateOf(ScannedSince).getTime()) / 1000;
  const number = new Intl.NumberFormat("en-US");
  return (
    <SpaceBetween size="m">
      <ProgressBar
        value={percent}
        label={`${number.format(Matched)} of ${number.format(Scanned)} events`}
        description={Scanned > 0 ? `Recorded in the last ${span(since)}` : "Nothing was recorded lately."}
        additionalInfo={note}
        ariaLabel="Share of recent events that would be logged"
      />
      <Box color="text-body-secondary" fontSize="body-s">
        {[
          `Management ${number.format(ByCategory.Management)}`,
          `data ${number.format(ByCategory.Data)}`,
          `network ${number.format(ByCategory.NetworkActivity)}`,
        ].join(" · ")}
      </Box>
      <SegmentedControl
        label="Which events to show"
        selectedId={side}
        options={[
          { id: "matching", text: "Logged" },
          { id: "other", text: "Not logged" },
        ]}
        onChange={({ detail }) => setSide(detail.selectedId)}
      />
      <PreviewEvents
        events={side === "matching" ? preview.Matching : preview.NotMatching}
        empty={side === "matching" ? "None of them would be logged." : "All of them would be logged."}
      />
    </SpaceBetween>
  );
}

/** A share in whole percent, where only all is 100 and only nothing is 0. */
function percentOf(part: number, whole: number): number {
  if (part === 0 || part === whole) return part === 0 ? 0 : 100;
  return Math.min(99, Math.max(1, Math.round((100 * part) / whole)));
}
