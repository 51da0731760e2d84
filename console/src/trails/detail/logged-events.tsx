import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { Command } from "../../shell/command";
import { isAdvanced } from "../selectors/convert";
import { type DescribedBlock, tellSelectors } from "../selectors/describe";
import type { Selectors } from "../selectors/form";
import { nameOfType } from "../selectors/resource-types";
import { writeText } from "../selectors/text";

/** What a trail logs, in words and tables. */
export function LoggedEvents({ selectors }: { selectors: Selectors }) {
  const told = tellSelectors(selectors);
  const excluded = new Set(told.management.flatMap((management) => management.excluded));
  const none = told.partial ? "As the selectors say" : "Not logged";
  return (
    <SpaceBetween size="l">
      <KeyValuePairs
        columns={3}
        items={[
          {
            label: "Management events",
            value: told.management.map(({ activity }) => activity).join("; ") || none,
          },
          ...(excluded.size > 0 ? [{ label: "Excluded", value: [...excluded].join(", ") }] : []),
          // Where there are some, a table tells them.
          ...(told.data.length === 0 ? [{ label: "Data events", value: none }] : []),
          { label: "Selectors", value: isAdvanced(selectors) ? "Advanced" : "Basic" },
        ]}
      />
      <Blocks title="Data events" subject="Resource type" blocks={told.data} name={nameOfType} />
      {told.network.length > 0 && (
        <Blocks
          title="Network activity events"
          subject="Event source"
          blocks={told.network}
          name={(name) => name}
        />
      )}
      {told.partial && (
        <Alert type="info" header="Some selectors say more than this page has words for">
          <Command text={writeText(selectors)} what="selectors" />
        </Alert>
      )}
    </SpaceBetween>
  );
}

interface BlocksProps {
  title: string;
  subject: string;
  blocks: DescribedBlock[];
  name: (subject: string) => string;
}

function Blocks({ title, subject, blocks, name }: BlocksProps) {
  if (blocks.length === 0) return null;
  return (
    <Table
      variant="borderless"
      items={blocks}
      header={<Box variant="awsui-key-label">{title}</Box>}
      wrapLines
      ariaLabels={{ tableLabel: title }}
      columnDefinitions={[
        {
          id: "subject",
          header: subject,
          isRowHeader: true,
          minWidth: 130,
          cell: (block) => name(block.subject),
        },
        { id: "name", header: "Selector name", cell: (block) => block.name || "–" },
        {
          id: "which",
          header: "Which events",
          minWidth: 130,
          cell: ({ which }) => which.map((line) => <div key={line}>{line}</div>),
        },
      ]}
    />
  );
}
