import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import type { EventItem } from "../../api/history";
import { href } from "../../shell/href";
import { eventsWith } from "../search-query";
import { timelinePath } from "../timeline/subject";

type Resource = EventItem["Resources"][number];

/** What an event refers to, with the ways to each thing's own history. */
export function ResourcesTable({ resources }: { resources: Resource[] }) {
  return (
    <Table<Resource>
      variant="container"
      header={
        <Header variant="h2" counter={`(${resources.length})`} description="Each has a history of its own.">
          Resources referenced
        </Header>
      }
      items={resources}
      trackBy={({ ResourceType, ResourceName }) => `${ResourceType}\n${ResourceName}`}
      sortingDisabled
      wrapLines
      ariaLabels={{ tableLabel: "Resources referenced" }}
      columnDefinitions={[
        { id: "type", header: "Resource type", cell: ({ ResourceType }) => ResourceType ?? "–" },
        {
          id: "name",
          header: "Resource name",
          cell: ({ ResourceName }) => ResourceName ?? "–",
          isRowHeader: true,
        },
        {
          id: "history",
          header: "History",
          cell: ({ ResourceName }) => ResourceName && <Ways name={ResourceName} />,
        },
      ]}
      empty={
        <Box textAlign="center" color="inherit">
          The event refers to no resource.
        </Box>
      }
    />
  );
}

function Ways({ name }: { name: string }) {
  return (
    <SpaceBetween direction="horizontal" size="s">
      <Link
        href={href(timelinePath({ field: "ResourceName", value: name }))}
        ariaLabel={`Timeline of ${name}`}
      >
        Timeline
      </Link>
      <Link href={href(eventsWith("ResourceName", name))} ariaLabel={`Events of ${name}`}>
        Events
      </Link>
    </SpaceBetween>
  );
}
