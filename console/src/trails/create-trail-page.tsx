import { useCallback, useMemo } from "react";
import { useNavigate } from "react-router";
import { useRegion, useSession } from "../session/session-gate";
import { usePageTitle } from "../shell/frame-parts";
import { useNotify } from "../shell/notifications";
import { useForgetTrails, useOrganization, useTrails } from "./queries";
import { editPath, ownerOf, trailPath } from "./trail-facts";
import { type Draft, newDraft } from "./wizard/draft";
import { planCreate, type Step } from "./wizard/plan";
import { RunDialog } from "./wizard/run/run-dialog";
import { hasMadeTrail, useRun } from "./wizard/run/use-run";
import { TrailWizard } from "./wizard/trail-wizard";

const ABOVE = [["Trails", "/trails"]] as const;

/** Makes a trail and starts it. */
export function Component() {
  usePageTitle("Create trail", ABOVE);
  const { Account } = useSession();
  const [region] = useRegion();
  const navigate = useNavigate();
  const notify = useNotify();
  const forget = useForgetTrails();
  const { data: organization } = useOrganization();
  const trails = useTrails();
  const runner = useRun();
  const initial = useMemo(() => newDraft(Account.Id, randomPart()), [Account.Id]);
  const plan = useCallback(
    (draft: Draft) =>
      planCreate(draft, { region, account: Account.Id, ...(organization ? { organization } : {}) }),
    [region, Account.Id, organization],
  );
  const taken = (trails.data ?? [])
    .filter(({ TrailARN }) => ownerOf(TrailARN) === Account.Id)
    .map(({ Name }) => Name);
  const arnOf = (steps: Step[]) => {
    const made = steps.flatMap((step) =>
      step.kind === "call" && step.operation === "CreateTrail" ? [step.input] : [],
    )[0];
    const owner = made?.IsOrganizationTrail && organization ? organization.management : Account.Id;
    return `arn:aws:cloudtrail:${region}:${owner}:trail/${String(made?.Name)}`;
  };
  const finish = async (steps: Step[], ended: Promise<boolean>) => {
    if (!(await ended)) return;
    runner.dismiss();
    await forget();
    const arn = arnOf(steps);
    notify({
      type: "success",
      content: `Trail ${arn.slice(arn.lastIndexOf("/") + 1)} was created, and logs.`,
    });
    navigate(trailPath(arn));
  };
  const { run } = runner;
  return (
    <>
      <TrailWizard
        initial={initial}
        region={region}
        isNew
        taken={taken}
        plan={plan}
        busy={run?.busy ?? false}
        onCancel={() => navigate("/trails")}
        onSubmit={(_, steps) => void finish(steps, runner.begin(steps))}
      />
      {run && (
        <RunDialog
          run={run}
          onRetry={() => void finish(run.steps, runner.resume())}
          onBack={() => {
            runner.dismiss();
            if (hasMadeTrail(run)) navigate(editPath(arnOf(run.steps), "events"));
          }}
        />
      )}
    </>
  );
}

/** Makes the name of a new bucket one that nobody has. */
const randomPart = (): string =>
  [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
