import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { type EventItem, RESOURCES_MAX } from "../../api/history";
import { Breakable } from "../../shell/breakable";
import { href } from "../../shell/href";
import { eventsWith } from "../search-query";
import { timelinePath } from "../timeline/subject";

type Resource = EventItem["Resources"][number];

/** So many are shown at first: below them is the record. */
const SHOWN_MAX = 20;

/** What an event refers to, with the ways to each thing's own history. */
export function ResourcesTable({ resources }: { resources: Resource[] }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? resources : resources.slice(0, SHOWN_MAX);
  const isCut = resources.length >= RESOURCES_MAX;
  return (
    <Table<Resource>
      variant="container"
      header={
        <Header
          variant="h2"
          counter={`(${resources.length}${isCut ? "+" : ""})`}
          description={
            isCut && `The history keeps ${RESOURCES_MAX} of an event. The record below may have more.`
          }
        >
          Resources referenced
        </Header>
      }
      items={shown}
      trackBy={({ ResourceType, ResourceName }) => `${ResourceType}\n${ResourceName}`}
      sortingDisabled
      wrapLines
      ariaLabels={{ tableLabel: "Resources referenced" }}
      columnDefinitions={[
        {
          id: "type",
          header: "Resource type",
          cell: ({ ResourceType }) => <Breakable>{ResourceType ?? "–"}</Breakable>,
        },
        {
          id: "name",
          header: "Resource name",
          cell: ({ ResourceName }) => <Breakable>{ResourceName ?? "–"}</Breakable>,
          isRowHeader: true,
        },
        {
          id: "history",
          header: "History",
          cell: ({ ResourceName }) => ResourceName && <Ways name={ResourceName} />,
        },
      ]}
      footer={
        shown.length < resources.length && (
          <Box textAlign="center">
            <Button variant="inline-link" onClick={() => setWhole(true)}>
              {`Show all ${resources.length} resources`}
            </Button>
          </Box>
        )
      }
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
