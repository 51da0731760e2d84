import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useSession } from "../session/session-gate";
import { EmptyState } from "../shell/empty-state";
import { Refused } from "../shell/refused";
import { relative, useTime } from "../shell/time";
import { EnrolDevice } from "./enrol-device";
import { listMfaDevices, type MfaDevice } from "./iam";
import { RemoveDevice } from "./remove-device";
import { ResyncDevice } from "./resync-device";

/** The MFA devices of whoever is signed in. */
export function MfaDevices() {
  const { Principal } = useSession();
  const queries = useQueryClient();
  const key = ["mfa-devices", Principal.Arn];
  const devices = useQuery({ queryKey: key, queryFn: listMfaDevices, retry: false });
  const [isEnrolling, setEnrolling] = useState(false);
  const [removed, setRemoved] = useState<MfaDevice>();
  const [resynced, setResynced] = useState<MfaDevice>();
  const refresh = () => queries.invalidateQueries({ queryKey: key });
  const columns = useColumns(setRemoved, setResynced);
  const assign = (
    <Button onClick={() => setEnrolling(true)} disabled={!devices.data || devices.data.length >= DEVICES_MAX}>
      Assign MFA device
    </Button>
  );
  return (
    <>
      <Table
        header={
          <Header
            variant="h2"
            counter={devices.data ? `(${devices.data.length})` : ""}
            actions={assign}
            description="With a device here, your password alone signs nobody in."
          >
            MFA devices
          </Header>
        }
        ariaLabels={{ tableLabel: "MFA devices" }}
        items={devices.data ?? []}
        trackBy="serial"
        loading={devices.isPending}
        loadingText="Loading MFA devices"
        columnDefinitions={columns}
        empty={
          devices.isError ? (
            <Refused error={devices.error} doing="list your MFA devices" onRetry={() => devices.refetch()} />
          ) : (
            <EmptyState title="No MFA devices">
              Your password is all that protects your account here.
            </EmptyState>
          )
        }
      />
      {isEnrolling && <EnrolDevice onAssigned={refresh} onClose={() => setEnrolling(false)} />}
      {removed && <RemoveDevice device={removed} onChange={refresh} onClose={() => setRemoved(undefined)} />}
      {resynced && <ResyncDevice device={resynced} onDone={() => setResynced(undefined)} />}
    </>
  );
}

/** As many as IAM allows. */
const DEVICES_MAX = 8;

type Choose = (device: MfaDevice) => void;

function useColumns(onRemove: Choose, onResync: Choose) {
  const time = useTime();
  return [
    { id: "name", header: "Name", cell: ({ name }: MfaDevice) => name, isRowHeader: true },
    { id: "type", header: "Type", cell: () => "Virtual (authenticator app)" },
    {
      id: "enabled",
      header: "Assigned",
      cell: ({ enabled }: MfaDevice) =>
        `${time.short(enabled)} ${time.zoneName(enabled)} (${relative(enabled, new Date())})`,
    },
    {
      id: "actions",
      header: "Actions",
      cell: (device: MfaDevice) => (
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="inline-link" onClick={() => onRemove(device)} ariaLabel={`Remove ${device.name}`}>
            Remove
          </Button>
          <Button variant="inline-link" onClick={() => onResync(device)} ariaLabel={`Resync ${device.name}`}>
            Resync
          </Button>
        </SpaceBetween>
      ),
    },
  ];
}
