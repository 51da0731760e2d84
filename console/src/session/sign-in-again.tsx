import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo } from "react";
import { type Session, signOut } from "../api/session";
import { SignInForm } from "./sign-in-form";
import type { Entries } from "./sign-in-steps";
import { useSignIn } from "./use-sign-in";

interface SignInAgainProps {
  session: Session;
  /** Whether the session has ended; else it is about to, and one may go on for now. */
  ended: boolean;
  onSignedIn: (session: Session) => void;
  onLater: () => void;
}

/** Signs the same one in again above the page, which stays as it is, with all that was typed. */
export default function SignInAgain({ session, ended, onSignedIn, onLater }: SignInAgainProps) {
  const start = useMemo(() => whoAgain(session), [session]);
  const form = useSignIn(start, onSignedIn);
  const leave = async () => {
    await signOut().catch(() => undefined);
    window.location.assign(`${import.meta.env.BASE_URL}sign-in`);
  };
  return (
    <Modal
      visible
      size="small"
      header={ended ? "Your session has ended" : "Sign in again"}
      // What was typed can still be read and copied; the next call asks again.
      onDismiss={onLater}
    >
      <SpaceBetween size="l">
        <Box variant="p">
          {session.SwitchedFrom
            ? "Sign in to go on. The role that you had switched to has ended too: this page is loaded anew, as yours."
            : "Sign in to go on where you are; what you entered stays."}
        </Box>
        <SignInForm
          form={form}
          fixed
          secondary={
            <Button variant="link" fullWidth formAction="none" onClick={leave}>
              Sign in as somebody else
            </Button>
          }
        />
      </SpaceBetween>
    </Modal>
  );
}

/** Who signed in, whatever role was switched to since. */
export function whoAgain({ Account, Principal, SwitchedFrom }: Session): Partial<Entries> {
  const name = SwitchedFrom?.Principal ?? Principal.Name;
  const account = SwitchedFrom?.Account ?? Account.Id;
  const isRoot = SwitchedFrom ? /^root$/i.test(name) : Principal.Type === "Root";
  return isRoot ? { kind: "root", account } : { kind: "user", account, userName: name };
}
