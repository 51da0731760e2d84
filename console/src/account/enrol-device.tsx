import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, type ReactNode, useState } from "react";
import { useSession } from "../session/session-gate";
import { useNotify } from "../shell/notifications";
import { Refused } from "../shell/refused";
import { EnrolCodes } from "./enrol-codes";
import { createDevice, deleteDevice, type NewDevice } from "./iam";

interface EnrolDeviceProps {
  onDone: () => void;
  onCancel: () => void;
}

/** Makes an MFA device, and assigns it once two of its codes have been shown. */
export function EnrolDevice({ onDone, onCancel }: EnrolDeviceProps) {
  const [device, setDevice] = useState<NewDevice>();
  const notify = useNotify();
  const cancel = () => {
    // A device that belongs to nobody is of no use to anybody.
    if (device) deleteDevice(device.serial).catch(() => undefined);
    onCancel();
  };
  const assigned = () => {
    notify({
      type: "success",
      content: "The MFA device was assigned. Its codes are asked for when you sign in.",
    });
    onDone();
  };
  return (
    <Modal visible header="Assign MFA device" onDismiss={cancel}>
      {device ? (
        <EnrolCodes device={device} onAssigned={assigned} onCancel={cancel} />
      ) : (
        <NameDevice onMade={setDevice} onCancel={cancel} />
      )}
    </Modal>
  );
}

function NameDevice({ onMade, onCancel }: { onMade: (device: NewDevice) => void; onCancel: () => void }) {
  const { Principal } = useSession();
  const [name, setName] = useState(`${Principal.Type === "Root" ? "root" : Principal.Name}-phone`);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const isName = /^[\w+=,.@-]{1,226}$/.test(name);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isName || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      onMade(await createDevice(name));
    } catch (refusal) {
      setError(refusal);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <SpaceBetween size="m">
        {error !== undefined && <Refused error={error} doing="make the MFA device" />}
        <Box variant="p">
          You need an authenticator app, on your phone or elsewhere. Any that knows time-based codes (TOTP)
          will do.
        </Box>
        <FormField
          label="Device name"
          constraintText="Letters, digits and + = , . @ - _; unique in the account."
          errorText={isName ? undefined : "Enter a name of these letters."}
          stretch
        >
          <Input value={name} onChange={({ detail }) => setName(detail.value)} spellcheck={false} autoFocus />
        </FormField>
        <Buttons onCancel={onCancel}>
          <Button variant="primary" loading={busy} loadingText="Making the device">
            Next
          </Button>
        </Buttons>
      </SpaceBetween>
    </form>
  );
}

export function Buttons({ onCancel, children }: { onCancel: () => void; children: ReactNode }) {
  return (
    <Box float="right">
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="link" formAction="none" onClick={onCancel}>
          Cancel
        </Button>
        {children}
      </SpaceBetween>
    </Box>
  );
}
