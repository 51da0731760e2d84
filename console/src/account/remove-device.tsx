import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useSession } from "../session/session-gate";
import { useNotify } from "../shell/notifications";
import { Refused } from "../shell/refused";
import { Buttons } from "./enrol-device";
import { type MfaDevice, removeDevice } from "./iam";

interface RemoveDeviceProps {
  device: MfaDevice;
  onDone: () => void;
  onCancel: () => void;
}

/** Asks once more before a device is taken away. */
export function RemoveDevice({ device, onDone, onCancel }: RemoveDeviceProps) {
  const { Principal } = useSession();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const notify = useNotify();
  const remove = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await removeDevice(Principal.Type === "Root" ? "root" : Principal.Name, device.serial);
      notify({ type: "success", content: `The MFA device ${device.name} was removed.` });
      onDone();
    } catch (refusal) {
      setError(refusal);
      setBusy(false);
    }
  };
  return (
    <Modal
      visible
      header={`Remove ${device.name}?`}
      onDismiss={onCancel}
      footer={
        <Buttons onCancel={onCancel}>
          <Button variant="primary" onClick={remove} loading={busy} loadingText="Removing the device">
            Remove
          </Button>
        </Buttons>
      }
    >
      <SpaceBetween size="m">
        {error !== undefined && <Refused error={error} doing="remove the MFA device" />}
        <Alert type="warning">
          Its codes are good for nothing after that. Where it is your only device, your password alone signs
          you in.
        </Alert>
      </SpaceBetween>
    </Modal>
  );
}
