import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, type ReactNode, useRef, useState } from "react";
import { Refusal } from "../api/call";
import { useSession } from "../session/session-gate";
import { DialogFocus } from "../shell/dialog-focus";
import { useNotify } from "../shell/notifications";
import { Refused } from "../shell/refused";
import { EnrolCodes } from "./enrol-codes";
import { nextName, ownName } from "./iam";
import { useNewDevice } from "./use-new-device";

interface EnrolDeviceProps {
  onAssigned: () => void;
  onClose: () => void;
}

/** Makes an MFA device, and assigns it once two of its codes have been shown. */
export function EnrolDevice({ onAssigned, onClose }: EnrolDeviceProps) {
  const { device, make, keep } = useNewDevice();
  const notify = useNotify();
  const assigned = () => {
    keep();
    notify({
      type: "success",
      content: "The MFA device was assigned. Its codes are asked for when you sign in.",
    });
    onAssigned();
    onClose();
  };
  return (
    <Modal visible header="Assign MFA device" onDismiss={onClose}>
      {device ? (
        <EnrolCodes device={device} onAssigned={assigned} onCancel={onClose} />
      ) : (
        <NameDevice onNamed={make} onCancel={onClose} />
      )}
    </Modal>
  );
}

interface NameDeviceProps {
  /** Makes the device. */
  onNamed: (name: string) => Promise<void>;
  onCancel: () => void;
}

function NameDevice({ onNamed, onCancel }: NameDeviceProps) {
  const { Principal } = useSession();
  const [name, setName] = useState(`${ownName(Principal)}-phone`);
  const [taken, setTaken] = useState<string>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const field = useRef<InputProps.Ref>(null);
  const isName = /^[\w+=,.@-]{1,226}$/.test(name);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isName || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await onNamed(name);
    } catch (refusal) {
      setBusy(false);
      if (refusal instanceof Refusal && refusal.code === "EntityAlreadyExists") {
        setTaken(name);
        setName(nextName(name));
      } else {
        setError(refusal);
      }
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <DialogFocus field={field} />
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
          warningText={
            taken && `${taken} is there already, perhaps from an attempt that was left. Try this name.`
          }
          stretch
        >
          <Input
            ref={field}
            value={name}
            onChange={({ detail }) => setName(detail.value)}
            spellcheck={false}
          />
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
