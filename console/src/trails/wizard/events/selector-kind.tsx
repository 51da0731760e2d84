import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { SelectorDraft } from "../draft";
import { type Switched, switchToAdvanced, switchToBasic, toForm, toJson } from "./switch-selectors";

/** Switches between form and JSON, and between advanced and basic selectors, where nothing is lost by it. */
export function SelectorKind({
  draft,
  onChange,
}: {
  draft: SelectorDraft;
  onChange: (draft: SelectorDraft) => void;
}) {
  const [refused, setRefused] = useState<{ draft: SelectorDraft; fault: string }>();
  // What was said of selectors is not true of others.
  const fault = refused?.draft === draft ? refused.fault : undefined;
  const take = ({ draft: switched, fault: said }: Switched) => {
    setRefused(said ? { draft, fault: said } : undefined);
    if (switched) onChange(switched);
  };
  return (
    <SpaceBetween size="s">
      <SpaceBetween direction="horizontal" size="s" alignItems="center">
        <SegmentedControl
          label="How to edit the selectors"
          selectedId={draft.view}
          options={[
            { id: "form", text: "Form" },
            { id: "json", text: "JSON" },
          ]}
          onChange={({ detail }) =>
            take(detail.selectedId === "json" ? { draft: toJson(draft) } : toForm(draft))
          }
        />
        {draft.view === "form" && draft.kind === "advanced" && (
          <Button variant="inline-link" onClick={() => take(switchToBasic(draft))}>
            Switch to basic event selectors
          </Button>
        )}
        {draft.view === "form" && draft.kind === "basic" && (
          <Button variant="inline-link" onClick={() => take({ draft: switchToAdvanced(draft) })}>
            Switch to advanced event selectors
          </Button>
        )}
      </SpaceBetween>
      {fault && (
        <Alert type="warning" dismissible onDismiss={() => setRefused(undefined)}>
          {fault}
        </Alert>
      )}
    </SpaceBetween>
  );
}
