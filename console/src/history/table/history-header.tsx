import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import type { SearchPage } from "../../api/history";
import { PageHeader } from "../../shell/page-header";
import { HISTORY_HELP } from "../history-help";
import { counterOf } from "./counts";

interface HistoryHeaderProps {
  total: SearchPage["Total"];
  /** How many events are selected. */
  selected: number;
  isLive: boolean;
  isLoading: boolean;
  onLive: (isLive: boolean) => void;
  onRefresh: () => void;
  onCompare: () => void;
  onDownload: () => void;
}

/** The heading of Event history, and what can be done with its events. */
export function HistoryHeader(props: HistoryHeaderProps) {
  const { total, selected, isLive, isLoading, onLive, onRefresh, onCompare, onDownload } = props;
  return (
    <PageHeader
      variant="awsui-h1-sticky"
      title="Event history"
      description="What was done in this account and Region in the last 90 days, newest first."
      help={HISTORY_HELP}
      {...counterOf(total, selected)}
      actions={
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          <Toggle checked={isLive} onChange={({ detail }) => onLive(detail.checked)}>
            Live
          </Toggle>
          <Button iconName="refresh" ariaLabel="Refresh" onClick={onRefresh} loading={isLoading} />
          <Button disabled={selected < 2} disabledReason="Select two to five events" onClick={onCompare}>
            Compare events
          </Button>
          <Button iconName="download" onClick={onDownload}>
            Download events
          </Button>
        </SpaceBetween>
      }
    />
  );
}
