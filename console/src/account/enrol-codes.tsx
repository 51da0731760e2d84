import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { type FormEvent, lazy, Suspense, useState } from "react";
import { Refusal } from "../api/call";
import { useSession } from "../session/session-gate";
import { Refused } from "../shell/refused";
import styles from "./account.module.css";
import { Buttons } from "./enrol-device";
import { enableDevice, type NewDevice } from "./iam";

const QrCode = lazy(() => import("./qr-code"));

interface EnrolCodesProps {
  device: NewDevice;
  onAssigned: () => void;
  onCancel: () => void;
}

/** Shows the seed of a device, and asks for two codes in a row. */
export function EnrolCodes({ device, onAssigned, onCancel }: EnrolCodesProps) {
  const { Account, Principal } = useSession();
  const name = Principal.Type === "Root" ? "root" : Principal.Name;
  const [codes, setCodes] = useState<[string, string]>(["", ""]);
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    setError(undefined);
    if (busy || problemOf(codes)) return;
    setBusy(true);
    try {
      await enableDevice({
        userName: name,
        serial: device.serial,
        codes: [digits(codes[0]), digits(codes[1])],
      });
      onAssigned();
    } catch (refusal) {
      setError(refusal);
      setTried(false);
      setCodes(["", ""]);
      setBusy(false);
    }
  };
  const isWrong = error instanceof Refusal && error.code === "InvalidAuthenticationCode";
  return (
    <form onSubmit={submit} noValidate>
      <SpaceBetween size="l">
        {error !== undefined && !isWrong && <Refused error={error} doing="assign the MFA device" />}
        <SpaceBetween size="xs">
          <Box variant="h3">1. Scan this code with your app</Box>
          <div className={styles.enrolment}>
            <Suspense fallback={<Spinner size="large" />}>
              <QrCode seed={device.seed} name={name} account={Account.Alias ?? Account.Id} />
            </Suspense>
            <SpaceBetween size="xs">
              <Box variant="p">Or enter this key there, as a time-based one:</Box>
              <CopyToClipboard
                variant="inline"
                textToCopy={device.seed}
                textToDisplay={device.seed.replace(/(.{4})(?=.)/g, "$1 ")}
                copyButtonAriaLabel="Copy the key"
                copySuccessText="Copied"
                copyErrorText="Could not be copied"
              />
            </SpaceBetween>
          </div>
        </SpaceBetween>
        <SpaceBetween size="s">
          <Box variant="h3">2. Enter two codes in a row</Box>
          <CodeField
            label="MFA code 1"
            value={codes[0]}
            onChange={(value) => setCodes([value, codes[1]])}
            error={isWrong ? WRONG : undefined}
            autoFocus
          />
          <CodeField
            label="MFA code 2"
            description="Wait up to 30 seconds, until the app shows the next one."
            value={codes[1]}
            onChange={(value) => setCodes([codes[0], value])}
            error={tried ? problemOf(codes) : undefined}
          />
        </SpaceBetween>
        <Buttons onCancel={onCancel}>
          <Button variant="primary" loading={busy} loadingText="Assigning the device">
            Assign
          </Button>
        </Buttons>
      </SpaceBetween>
    </form>
  );
}

const WRONG =
  "These are not two codes in a row of this device. See that its clock is right, and try with two new ones.";

const digits = (code: string) => code.replace(/\s/g, "");

function problemOf(codes: [string, string]): string | undefined {
  const [first, second] = codes.map(digits);
  if (![first, second].every((code) => /^\d{6}$/.test(code ?? ""))) return "Enter two codes of six digits.";
  return first === second ? "Wait for the next code: the two must differ." : undefined;
}

interface CodeFieldProps {
  label: string;
  description?: string;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  autoFocus?: boolean;
}

function CodeField({ label, description, value, onChange, error, autoFocus = false }: CodeFieldProps) {
  return (
    <FormField label={label} description={description} errorText={error}>
      <Input
        value={value}
        onChange={({ detail }) => onChange(detail.value)}
        inputMode="numeric"
        autoComplete="off"
        nativeInputAttributes={{ maxLength: 7 }}
        autoFocus={autoFocus}
      />
    </FormField>
  );
}
