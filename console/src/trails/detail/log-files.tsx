import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Refusal } from "../../api/call";
import type { Trail } from "../../api/trails";
import { useRegion, useSession } from "../../session/session-gate";
import { Breakable } from "../../shell/breakable";
import { Command } from "../../shell/command";
import { EmptyState } from "../../shell/empty-state";
import { failed } from "../../shell/failed";
import { useNotify } from "../../shell/notifications";
import { Refused } from "../../shell/refused";
import { save } from "../../shell/save";
import { useTime } from "../../shell/time";
import { getObject, listObjects } from "../calls/s3";
import { REFRESH_MS, useOrganization } from "../queries";
import { folderOf, ownerOf, sizeOf } from "../trail-facts";
import { newest } from "./newest";

/** The newest log files of this account and Region, as they lie in the bucket. */
export function LogFiles({ trail }: { trail: Trail }) {
  const { Account } = useSession();
  const [region] = useRegion();
  const time = useTime();
  const organization = useOrganization(trail.IsOrganizationTrail);
  const isOthers = ownerOf(trail.TrailARN) !== Account.Id;
  const of = { account: Account.Id, organization: organization.data?.id };
  const day = new Date();
  const folder = folderOf(trail, { ...of, region, day });
  const files = useQuery({
    queryKey: ["trails", "files", region, trail.S3BucketName, folder],
    // Of a day with many files only the first thousand are listed, so what is newest is asked for from behind.
    queryFn: ({ signal }) =>
      newest((prefix) => listObjects(region, trail.S3BucketName, prefix, signal), folder ?? "", day),
    enabled: folder !== undefined,
    refetchInterval: REFRESH_MS,
    retry: false,
  });
  const commands = [
    `aws s3 ls s3://${trail.S3BucketName}/${folder}`,
    ...(trail.LogFileValidationEnabled
      ? [
          `aws s3 ls --recursive s3://${trail.S3BucketName}/${folderOf(trail, { ...of, kind: "CloudTrail-Digest" })}`,
        ]
      : []),
  ];
  return (
    <SpaceBetween size="s">
      <Table
        items={files.data ?? []}
        trackBy="Key"
        wrapLines
        loading={files.isPending && !organization.isError}
        loadingText="Loading log files"
        ariaLabels={{ tableLabel: "Newest log files" }}
        header={
          <Header
            variant="h2"
            description={
              folder && (
                <>
                  Of today, from {region}: <Breakable>{`s3://${trail.S3BucketName}/${folder}`}</Breakable>
                </>
              )
            }
          >
            Newest log files
          </Header>
        }
        empty={
          organization.isError ? (
            <Refused
              error={organization.error}
              doing="look up the organization, in whose folder the log files are"
              onRetry={() => organization.refetch()}
            />
          ) : isOthers && files.error instanceof Refusal && files.error.isDenied ? (
            <EmptyState title="The bucket is the organization's">
              Its policy does not let this account read. Ask account {ownerOf(trail.TrailARN)} for the log
              files.
            </EmptyState>
          ) : files.isError ? (
            <Refused error={files.error} doing="list the log files" onRetry={() => files.refetch()} />
          ) : (
            <EmptyState title="No log files today">
              A file comes within a minute of an event that the trail logs.
            </EmptyState>
          )
        }
        columnDefinitions={[
          {
            id: "name",
            header: "Name",
            minWidth: 150,
            isRowHeader: true,
            cell: ({ Key }) => <Breakable>{Key.slice(Key.lastIndexOf("/") + 1)}</Breakable>,
          },
          {
            id: "time",
            header: `Delivered (${time.zoneName(day)})`,
            minWidth: 120,
            cell: ({ LastModified }) => time.short(LastModified),
          },
          { id: "size", header: "Size", minWidth: 90, cell: ({ Size }) => sizeOf(Size) },
          {
            id: "download",
            header: "Download",
            cell: ({ Key }) => <Download region={region} bucket={trail.S3BucketName} name={Key} />,
          },
        ]}
      />
      {folder && (
        <ExpandableSection headerText="All log files, at the command line">
          <Command text={commands.join("\n")} what="commands" />
        </ExpandableSection>
      )}
    </SpaceBetween>
  );
}

function Download({ region, bucket, name }: { region: string; bucket: string; name: string }) {
  const notify = useNotify();
  const file = name.slice(name.lastIndexOf("/") + 1);
  const download = useMutation({
    mutationFn: () => getObject(region, bucket, name),
    // The browser has unpacked the file on its way.
    onSuccess: (blob) => save(blob, file.replace(/\.gz$/, "")),
    onError: (error) => notify(failed(error, "download the log file")),
  });
  return (
    <Button
      variant="inline-icon"
      iconName="download"
      ariaLabel={`Download ${file}`}
      loading={download.isPending}
      onClick={() => download.mutate()}
    />
  );
}
