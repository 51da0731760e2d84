import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import type { Trail } from "../../api/trails";
import { EmptyState } from "../../shell/empty-state";
import { href } from "../../shell/href";
import { Refused } from "../../shell/refused";
import { useTags } from "../queries";
import { editPath } from "../trail-facts";

export function TagsTable({ trail, canChange }: { trail: Trail; canChange: boolean }) {
  const tags = useTags(trail.TrailARN);
  return (
    <Table
      items={tags.data ?? []}
      wrapLines
      loading={tags.isPending}
      loadingText="Loading tags"
      ariaLabels={{ tableLabel: "Tags" }}
      header={
        <Header
          variant="h2"
          counter={`(${tags.data?.length ?? 0})`}
          actions={
            canChange && (
              <Button href={href(editPath(trail.TrailARN, "attributes"))} ariaLabel="Manage tags">
                Manage tags
              </Button>
            )
          }
        >
          Tags
        </Header>
      }
      empty={
        tags.isError ? (
          <Refused error={tags.error} doing="read the tags" onRetry={() => tags.refetch()} />
        ) : (
          <EmptyState title="No tags" />
        )
      }
      columnDefinitions={[
        { id: "key", header: "Key", isRowHeader: true, cell: ({ Key }) => Key },
        { id: "value", header: "Value", cell: ({ Value }) => Value || "–" },
      ]}
    />
  );
}
