import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import FormField from "@cloudscape-design/components/form-field";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { type Preference, usePreference } from "../../shell/preference";
import { usePreferences } from "../../shell/preferences";
import { COLUMN_LABELS, VISIBLE_AT_FIRST } from "./columns";

export interface TablePreferences {
  pageSize: number;
  wrapLines: boolean;
  stripedRows: boolean;
  /** Ids of columns. */
  visible: string[];
}

const TABLE: Preference<TablePreferences> = {
  key: "history.table",
  version: 2,
  initial: { pageSize: 50, wrapLines: true, stripedRows: false, visible: VISIBLE_AT_FIRST },
  accepts: (value) => {
    const kept = value as Partial<TablePreferences> | null;
    const isSize = typeof kept?.pageSize === "number" && SIZES.includes(kept.pageSize);
    return isSize && Array.isArray(kept.visible) && kept.visible.includes("EventName");
  },
};

/** Names the zones: a label of their own would stand there a second time on a narrow screen. */
const ZONE_LABEL = "history-time-zone";

const SIZES = [10, 25, 50, 100];

export const useTablePreferences = () => usePreference(TABLE);

/** Chooses columns, page size and how lines look; they are remembered. */
export function TablePreferencesDialog() {
  const [table, setTable] = useTablePreferences();
  const [shared, setShared] = usePreferences();
  return (
    <CollectionPreferences
      title="Preferences"
      confirmLabel="Confirm"
      cancelLabel="Cancel"
      preferences={{
        pageSize: table.pageSize,
        wrapLines: table.wrapLines,
        stripedRows: table.stripedRows,
        contentDensity: shared.density,
        visibleContent: table.visible,
        custom: shared.zone,
      }}
      onConfirm={({ detail }) => {
        setTable({
          pageSize: detail.pageSize ?? table.pageSize,
          wrapLines: detail.wrapLines ?? false,
          stripedRows: detail.stripedRows ?? false,
          visible: [...(detail.visibleContent ?? table.visible)],
        });
        setShared({
          ...shared,
          density: detail.contentDensity ?? shared.density,
          zone: detail.custom ?? shared.zone,
        });
      }}
      pageSizePreference={{
        title: "Page size",
        options: SIZES.map((value) => ({ value, label: `${value} events` })),
      }}
      wrapLinesPreference={{ label: "Wrap lines", description: "Shows all text and wraps lines." }}
      stripedRowsPreference={{ label: "Striped rows", description: "Shades every other row." }}
      contentDensityPreference={{ label: "Compact mode", description: "Shows more on a screen." }}
      visibleContentPreference={{
        title: "Columns",
        options: [
          {
            label: "Attributes of events",
            options: Object.entries(COLUMN_LABELS).map(([id, label]) => ({
              id,
              label,
              editable: id !== "EventName",
            })),
          },
        ],
      }}
      customPreference={(zone: "utc" | "local", setZone: (zone: "utc" | "local") => void) => (
        <FormField label={<span id={ZONE_LABEL}>Time zone</span>} description="Of every time in the console.">
          <SegmentedControl
            ariaLabelledby={ZONE_LABEL}
            selectedId={zone}
            onChange={({ detail }) => setZone(detail.selectedId === "local" ? "local" : "utc")}
            options={[
              { id: "utc", text: "UTC" },
              { id: "local", text: "Local" },
            ]}
          />
        </FormField>
      )}
    />
  );
}
