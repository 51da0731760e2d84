import SideNavigation from "@cloudscape-design/components/side-navigation";
import { useLocation } from "react-router";
import { href } from "./href";

const PAGES = [
  ["/", "Dashboard"],
  ["/events", "Event history"],
  ["/timeline", "Timeline"],
  ["/insights", "Insights"],
] as const;

const CARE = [
  ["/trails", "Trails"],
  ["/delivery", "Delivery health"],
  ["/integrity", "Integrity"],
] as const;

const links = (pages: readonly (readonly [string, string])[]) =>
  pages.map(([path, text]) => ({ type: "link" as const, href: href(path), text }));

/** The way to the other pages. */
export function Navigation({ onFollow }: { onFollow: () => void }) {
  const { pathname } = useLocation();
  return (
    <SideNavigation
      onFollow={onFollow}
      activeHref={href(sectionOf(pathname))}
      items={[
        ...links(PAGES),
        { type: "divider" },
        ...links(CARE),
        { type: "divider" },
        { type: "link", href: href("/account"), text: "Account" },
      ]}
    />
  );
}

/** `/trails/create` is below Trails. */
export const sectionOf = (pathname: string): string => `/${pathname.split("/")[1] ?? ""}`;
