import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Grid from "@cloudscape-design/components/grid";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { PartProps } from "../attributes/props";
import type { SelectorDraft } from "../draft";
import { selectorsOf } from "../draft";
import { loggedBy } from "../logged";
import { takesOwnDeliveries } from "../own-deliveries";
import { bucketOf } from "../plan";
import { SelectorPreview } from "../preview/selector-preview";
import { AdvancedForm } from "./advanced-form";
import { BasicForm } from "./basic-form";
import styles from "./events-step.module.css";
import { InsightEvents } from "./insight-events";
import { SelectorKind } from "./selector-kind";
import { SelectorsJson } from "./selectors-json";

interface EventsStepProps extends PartProps {
  region: string;
  /** Whether something is not filled in yet, shown as a fault or not. */
  isUnfinished: boolean;
}

/** The second step: which events a trail logs, with those of the last hours beside it. */
export function EventsStep({ draft, change, faults, region, isUnfinished }: EventsStepProps) {
  const { selectors: own } = draft;
  const selectors = selectorsOf(own);
  const set = (part: Partial<SelectorDraft>) => change({ selectors: { ...own, ...part } });
  return (
    <Grid gridDefinition={[{ colspan: { default: 12, xs: 7 } }, { colspan: { default: 12, xs: 5 } }]}>
      <SpaceBetween size="l">
        <SelectorKind draft={own} onChange={set} />
        {own.view === "json" ? (
          <SelectorsJson text={own.text} onChange={(text) => set({ text })} />
        ) : own.kind === "advanced" ? (
          <AdvancedForm
            form={own.advanced}
            faults={faults}
            aggregations={draft.aggregations}
            onChange={(advanced) => set({ advanced })}
            onAggregate={(aggregations) => change({ aggregations })}
          />
        ) : (
          <BasicForm selectors={own.basic} faults={faults} onChange={(basic) => set({ basic })} />
        )}
        {draft.recursive &&
          takesOwnDeliveries(selectors, { bucket: bucketOf(draft), prefix: draft.prefix }) && (
            <Alert
              type="info"
              header="The trail would log its own deliveries"
              action={<Button onClick={() => change({ recursive: false })}>Leave them out</Button>}
            >
              Each log file that CloudTrail puts into the bucket is an event of these selectors, and so makes
              the next log file, even while nobody does anything.
            </Alert>
          )}
        <InsightEvents
          choice={draft.insights}
          logged={loggedBy(selectors)}
          fault={faults.insights}
          onChange={(insights) => change({ insights })}
        />
      </SpaceBetween>
      <div className={styles.beside}>
        <SelectorPreview region={region} selectors={selectors} isUnfinished={isUnfinished} />
      </div>
    </Grid>
  );
}
