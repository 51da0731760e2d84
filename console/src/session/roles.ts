import type { Preference } from "../shell/preference";

/** A role that somebody switched to in this browser. */
export interface RememberedRole {
  account: string;
  roleName: string;
  displayName: string;
  /** One of `COLOURS`, or empty. */
  colour: string;
}

/** The roles that were switched to last, the latest first. */
export const ROLES: Preference<RememberedRole[]> = {
  key: "roles",
  version: 1,
  initial: [],
  accepts: (value) => Array.isArray(value) && value.every(isRole),
};

/** The colours that AWS's console offers. */
export const COLOURS = {
  red: "#F2B0A9",
  orange: "#FBBF93",
  yellow: "#FAD791",
  green: "#B7CA9D",
  blue: "#99BCE3",
} as const;

export const fillOf = (colour: string): string | undefined =>
  Object.hasOwn(COLOURS, colour) ? COLOURS[colour as keyof typeof COLOURS] : undefined;

/** `ops @ prod`, or what it was called by whoever uses it. */
export const roleLabel = ({ account, roleName, displayName }: RememberedRole): string =>
  displayName || `${roleName} @ ${account}`;

/** Puts a role first, and forgets what is too old. */
export function withRole(roles: readonly RememberedRole[], role: RememberedRole): RememberedRole[] {
  return [role, ...roles.filter((other) => !isSame(other, role))].slice(0, ROLES_MAX);
}

export const withoutRole = (roles: readonly RememberedRole[], role: RememberedRole): RememberedRole[] =>
  roles.filter((other) => !isSame(other, role));

/** What the address of the switch-role page asks for, as AWS's links do: `?account=…&roleName=…&displayName=…`. */
export function askedRole(query: URLSearchParams): RememberedRole {
  const text = (name: string) => query.get(name)?.trim() ?? "";
  const colour = text("color");
  return {
    account: text("account"),
    roleName: text("roleName"),
    displayName: text("displayName"),
    colour: Object.hasOwn(COLOURS, colour) ? colour : colourOf(colour),
  };
}

const ROLES_MAX = 5;

const isSame = (one: RememberedRole, other: RememberedRole) =>
  one.account === other.account && one.roleName === other.roleName;

/** AWS's links name a colour by its digits. */
function colourOf(digits: string): string {
  const named = Object.entries(COLOURS).find(([, fill]) => fill === `#${digits.toUpperCase()}`);
  return named?.[0] ?? "";
}

function isRole(value: unknown): value is RememberedRole {
  const role = value as Partial<RememberedRole> | null;
  return [role?.account, role?.roleName, role?.displayName, role?.colour].every(
    (text) => typeof text === "string",
  );
}
