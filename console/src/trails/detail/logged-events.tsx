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
  const kind = isAdvanced(selectors) ? "Advanced" : "Basic";
  return (
    <SpaceBetween size="l">
      <KeyValuePairs
        columns={3}
        items={[
          {
            label: "Management events",
            value:
              told.management.length > 0
                ? told.management.map(({ activity }) => activity).join("; ")
                : "Not logged",
          },
          {
            label: "Excluded",
            value: [...new Set(told.management.flatMap(({ excluded }) => excluded))].join(", ") || "Nothing",
          },
          { label: "Selectors", value: kind },
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
  if (blocks.length === 0) {
    return <KeyValuePairs columns={3} items={[{ label: title, value: "Not logged" }]} />;
  }
  return (
    <Table
      variant="borderless"
      items={blocks}
      header={<Box variant="awsui-key-label">{title}</Box>}
      wrapLines
      ariaLabels={{ tableLabel: title }}
      columnDefinitions={[
        { id: "subject", header: subject, isRowHeader: true, cell: (block) => name(block.subject) },
        { id: "name", header: "Selector name", cell: (block) => block.name || "–" },
        {
          id: "which",
          header: "Which of them",
          cell: ({ which }) => which.map((line) => <div key={line}>{line}</div>),
        },
      ]}
    />
  );
}
