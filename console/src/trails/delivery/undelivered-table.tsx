import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import type { TrailHealth } from "../../api/trails";
import { sizeOf } from "../trail-facts";
import { Ago } from "./ago";
import { ConditionStatus } from "./condition-status";
import { foldersOf } from "./health";

const number = new Intl.NumberFormat("en-US");

/** What is due to buckets and not in them; nothing where everything is, for all that is known. */
export function UndeliveredTable({ trails }: { trails: TrailHealth[] }) {
  const { folders, unlisted, more } = foldersOf(trails);
  if (folders.length === 0 && !more) return null;
  const beyond = [
    unlisted > 0 ? `${number.format(unlisted)} more folders wait that are not listed.` : "",
    more ? "What lies further on in the journal is not counted." : "",
  ];
  return (
    <Table
      items={folders}
      trackBy="id"
      wrapLines
      header={
        <Header
          variant="h2"
          counter={`(${folders.length})`}
          description={[
            "Log files that their bucket does not take. They are made once it does.",
            ...beyond,
          ].join(" ")}
        >
          Waiting for a bucket
        </Header>
      }
      ariaLabels={{ tableLabel: "Waiting for a bucket" }}
      columnDefinitions={[
        { id: "trail", header: "Trail", minWidth: 110, isRowHeader: true, cell: ({ trail }) => trail },
        { id: "account", header: "Account", cell: ({ AccountId }) => AccountId },
        { id: "region", header: "Region", minWidth: 110, cell: ({ Region }) => Region },
        { id: "folder", header: "Folder", cell: ({ Folder }) => Folder },
        { id: "since", header: "Since", minWidth: 120, cell: ({ Since }) => <Ago at={Since} /> },
        { id: "files", header: "Files", cell: ({ Files }) => number.format(Files) },
        { id: "events", header: "Events", cell: ({ Events }) => number.format(Events) },
        { id: "bytes", header: "Uncompressed", cell: ({ Bytes }) => sizeOf(Bytes) },
        {
          id: "error",
          header: "Error",
          minWidth: 160,
          cell: ({ Error: code }) => (code ? <ConditionStatus type="error" text={code} code={code} /> : "–"),
        },
      ]}
    />
  );
}
