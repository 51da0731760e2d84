import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import { eventsWith } from "../history/search-query";
import { useSession } from "../session/session-gate";
import { EmptyState } from "../shell/empty-state";
import { href } from "../shell/href";
import { Refused } from "../shell/refused";
import { relative, type TimeWords, useTime } from "../shell/time";
import { type AccessKey, listAccessKeys } from "./iam";

/** The access keys of whoever is signed in. */
export function KeysTable() {
  const { Principal } = useSession();
  const time = useTime();
  const keys = useQuery({ queryKey: ["access-keys", Principal.Arn], queryFn: listAccessKeys, retry: false });
  return (
    <Table
      header={
        <Header
          variant="h2"
          counter={keys.data ? `(${keys.data.length})` : ""}
          description="They sign calls from outside of this console."
        >
          Access keys
        </Header>
      }
      ariaLabels={{ tableLabel: "Access keys" }}
      items={keys.data ?? []}
      trackBy="id"
      loading={keys.isPending}
      loadingText="Loading access keys"
      columnDefinitions={columnsIn(time)}
      empty={
        keys.isError ? (
          <Refused error={keys.error} doing="list your access keys" onRetry={() => keys.refetch()} />
        ) : (
          <EmptyState
            title="No access keys"
            command={
              Principal.Type === "IAMUser" ? `aws iam create-access-key --user-name ${Principal.Name}` : ""
            }
          >
            You use this console only.
          </EmptyState>
        )
      }
    />
  );
}

const columnsIn = (time: TimeWords) => [
  {
    id: "id",
    header: "Access key ID",
    isRowHeader: true,
    cell: ({ id }: AccessKey) => (
      <CopyToClipboard
        variant="inline"
        textToCopy={id}
        copyButtonAriaLabel={`Copy access key ID ${id}`}
        copySuccessText="Copied"
        copyErrorText="Could not be copied"
      />
    ),
  },
  {
    id: "status",
    header: "Status",
    cell: ({ isActive }: AccessKey) => (
      <StatusIndicator type={isActive ? "success" : "stopped"}>
        {isActive ? "Active" : "Inactive"}
      </StatusIndicator>
    ),
  },
  {
    id: "created",
    header: "Created",
    cell: ({ created }: AccessKey) => `${time.day(created)} (${relative(created, new Date())})`,
  },
  {
    id: "used",
    header: "Last used",
    cell: ({ used }: AccessKey) =>
      used ? (
        <>
          {time.short(used.at)} {time.zoneName(used.at)}
          <Box variant="small" color="text-body-secondary" display="block">
            {used.service} in {used.region}
          </Box>
        </>
      ) : (
        "–"
      ),
  },
  {
    id: "events",
    header: "Events",
    cell: ({ id }: AccessKey) => (
      <Link href={href(eventsWith("AccessKeyId", id))} ariaLabel={`View events of access key ${id}`}>
        View events
      </Link>
    ),
  },
];
