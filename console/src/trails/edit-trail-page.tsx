import Alert from "@cloudscape-design/components/alert";
import { useCallback, useMemo, useState } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";
import { Refusal } from "../api/call";
import { useSession } from "../session/session-gate";
import { usePageTitle } from "../shell/frame-parts";
import { Loading } from "../shell/loading";
import { useNotify } from "../shell/notifications";
import { Page } from "../shell/page";
import { Refused } from "../shell/refused";
import { NoTrail } from "./no-trail";
import { useExisting, useForgetTrails, useGovernance, useOrganization } from "./queries";
import { homeOf, isTrailArn, nameOf, trailPath } from "./trail-facts";
import { type Draft, draftOf, type Existing, type Rest } from "./wizard/draft";
import { draftKey, forgetDraft } from "./wizard/kept-draft";
import { planRest, planUpdate } from "./wizard/plan";
import { RunDialog } from "./wizard/run/run-dialog";
import { useRun } from "./wizard/run/use-run";
import { TrailWizard } from "./wizard/trail-wizard";

/** Changes a trail that is there. */
export function Component() {
  const [search] = useSearchParams();
  const arn = search.get("arn") ?? "";
  const existing = useExisting(arn);
  const organization = useOrganization();
  // What was chosen for a trail whose making was refused halfway; an address that changes no longer has it.
  const [rest] = useState(useLocation().state as Rest | null);
  const { canChange, owner } = useGovernance({ TrailARN: arn });
  const above = aboveOf(arn);
  usePageTitle("Edit", above);
  if (!isTrailArn(arn)) {
    return (
      <Page title="Edit" above={above}>
        <NoTrail arn={arn} />
      </Page>
    );
  }
  if (existing.isError && !existing.data) {
    return (
      <Page title={`Edit ${nameOf(arn)}`} above={above}>
        <Refused error={existing.error} doing="read the trail" onRetry={() => existing.refetch()} />
      </Page>
    );
  }
  if (existing.isPending || !organization.isFetched) {
    return <Loading what="Loading the trail" />;
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
  return (
    <Editor
      key={arn}
      arn={arn}
      existing={existing.data}
      rest={rest}
      hasBegun={search.get("begun") === "yes"}
      onRead={async () => (await existing.refetch()).error ?? undefined}
    />
  );
}

interface EditorProps {
  arn: string;
  existing: Existing;
  rest: Rest | null;
  /** Whether the trail is still being made: then it is started too. */
  hasBegun: boolean;
  /** Reads the trail again; tells why it could not. */
  onRead: () => Promise<unknown>;
}

function Editor({ arn, existing, rest, hasBegun, onRead }: EditorProps) {
  usePageTitle("Edit", aboveOf(arn));
  const { Account, Principal } = useSession();
  const { data: organization } = useOrganization();
  const navigate = useNavigate();
  const notify = useNotify();
  const forget = useForgetTrails();
  const runner = useRun();
  const [unread, setUnread] = useState<unknown>();
  const region = homeOf(arn);
  const keptAs = draftKey(Principal.Arn, arn);
  const before = useMemo(() => draftOf(existing), [existing]);
  const initial = useMemo(() => ({ ...before, ...(hasBegun ? rest : {}) }), [before, hasBegun, rest]);
  const plan = useCallback(
    (draft: Draft) => {
      const place = { region, account: Account.Id, ...(organization ? { organization } : {}) };
      return (hasBegun ? planRest : planUpdate)(before, draft, arn, place);
    },
    [before, hasBegun, arn, region, Account.Id, organization],
  );
  const finish = async (ended: Promise<boolean>) => {
    if (!(await ended)) return;
    forgetDraft(keptAs);
    // What was done stays before the wizard until the trail's page comes: the wizard would have nothing to do.
    await forget();
    const what = hasBegun ? "is as you wanted it, and logs" : "was changed";
    notify({ type: "success", content: `Trail ${nameOf(arn)} ${what}.` });
    navigate(trailPath(arn));
  };
  // Some calls may have been done, also one without an answer: the next plan starts from what the trail is now.
  const back = async () => {
    const error = await onRead();
    setUnread(error);
    if (error === undefined) return runner.dismiss();
    if (!(error instanceof Refusal && error.code.startsWith("TrailNotFound"))) return;
    forgetDraft(keptAs);
    notify({ type: "warning", content: `Trail ${nameOf(arn)} is gone: it was deleted meanwhile.` });
    navigate("/trails");
    await forget();
  };
  const leave = () => {
    forgetDraft(keptAs);
    navigate(trailPath(arn));
  };
  const { run } = runner;
  return (
    <>
      <TrailWizard
        initial={initial}
        keptAs={keptAs}
        region={region}
        isNew={false}
        taken={[]}
        plan={plan}
        busy={run?.busy ?? false}
        onCancel={leave}
        onSubmit={(_, steps) => {
          if (steps.length === 0) leave();
          else void finish(runner.begin(steps));
        }}
      />
      {run && (
        <RunDialog
          run={run}
          unread={unread}
          onRetry={() => {
            setUnread(undefined);
            void finish(runner.resume());
          }}
          onBack={() => void back()}
        />
      )}
    </>
  );
}

const aboveOf = (arn: string) => [
  ["Trails", "/trails"] as const,
  ...(isTrailArn(arn) ? [[nameOf(arn), trailPath(arn)] as const] : []),
];
