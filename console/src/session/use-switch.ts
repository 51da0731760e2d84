import { useCallback } from "react";
import { exitRole, signOut, switchRole } from "../api/session";
import { href } from "../shell/href";
import { readPreference, writePreference } from "../shell/preference";
import { type RememberedRole, ROLES, withRole } from "./roles";
import { useRegion } from "./session-gate";

/**
 * Ways to become somebody else. The console is loaded anew after each: nothing that one principal saw stays in memory
 * for the next.
 */
export function useSwitch() {
  const [region] = useRegion();
  const begin = useCallback(() => window.location.assign(href(`/?region=${region}`)), [region]);
  const toRole = useCallback(
    async (role: RememberedRole) => {
      await switchRole({ Account: role.account, RoleName: role.roleName });
      writePreference(ROLES, withRole(readPreference(ROLES), role));
      begin();
    },
    [begin],
  );
  const back = useCallback(async () => {
    await exitRole();
    begin();
  }, [begin]);
  const out = useCallback(async () => {
    await signOut();
    window.location.assign(href("/sign-in"));
  }, []);
  return { toRole, back, out };
}
