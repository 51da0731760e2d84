import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useNavigate, useSearchParams } from "react-router";
import type { Trail } from "../api/trails";
import { href } from "../shell/href";
import { Page } from "../shell/page";
import { Refused } from "../shell/refused";
import { useTrailActions } from "./actions/use-trail-actions";
import { Events } from "./detail/events";
import { GeneralDetails } from "./detail/general-details";
import { LastDay } from "./detail/last-day";
import { LogFiles } from "./detail/log-files";
import { TagsTable } from "./detail/tags-table";
import { NoTrail } from "./no-trail";
import { useGovernance, useStatus, useTrail } from "./queries";
import { editPath, explainError, isTrailArn, nameOf, ownerOf } from "./trail-facts";

const ABOVE = [["Trails", "/trails"]] as const;

/** One trail: what it is, what it logs, and how that fares. */
export function Component() {
  const [search] = useSearchParams();
  const arn = search.get("arn") ?? "";
  const trail = useTrail(arn);
  if (trail.data) return <Detail trail={trail.data} />;
  return (
    <Page title={isTrailArn(arn) ? nameOf(arn) : "Trail"} above={ABOVE}>
      {trail.isError ? (
        <Refused error={trail.error} doing="read the trail" onRetry={() => trail.refetch()} />
      ) : isTrailArn(arn) ? (
        <StatusIndicator type="loading">Loading the trail</StatusIndicator>
      ) : (
        <NoTrail arn={arn} />
      )}
    </Page>
  );
}

function Detail({ trail }: { trail: Trail }) {
  const arn = trail.TrailARN;
  const navigate = useNavigate();
  const status = useStatus(arn);
  const { canChange, doubt } = useGovernance(trail);
  const actions = useTrailActions(() => navigate("/trails"));
  const failing = status.data?.IsLogging ? status.data.LatestDeliveryError : undefined;
  return (
    <Page
      title={trail.Name}
      above={ABOVE}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          {trail.LogFileValidationEnabled && (
            <Button href={href(`/integrity?trail=${encodeURIComponent(arn)}`)}>Validate</Button>
          )}
          {canChange && (
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={() => actions.remove(trail)}>Delete</Button>
              {status.data?.IsLogging === false ? (
                <Button loading={actions.busy} onClick={() => actions.start(trail)}>
                  Start logging
                </Button>
              ) : (
                <Button onClick={() => actions.stop(trail)}>Stop logging</Button>
              )}
              <Button variant="primary" href={href(editPath(arn))}>
                Edit
              </Button>
            </SpaceBetween>
          )}
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        {!canChange && (
          <Alert type="info" header="This trail belongs to your organization">
            Account {ownerOf(arn)} manages it, and logs the events of this account with it. Members see the
            trail; only the management account and its delegated administrators for CloudTrail change it.
          </Alert>
        )}
        {doubt && (
          <Alert type="info" header="This trail belongs to your organization">
            Whether account {ownerOf(arn)} alone changes it, or this one too, could not be found out:{" "}
            {doubt.message} CloudTrail decides when you try.
          </Alert>
        )}
        {failing && (
          <Alert type="error" header={`Log files can't be delivered: ${failing}`}>
            {explainError(failing)}
          </Alert>
        )}
        {status.isError && (
          <Refused error={status.error} doing="read the trail's status" onRetry={() => status.refetch()} />
        )}
        <GeneralDetails
          trail={trail}
          status={status.data}
          isUnknown={status.isError && !status.data}
          canChange={canChange}
        />
        <Events trail={trail} canChange={canChange} />
        <LastDay arn={arn} />
        <LogFiles trail={trail} />
        <TagsTable trail={trail} canChange={canChange} />
      </SpaceBetween>
      {actions.dialog}
    </Page>
  );
}
