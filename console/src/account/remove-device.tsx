import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useSession } from "../session/session-gate";
import { useNotify } from "../shell/notifications";
import { Refused } from "../shell/refused";
import { Buttons } from "./enrol-device";
import { type MfaDevice, ownName, removeDevice } from "./iam";

interface RemoveDeviceProps {
  device: MfaDevice;
  /** Whether or not all of it worked. */
  onChange: () => void;
  onClose: () => void;
}

/** Asks once more before a device is taken away. */
export function RemoveDevice({ device, onChange, onClose }: RemoveDeviceProps) {
  const { Principal } = useSession();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const notify = useNotify();
  const remove = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const { kept } = await removeDevice(ownName(Principal), device.serial);
      if (kept) {
        const why = `It could not be deleted, and stays in the account as nobody's: ${kept.message}`;
        notify({ type: "warning", header: `${device.name} is not assigned to you any more`, content: why });
      } else {
        notify({ type: "success", content: `The MFA device ${device.name} was removed.` });
      }
      onClose();
    } catch (refusal) {
      setError(refusal);
      setBusy(false);
    } finally {
      onChange();
    }
  };
  return (
    <Modal
      visible
      header={`Remove ${device.name}?`}
      onDismiss={onClose}
      footer={
        <Buttons onCancel={onClose}>
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
