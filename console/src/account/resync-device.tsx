import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useSession } from "../session/session-gate";
import { useNotify } from "../shell/notifications";
import { Refused } from "../shell/refused";
import { CodeFields } from "./code-fields";
import { Buttons } from "./enrol-device";
import { type MfaDevice, ownName, resyncDevice } from "./iam";
import { useTwoCodes } from "./use-two-codes";

interface ResyncDeviceProps {
  device: MfaDevice;
  onDone: () => void;
}

/** Brings a device back in step, whose clock went wrong, by two of its codes. */
export function ResyncDevice({ device, onDone }: ResyncDeviceProps) {
  const { Principal } = useSession();
  const notify = useNotify();
  const form = useTwoCodes(
    (codes) => resyncDevice({ userName: ownName(Principal), serial: device.serial, codes }),
    () => {
      notify({ type: "success", content: `The codes of ${device.name} are right again.` });
      onDone();
    },
  );
  return (
    <Modal visible header={`Resync ${device.name}`} onDismiss={onDone}>
      <form onSubmit={form.submit} noValidate>
        <SpaceBetween size="m">
          {form.error !== undefined && <Refused error={form.error} doing="resync the MFA device" />}
          <Box variant="p">
            Codes are refused when the clock of an app is wrong. Two codes in a row tell by how much, and are
            right from then on.
          </Box>
          <CodeFields form={form} />
          <Buttons onCancel={onDone}>
            <Button variant="primary" loading={form.busy} loadingText="Resyncing the device">
              Resync
            </Button>
          </Buttons>
        </SpaceBetween>
      </form>
    </Modal>
  );
}
