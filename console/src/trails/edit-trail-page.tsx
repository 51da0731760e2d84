import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";
import { useCallback, useMemo } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useSession } from "../session/session-gate";
import { usePageTitle } from "../shell/frame-parts";
import { useNotify } from "../shell/notifications";
import { Page } from "../shell/page";
import { Refused } from "../shell/refused";
import { useExisting, useForgetTrails, useGovernance, useOrganization } from "./queries";
import { homeOf, nameOf, trailPath } from "./trail-facts";
import { type Draft, draftOf, type Existing } from "./wizard/draft";
import { planUpdate } from "./wizard/plan";
import { RunDialog } from "./wizard/run/run-dialog";
import { useRun } from "./wizard/run/use-run";
import { TrailWizard } from "./wizard/trail-wizard";

/** Changes a trail that is there. */
export function Component() {
  const [search] = useSearchParams();
  const arn = search.get("arn") ?? "";
  const existing = useExisting(arn);
  const organization = useOrganization();
  const { canChange, owner } = useGovernance({ TrailARN: arn });
  const above = aboveOf(arn);
  usePageTitle("Edit", above);
  if (existing.isError) {
    return (
      <Page title={`Edit ${nameOf(arn)}`} above={above}>
        <Refused error={existing.error} doing="read the trail" onRetry={() => existing.refetch()} />
      </Page>
    );
  }
  if (existing.isPending || organization.isPending) {
    return (
      <Box textAlign="center" padding="xxl">
        <Spinner size="large" />
      </Box>
    );
  }
  if (!canChange) {
    return (
      <Page title={`Edit ${nameOf(arn)}`} above={above}>
        <Alert type="info" header="Only the accounts that govern the organization change this trail">
          It belongs to account {owner}, which manages the organization. Ask whoever signs in there, or to a
          delegated administrator for CloudTrail.
        </Alert>
      </Page>
    );
  }
  return <Editor key={arn} arn={arn} existing={existing.data} />;
}

function Editor({ arn, existing }: { arn: string; existing: Existing }) {
  usePageTitle("Edit", aboveOf(arn));
  const { Account } = useSession();
  const { data: organization } = useOrganization();
  const navigate = useNavigate();
  const notify = useNotify();
  const forget = useForgetTrails();
  const runner = useRun();
  const region = homeOf(arn);
  const initial = useMemo(() => draftOf(existing), [existing]);
  const plan = useCallback(
    (draft: Draft) =>
      planUpdate(initial, draft, arn, {
        region,
        account: Account.Id,
        ...(organization ? { organization } : {}),
      }),
    [initial, arn, region, Account.Id, organization],
  );
  const finish = async (ended: Promise<boolean>) => {
    if (!(await ended)) return;
    runner.dismiss();
    await forget();
    notify({ type: "success", content: `Trail ${nameOf(arn)} was changed.` });
    navigate(trailPath(arn));
  };
  const { run } = runner;
  return (
    <>
      <TrailWizard
        initial={initial}
        region={region}
        isNew={false}
        taken={[]}
        plan={plan}
        busy={run?.busy ?? false}
        onCancel={() => navigate(trailPath(arn))}
        onSubmit={(_, steps) => {
          if (steps.length === 0) navigate(trailPath(arn));
          else void finish(runner.begin(steps));
        }}
      />
      {run && <RunDialog run={run} onRetry={() => void finish(runner.resume())} onBack={runner.dismiss} />}
    </>
  );
}

const aboveOf = (arn: string) => [["Trails", "/trails"] as const, [nameOf(arn), trailPath(arn)] as const];
