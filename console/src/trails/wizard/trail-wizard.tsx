import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { Refusal } from "../../api/call";
import { attributeFaults } from "./attribute-faults";
import { AttributesStep } from "./attributes/attributes-step";
import { type Draft, selectorsOf } from "./draft";
import { eventFaults, selectorFaults } from "./event-faults";
import { EventsStep } from "./events/events-step";
import { useGoToFault } from "./go-to-fault";
import type { Step } from "./plan";
import { isAboutSelectors } from "./preview/selector-preview";
import { previewQuery } from "./preview/use-preview";
import { Restored } from "./restored";
import { ReviewStep } from "./review-step";
import { useDraft } from "./use-draft";

interface TrailWizardProps {
  initial: Draft;
  /** Where the trail is, or will be, at home. */
  region: string;
  isNew: boolean;
  /** Names that are taken. */
  taken: readonly string[];
  /** What would be done. */
  plan: (draft: Draft) => Step[];
  onSubmit: (draft: Draft, steps: Step[]) => void;
  onCancel: () => void;
  busy: boolean;
  /** What is entered is kept in this tab under it (`draftKey`). */
  keptAs: string;
}

const STEPS = ["attributes", "events", "review"] as const;

/** Makes or changes a trail in AWS's steps: attributes, events, review. The step stands in the address. */
export function TrailWizard(props: TrailWizardProps) {
  const { initial, region, isNew, taken, plan, onSubmit, onCancel, busy, keptAs } = props;
  const { draft, change, isRestored, beginAnew } = useDraft(initial, keptAs);
  const [shown, setShown] = useState<ReadonlySet<number>>(new Set());
  const [checking, setChecking] = useState(false);
  const isChecking = useRef(false);
  const [active, setActive] = useStep();
  const [page, goToFault] = useGoToFault(active);
  const areSelectorsFine = useSelectorCheck(region);
  const faults = [
    withTaken(attributeFaults(draft, isNew), draft, isNew ? taken : []),
    eventFaults(draft),
    {},
  ];
  const steps = useMemo(() => plan(draft), [plan, draft]);
  const of = (step: number) => (shown.has(step) ? (faults[step] ?? {}) : {});
  const part = { draft, change };

  /** The first step on the way that is not right, which is shown then. */
  const stopBefore = async (wanted: number): Promise<number | undefined> => {
    const wrong = faults.slice(0, wanted).findIndex((found) => Object.keys(found).length > 0);
    if (wrong >= 0) return wrong;
    return wanted > 1 && !(await areSelectorsFine(draft)) ? 1 : undefined;
  };
  /** Acts once the steps before one are found right, or shows the first that is not; one at a time. */
  const onceRight = async (wanted: number, act: () => void) => {
    if (isChecking.current) return;
    isChecking.current = true;
    setChecking(true);
    const stop = await stopBefore(wanted);
    isChecking.current = false;
    setChecking(false);
    if (stop === undefined) act();
    else show(stop);
  };
  const go = (wanted: number) => {
    if (wanted > active) void onceRight(wanted, () => setActive(wanted));
    else setActive(wanted);
  };
  const show = (stop: number) => {
    setShown((before) => new Set([...before, stop]));
    // The step that is shown already would be scrolled to its top, and come twice on the way back.
    if (stop !== active) setActive(stop);
    goToFault(stop);
  };
  const startOver = () => {
    beginAnew();
    setShown(new Set());
    setActive(0);
  };
  const submit = () => void onceRight(STEPS.length - 1, () => onSubmit(draft, steps));
  const contents: [string, string, ReactNode][] = [
    [
      "Choose trail attributes",
      "Where log files go, and what protects them.",
      <AttributesStep key="attributes" {...part} faults={of(0)} isNew={isNew} region={region} />,
    ],
    [
      "Choose log events",
      "Which events the trail logs. The preview shows what that would have been lately.",
      <EventsStep
        key="events"
        {...part}
        faults={of(1)}
        region={region}
        isUnfinished={Object.keys(selectorFaults(draft)).length > 0}
      />,
    ],
    [
      isNew ? "Review and create" : "Review and save",
      "What the trail will be, and what will be done.",
      <ReviewStep key="review" draft={draft} steps={steps} isNew={isNew} onEdit={setActive} />,
    ],
  ];
  return (
    <div ref={page}>
      <Wizard
        activeStepIndex={active}
        onNavigate={({ detail }) => go(detail.requestedStepIndex)}
        onCancel={onCancel}
        onSubmit={submit}
        isLoadingNextStep={busy || checking}
        secondaryActions={
          !isNew && active === 0 && <Button onClick={() => go(STEPS.length - 1)}>Review and save</Button>
        }
        i18nStrings={{
          stepNumberLabel: (step) => `Step ${step}`,
          collapsedStepsLabel: (step, count) => `Step ${step} of ${count}`,
          navigationAriaLabel: "Steps",
          cancelButton: "Cancel",
          previousButton: "Previous",
          nextButton: "Next",
          submitButton: isNew ? "Create trail" : "Save changes",
          nextButtonLoadingAnnouncement: "Being checked",
          submitButtonLoadingAnnouncement: "Being done",
        }}
        steps={contents.map(([title, description, content]) => ({
          title,
          description,
          content: isRestored ? (
            <SpaceBetween size="l">
              <Restored isNew={isNew} onBeginAnew={startOver} />
              {content}
            </SpaceBetween>
          ) : (
            content
          ),
        }))}
      />
    </div>
  );
}

/** The step that the address names. */
function useStep(): [number, (step: number) => void] {
  const [search, setSearch] = useSearchParams();
  const named = STEPS.map(String).indexOf(search.get("step") ?? "");
  const go = (step: number) =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      after.set("step", STEPS[step] ?? STEPS[0]);
      return after;
    });
  return [Math.max(0, named), go];
}

/** Asks the server whether selectors are right; where it does not tell, CloudTrail itself will. */
function useSelectorCheck(region: string) {
  const queries = useQueryClient();
  return async (draft: Draft): Promise<boolean> => {
    const selectors = selectorsOf(draft.selectors);
    if (!selectors) return false;
    try {
      await queries.fetchQuery({ ...previewQuery(region, selectors), retry: false });
      return true;
    } catch (error) {
      return !(error instanceof Refusal && isAboutSelectors(error));
    }
  };
}

function withTaken(
  faults: Record<string, string>,
  { name }: Draft,
  taken: readonly string[],
): Record<string, string> {
  return taken.includes(name) ? { ...faults, name: `There is a trail ${name} already.` } : faults;
}
