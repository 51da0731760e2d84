import type { ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import type { TopNavigationProps } from "@cloudscape-design/components/top-navigation";
import { useNavigate } from "react-router";
import type { Session } from "../api/session";
import { ColourSwatch } from "../session/colour-swatch";
import { atTop, roleNameOf, switcherLabel } from "../session/principal";
import { type RememberedRole, ROLES, roleLabel } from "../session/roles";
import { useSession } from "../session/session-gate";
import { useSwitch } from "../session/use-switch";
import { failed } from "./failed";
import { href, pathWithin } from "./href";
import { useNotify } from "./notifications";
import { usePreference } from "./preference";

/** The menu of whoever is signed in: who, which account, other roles, and the way out. */
export function useAccountMenu(): TopNavigationProps.Utility {
  const session = useSession();
  const [roles] = usePreference(ROLES);
  const act = useAct(session, roles);
  const follow = useMenuFollow();
  const { text, colour } = atTop(session, roles);
  return {
    type: "menu-dropdown",
    ...iconOf(colour),
    text,
    ariaLabel: `Signed in as ${text}`,
    description: identityOf(session),
    title: text,
    items: itemsOf(session, roles),
    onItemClick: ({ detail }) => act(detail.id),
    onItemFollow: follow,
  };
}

/** Who one is, whatever a role is called by whoever uses it. */
function identityOf(session: Session): string {
  const { Principal, SwitchedFrom } = session;
  if (Principal.Type === "Root") return "Root user";
  const role = roleNameOf(session);
  if (!role) return `IAM user ${Principal.Name}`;
  return SwitchedFrom ? `Role ${role}, switched to by ${switcherLabel(session)}` : `Role ${role}`;
}

/** A square of the colour that somebody gave to a role; an empty one would look like a box to tick. */
const iconOf = (colour: string) =>
  colour ? { iconSvg: <ColourSwatch colour={colour} /> } : { iconName: "user-profile" as const };

/** A menu follows its links itself: it is told to leave those within the console to the router. */
function useMenuFollow() {
  const navigate = useNavigate();
  return (event: CustomEvent<ButtonDropdownProps.ItemClickDetails>) => {
    const { href: address, external } = event.detail;
    const path = address && !external ? pathWithin(address) : undefined;
    if (path === undefined) return;
    event.preventDefault();
    navigate(path);
  };
}

function itemsOf(session: Session, roles: readonly RememberedRole[]): ButtonDropdownProps.Items {
  const { Account, Mfa, Principal } = session;
  const switcher = switcherLabel(session);
  const others = roles.map((role, index) => ({
    id: `role:${index}`,
    text: roleLabel(role),
    secondaryText: `${role.roleName} in ${role.account}`,
    ...iconOf(role.colour),
  }));
  const recent = others.length ? [{ text: "Recent roles", items: others }] : [];
  return [
    {
      text: Account.Alias ?? Account.Name ?? "Account",
      items: [
        { id: "copy", text: Account.Id, secondaryText: "Copy the account ID", iconName: "copy" },
        {
          id: "account",
          text: "My account",
          secondaryText: `MFA: ${Mfa ? "used" : "not used"}`,
          href: href("/account"),
        },
        ...(Principal.Type === "Root"
          ? []
          : [{ id: "switch", text: "Switch role", href: href("/switch-role") }]),
        ...(switcher ? [{ id: "back", text: `Back to ${switcher}` }] : []),
      ],
    },
    ...(Principal.Type === "Root" ? [] : recent),
    { text: "Session", items: [{ id: "out", text: "Sign out" }] },
  ];
}

function useAct(session: Session, roles: readonly RememberedRole[]) {
  const { toRole, back, out } = useSwitch();
  const notify = useNotify();
  const attempt = async (doing: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      notify(failed(error, doing));
    }
  };
  return (id: string) => {
    const role = id.startsWith("role:") ? roles[Number(id.slice("role:".length))] : undefined;
    if (role) return attempt(`switch to ${roleLabel(role)}`, () => toRole(role));
    if (id === "back") return attempt("switch back", back);
    if (id === "out") return attempt("sign out", out);
    if (id === "copy") {
      return attempt("copy the account ID", async () => {
        await navigator.clipboard.writeText(session.Account.Id);
        notify({ type: "success", id: "copied", content: `Copied account ID ${session.Account.Id}.` });
      });
    }
    return undefined;
  };
}
