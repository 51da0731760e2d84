import Alert from "@cloudscape-design/components/alert";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import HelpPanel from "@cloudscape-design/components/help-panel";
import { useSearchParams } from "react-router";
import { Page } from "../shell/page";
import { RecentRoles } from "./recent-roles";
import { askedRole } from "./roles";
import { useSession } from "./session-gate";
import { SwitchRoleForm } from "./switch-role-form";

/** Lets whoever is signed in take a role, here or in another account. */
export function Component() {
  const [query] = useSearchParams();
  const { Principal } = useSession();
  return (
    <Page
      title="Switch role"
      description="Go on with the permissions of a role, in this account or another. You can switch back at any time."
      help={HELP}
    >
      {Principal.Type === "Root" ? (
        <Alert type="info" header="The root user can't switch roles">
          Sign in as an IAM user to take a role.
        </Alert>
      ) : (
        <ColumnLayout columns={2}>
          <SwitchRoleForm start={askedRole(query)} />
          <RecentRoles />
        </ColumnLayout>
      )}
    </Page>
  );
}

const HELP = (
  <HelpPanel header={<h2>Switch role</h2>}>
    <p>
      A role is a set of permissions that several may take for a while. Two things are needed: the role's
      trust policy names you or your account, and one of your own policies allows <code>sts:AssumeRole</code>{" "}
      on it. In your own account the trust policy alone is enough where it names you.
    </p>
    <p>
      Everything that you do in a role is recorded under its name and yours. Switching is recorded as{" "}
      <code>AssumeRole</code> in your account and the role's, and as <code>SwitchRole</code> in the role's.
    </p>
    <h3>Links</h3>
    <p>
      This page can be linked to with its fields filled in:{" "}
      <code>?account=…&amp;roleName=…&amp;displayName=…</code>
    </p>
  </HelpPanel>
);
