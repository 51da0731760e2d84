import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Tiles from "@cloudscape-design/components/tiles";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Search, summarise } from "../../api/history";
import { Refused } from "../../shell/refused";
import { useTime } from "../../shell/time";
import { type Counted, isNothing } from "../counted";
import { amountOf, progressOf } from "./amount";
import type { Format } from "./fetch-file";
import { type Download, useDownload } from "./use-download";

interface DownloadDialogProps {
  region: string;
  search: Search;
  onClose: () => void;
}

/** Downloads everything that the filters find: how many events, as what, and how far it is. */
export function DownloadDialog({ region, search, onClose }: DownloadDialogProps) {
  const [format, setFormat] = useState<Format>("csv");
  const { download, start, cancel } = useDownload(region, search);
  const counted = useQuery({
    queryKey: ["history-count", region, search],
    queryFn: ({ signal }) => summarise(region, { ...search, Buckets: 1 }, signal),
  });
  const isRunning = download.state === "running";
  const close = () => {
    cancel();
    onClose();
  };
  return (
    <Modal
      visible
      header="Download events"
      closeAriaLabel="Close"
      onDismiss={close}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={isRunning ? cancel : close}>
              {isRunning ? "Cancel download" : "Close"}
            </Button>
            <Button
              variant="primary"
              iconName="download"
              loading={isRunning}
              loadingText="Downloading"
              disabled={counted.data !== undefined && isNothing(counted.data)}
              onClick={() => void start(format)}
            >
              Download
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="l">
        <Amount counted={counted.data} error={counted.error} retry={() => void counted.refetch()} />
        <Tiles
          value={format}
          ariaLabel="Format"
          onChange={({ detail }) => setFormat(detail.value === "json" ? "json" : "csv")}
          items={[
            {
              value: "csv",
              label: "CSV",
              description: "The columns of the table, for spreadsheets",
              disabled: isRunning,
            },
            {
              value: "json",
              label: "JSON",
              description: "Whole records, as in log files",
              disabled: isRunning,
            },
          ]}
        />
        {format === "csv" && (
          <Alert type="warning" header="Spreadsheets run formulas">
            Names in events are chosen by whoever calls, attackers too. Values that begin like a formula get
            an apostrophe before them. If the spreadsheet asks whether to run or update something, decline.
          </Alert>
        )}
        <Progress download={download} counted={counted.data} />
      </SpaceBetween>
    </Modal>
  );
}

const COUNT = new Intl.NumberFormat("en-US");

interface AmountProps {
  counted: Counted | undefined;
  error: unknown;
  retry: () => void;
}

function Amount({ counted, error, retry }: AmountProps) {
  const time = useTime();
  if (error) return <Refused error={error} doing="count the events" onRetry={retry} />;
  if (counted === undefined) return <Box>Counting the events that match…</Box>;
  const { matches, more } = amountOf(counted, time.full);
  return (
    <Box>
      {matches && <strong>{`${matches} `}</strong>}
      {more}
    </Box>
  );
}

function Progress({ download, counted }: { download: Download; counted: Counted | undefined }) {
  switch (download.state) {
    case "none":
      return null;
    case "failed":
      return <Refused error={download.error} doing="download the events" />;
    case "done":
      return (
        <ProgressBar
          value={100}
          status="success"
          label="Download"
          resultText={`Saved, ${sizeOf(download.bytes)}.`}
        />
      );
    case "running": {
      const { percent, words } = progressOf(download.events, counted);
      if (percent === undefined) return <StatusIndicator type="loading">{words}</StatusIndicator>;
      return <ProgressBar value={percent} label="Download" additionalInfo={words} />;
    }
  }
}

function sizeOf(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1_000))} kB`;
  return `${COUNT.format(Math.round(bytes / 100_000) / 10)} MB`;
}
