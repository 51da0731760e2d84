import Box from "@cloudscape-design/components/box";
import Popover from "@cloudscape-design/components/popover";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import type { TimeWords } from "../shell/time";
import { inWords, meaningOf } from "./meaning";
import type { Result, ResultState } from "./run";

const STATES: Record<ResultState, { type: StatusIndicatorProps.Type; words: string; order: number }> = {
  invalid: { type: "error", words: "Invalid", order: 0 },
  unchecked: { type: "warning", words: "Not checked", order: 1 },
  gap: { type: "stopped", words: "Gap", order: 2 },
  warning: { type: "info", words: "Warning", order: 3 },
  valid: { type: "success", words: "Valid", order: 4 },
};

export const columnsOf = (time: TimeWords): TableProps.ColumnDefinition<Result>[] => [
  {
    id: "state",
    header: "Result",
    width: 130,
    sortingComparator: (a, b) => STATES[a.state].order - STATES[b.state].order,
    cell: ({ state }) => <StatusIndicator type={STATES[state].type}>{STATES[state].words}</StatusIndicator>,
  },
  { id: "finding", header: "Finding", width: 260, sortingField: "finding", cell: Finding },
  { id: "kind", header: "What", width: 120, sortingField: "kind", cell: ({ kind }) => kind },
  {
    id: "time",
    header: `Time (${time.zone === "utc" ? "UTC" : "local"})`,
    width: 180,
    sortingField: "time",
    cell: ({ time: at }) => (at ? time.short(at) : "–"),
  },
  {
    id: "object",
    header: "Object",
    minWidth: 320,
    isRowHeader: true,
    sortingField: "object",
    cell: ({ object, time: from, until }) =>
      until ? `${time.short(from)} to ${time.short(until)}` : <span title={object}>{short(object)}</span>,
  },
];

function Finding({ finding, state }: Result) {
  if (!finding) return "–";
  const said = inWords(finding, state);
  const meaning = meaningOf(finding);
  if (!meaning) return said;
  return (
    <Popover
      header="What it means"
      triggerType="text"
      wrapTriggerText
      size="large"
      content={
        <>
          <Box variant="p">{meaning.means}</Box>
          <Box variant="p">{meaning.advice}</Box>
        </>
      }
    >
      {said}
    </Popover>
  );
}

/** The name of a file without its folders, which the name repeats. */
const short = (object: string): string => object.split("/").at(-1) ?? object;
