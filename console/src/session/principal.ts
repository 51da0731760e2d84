import type { Session } from "../api/session";
import { type RememberedRole, roleLabel } from "./roles";

/** The role that is used, by its name; `undefined` where none is. */
export const roleNameOf = ({ Principal }: Session): string | undefined =>
  /:assumed-role\/([^/]+)\//.exec(Principal.Arn)?.[1];

/** Who is at work, as it stands at the top: `alice @ prod`, `root @ 111122223333`, `ops/alice @ 111122223333`. */
export function principalLabel(session: Session): string {
  const { Account, Principal, SwitchedFrom } = session;
  const role = roleNameOf(session);
  const by = SwitchedFrom?.Principal ?? Principal.Name;
  const name = Principal.Type === "Root" ? "root" : role ? `${role}/${by}` : Principal.Name;
  return `${name} @ ${Account.Alias ?? Account.Id}`;
}

/** How whoever switched calls the role that is used. */
export function rememberedRoleOf(
  session: Session,
  roles: readonly RememberedRole[],
): RememberedRole | undefined {
  if (!session.SwitchedFrom) return undefined;
  const name = roleNameOf(session);
  const accounts = [session.Account.Id, session.Account.Alias];
  return roles.find((role) => accounts.includes(role.account) && role.roleName.split("/").pop() === name);
}

/** Whoever switched to the role that is used. */
export const switcherLabel = ({ SwitchedFrom, Account }: Session): string | undefined => {
  if (!SwitchedFrom) return undefined;
  const isElsewhere = SwitchedFrom.Account !== Account.Id;
  return isElsewhere ? `${SwitchedFrom.Principal} @ ${SwitchedFrom.Account}` : SwitchedFrom.Principal;
};

/** What stands at the top, and in which colour. */
export function atTop(session: Session, roles: readonly RememberedRole[]): { text: string; colour: string } {
  const role = rememberedRoleOf(session, roles);
  return role?.displayName
    ? { text: roleLabel(role), colour: role.colour }
    : { text: principalLabel(session), colour: role?.colour ?? "" };
}
