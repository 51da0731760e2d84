import { useCallback, useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { useRegion, useSession } from "../session/session-gate";
import { usePageTitle } from "../shell/frame-parts";
import { useNotify } from "../shell/notifications";
import { useForgetTrails, useOrganization, useTrails } from "./queries";
import { finishPath, nameOf, ownerOf, trailPath } from "./trail-facts";
import { type Draft, newDraft, restOf } from "./wizard/draft";
import { draftKey, forgetDraft, keptDraft } from "./wizard/kept-draft";
import { arnOfNew, type Place, planCreate } from "./wizard/plan";
import { RunDialog } from "./wizard/run/run-dialog";
import { hasMadeTrail, useRun } from "./wizard/run/use-run";
import { TrailWizard } from "./wizard/trail-wizard";

const ABOVE = [["Trails", "/trails"]] as const;

/** Makes a trail and starts it. */
export function Component() {
  usePageTitle("Create trail", ABOVE);
  const { Account, Principal } = useSession();
  const [region] = useRegion();
  const navigate = useNavigate();
  const notify = useNotify();
  const forget = useForgetTrails();
  const { data: organization } = useOrganization();
  const trails = useTrails();
  const runner = useRun();
  const keptAs = draftKey(Principal.Arn, undefined);
  // The new bucket keeps the name that was thought out for it.
  const [initial] = useState(() => keptDraft(keptAs)?.base ?? newDraft(Account.Id, randomPart()));
  const place: Place = useMemo(
    () => ({ region, account: Account.Id, ...(organization ? { organization } : {}) }),
    [region, Account.Id, organization],
  );
  const plan = useCallback((draft: Draft) => planCreate(draft, place), [place]);
  const [submitted, setSubmitted] = useState<{ draft: Draft; arn: string }>();
  const taken = (trails.data ?? [])
    .filter(({ TrailARN }) => ownerOf(TrailARN) === Account.Id)
    .map(({ Name }) => Name);
  const finish = async (arn: string, ended: Promise<boolean>) => {
    if (!(await ended)) return;
    forgetDraft(keptAs);
    // What was done stays before the wizard until the trail's page comes: its name is taken by now.
    await forget();
    notify({ type: "success", content: `Trail ${nameOf(arn)} was created, and logs.` });
    navigate(trailPath(arn));
  };
  const back = (made: boolean) => {
    runner.dismiss();
    if (!made || !submitted) return;
    forgetDraft(keptAs);
    void forget();
    navigate(finishPath(submitted.arn), { state: restOf(submitted.draft) });
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
        keptAs={keptAs}
        onCancel={() => {
          forgetDraft(keptAs);
          navigate("/trails");
        }}
        onSubmit={(draft, steps) => {
          const arn = arnOfNew(draft, place);
          setSubmitted({ draft, arn });
          void finish(arn, runner.begin(steps));
        }}
      />
      {run && submitted && (
        <RunDialog
          run={run}
          onRetry={() => void finish(submitted.arn, runner.resume())}
          onBack={() => back(hasMadeTrail(run))}
        />
      )}
    </>
  );
}

/** Makes the name of a new bucket one that nobody has. */
const randomPart = (): string =>
  [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
