import Alert from "@cloudscape-design/components/alert";
import HelpPanel from "@cloudscape-design/components/help-panel";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { roleNameOf, switcherLabel } from "../session/principal";
import { useSession } from "../session/session-gate";
import { Page } from "../shell/page";
import { Identity } from "./identity";
import { KeysTable } from "./keys-table";
import { MfaDevices } from "./mfa-devices";
import { PasswordSection } from "./password-section";

/** Who is signed in, and what they sign in with. */
export function Component() {
  const session = useSession();
  return (
    <Page title="My account" description="Who you are here, and what you prove it with." help={HELP}>
      <SpaceBetween size="l">
        <Identity />
        {session.Principal.Type === "AssumedRole" ? (
          <Alert type="info" header={`You work in the role ${roleNameOf(session) ?? session.Principal.Name}`}>
            A role has no password, no MFA device and no access keys.{" "}
            {session.SwitchedFrom &&
              `Those of ${switcherLabel(session)} are shown here once you have switched back, in the menu at the top.`}
          </Alert>
        ) : (
          <SpaceBetween size="l">
            <PasswordSection />
            <MfaDevices />
            <KeysTable />
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Page>
  );
}

const HELP = (
  <HelpPanel header={<h2>My account</h2>}>
    <h3>Password</h3>
    <p>
      Changing it ends every other session that you have in this console. Your permission for it is{" "}
      <code>iam:ChangePassword</code>; what a password must have is the account's password policy.
    </p>
    <h3>Multi-factor authentication</h3>
    <p>
      An authenticator app shows a new code every 30 seconds. With a device here, your password alone signs
      nobody in. You may have several, and each can be used.
    </p>
    <h3>Access keys</h3>
    <p>
      They sign calls from outside of this console. A key that you don't know, or that was used where you were
      not, is a reason to look at{" "}
      <Link href="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html" external>
        what AWS says of access keys
      </Link>{" "}
      and at its events.
    </p>
  </HelpPanel>
);
