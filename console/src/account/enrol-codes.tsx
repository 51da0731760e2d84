import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { type ComponentType, lazy, Suspense } from "react";
import { useSession } from "../session/session-gate";
import { Refused } from "../shell/refused";
import styles from "./account.module.css";
import { CodeFields } from "./code-fields";
import { Buttons } from "./enrol-device";
import { enableDevice, type NewDevice, ownName } from "./iam";
import type { QrCodeProps } from "./qr-code";
import { useTwoCodes } from "./use-two-codes";

/** Where its part of the console is missing, the key below is enough. */
const QrCode = lazy<ComponentType<QrCodeProps>>(() =>
  import("./qr-code").catch(() => ({ default: () => null })),
);

interface EnrolCodesProps {
  device: NewDevice;
  onAssigned: () => void;
  onCancel: () => void;
}

/** Shows the seed of a device, and asks for two codes in a row. */
export function EnrolCodes({ device, onAssigned, onCancel }: EnrolCodesProps) {
  const { Account, Principal } = useSession();
  const name = ownName(Principal);
  const form = useTwoCodes(
    (codes) => enableDevice({ userName: name, serial: device.serial, codes }),
    onAssigned,
  );
  return (
    <form onSubmit={form.submit} noValidate>
      <SpaceBetween size="l">
        {form.error !== undefined && <Refused error={form.error} doing="assign the MFA device" />}
        <SpaceBetween size="xs">
          <Box variant="h3">1. Scan this code with your app</Box>
          <div className={styles.enrolment}>
            <Suspense fallback={<Spinner size="large" />}>
              <QrCode seed={device.seed} name={name} account={Account.Alias ?? Account.Id} />
            </Suspense>
            <SpaceBetween size="xs">
              <Box variant="p">Or enter this key there, as a time-based one:</Box>
              <Seed seed={device.seed} />
            </SpaceBetween>
          </div>
        </SpaceBetween>
        <SpaceBetween size="s">
          <Box variant="h3">2. Enter two codes in a row</Box>
          <CodeFields form={form} />
        </SpaceBetween>
        <Buttons onCancel={onCancel}>
          <Button variant="primary" loading={form.busy} loadingText="Assigning the device">
            Assign
          </Button>
        </Buttons>
      </SpaceBetween>
    </form>
  );
}

/** The seed in groups, as it is typed from a screen; a line ends between two of them. */
function Seed({ seed }: { seed: string }) {
  return (
    <div className={styles.seed}>
      <CopyToClipboard
        variant="icon"
        textToCopy={seed}
        copyButtonAriaLabel="Copy the key"
        copySuccessText="Copied"
        copyErrorText="Could not be copied"
      />
      <code className={styles.groups}>{seed.match(/.{1,4}/g)?.join(" ")}</code>
    </div>
  );
}
