import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import HelpPanel from "@cloudscape-design/components/help-panel";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";
import { href } from "../../shell/href";
import { PageHeader } from "../../shell/page-header";
import type { TrailActions } from "../actions/use-trail-actions";
import { useGovernance } from "../queries";
import { editPath } from "../trail-facts";
import type { Row } from "./columns";

interface TrailsHeaderProps {
  count: number;
  selected: Row | undefined;
  actions: TrailActions;
  isFetching: boolean;
  onRefresh: () => void;
}

export function TrailsHeader({ count, selected, actions, isFetching, onRefresh }: TrailsHeaderProps) {
  return (
    <PageHeader
      variant="awsui-h1-sticky"
      title="Trails"
      counter={`(${count})`}
      help={HELP}
      description="Each delivers the events it selects to an S3 bucket, signed so that changes are found out."
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button iconName="refresh" ariaLabel="Refresh trails" loading={isFetching} onClick={onRefresh} />
          <Actions selected={selected} actions={actions} />
          <Button variant="primary" href={href("/trails/create")}>
            Create trail
          </Button>
        </SpaceBetween>
      }
    />
  );
}

/** What can be done to the trail that is selected. */
function Actions({ selected, actions }: Pick<TrailsHeaderProps, "selected" | "actions">) {
  const navigate = useNavigate();
  const trail = selected?.trail;
  const { canChange } = useGovernance(trail);
  const locked = canChange
    ? {}
    : { disabled: true, disabledReason: "Its organization's management account changes it." };
  const logs = selected?.status?.IsLogging;
  return (
    <ButtonDropdown
      disabled={!trail}
      loading={actions.busy}
      items={[
        { id: "edit", text: "Edit", ...locked },
        {
          id: "start",
          text: "Start logging",
          ...(logs ? { disabled: true, disabledReason: "It logs already." } : locked),
        },
        {
          id: "stop",
          text: "Stop logging",
          ...(logs === false ? { disabled: true, disabledReason: "It does not log." } : locked),
        },
        { id: "delete", text: "Delete", ...locked },
      ]}
      onItemClick={({ detail }) => {
        if (!trail) return;
        if (detail.id === "edit") navigate(editPath(trail.TrailARN));
        if (detail.id === "start") actions.start(trail);
        if (detail.id === "stop") actions.stop(trail);
        if (detail.id === "delete") actions.remove(trail);
      }}
    >
      Actions
    </ButtonDropdown>
  );
}

const HELP = (
  <HelpPanel header={<h2>Trails</h2>}>
    <p>
      The event history shows management events of the last 90 days. A trail keeps events as log files in an
      S3 bucket for as long as you like: management events, and data events such as reads of single objects
      where you ask for them.
    </p>
    <p>
      A trail of all Regions shows itself in every Region. It can be changed from each of them here: calls go
      to its home Region.
    </p>
    <p>Trails of an organization can be changed by the accounts that govern it; other members see them.</p>
  </HelpPanel>
);
