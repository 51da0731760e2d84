import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Icon from "@cloudscape-design/components/icon";
import List from "@cloudscape-design/components/list";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { EmptyState } from "../shell/empty-state";
import { usePreference } from "../shell/preference";
import { Refused } from "../shell/refused";
import { ColourSwatch } from "./colour-swatch";
import { type RememberedRole, ROLES, roleLabel, withoutRole } from "./roles";
import { useSwitch } from "./use-switch";

/** The roles that were switched to last in this browser. */
export function RecentRoles() {
  const [roles, setRoles] = usePreference(ROLES);
  const [failed, setFailed] = useState<{ role: RememberedRole; error: unknown }>();
  const { toRole } = useSwitch();
  const take = (role: RememberedRole) => toRole(role).catch((error: unknown) => setFailed({ role, error }));
  return (
    <Container header={<Header variant="h2">Recent roles</Header>}>
      {roles.length === 0 ? (
        <EmptyState title="No recent roles">
          Roles that you switch to are listed here, in this browser only.
        </EmptyState>
      ) : (
        <SpaceBetween size="m">
          {failed && <Refused error={failed.error} doing={`switch to ${roleLabel(failed.role)}`} />}
          <List
            ariaLabel="Recent roles"
            items={roles}
            renderItem={(role) => ({
              id: `${role.account}/${role.roleName}`,
              content: roleLabel(role),
              secondaryContent: `${role.roleName} in account ${role.account}`,
              ...(role.colour ? { icon: <Icon svg={<ColourSwatch colour={role.colour} />} /> } : {}),
              actions: (
                <SpaceBetween direction="horizontal" size="xxs">
                  <Button onClick={() => take(role)} ariaLabel={`Switch to ${roleLabel(role)}`}>
                    Switch
                  </Button>
                  <Button
                    variant="icon"
                    iconName="close"
                    ariaLabel={`Forget ${roleLabel(role)}`}
                    onClick={() => setRoles(withoutRole(roles, role))}
                  />
                </SpaceBetween>
              ),
            })}
          />
        </SpaceBetween>
      )}
    </Container>
  );
}
