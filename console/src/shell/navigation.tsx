import SideNavigation, { type SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import { useLocation } from "react-router";
import { href } from "./href";
import { PAGE_GROUPS } from "./pages";

const ITEMS: SideNavigationProps.Item[] = PAGE_GROUPS.flatMap((pages, at) => [
  ...(at > 0 ? [{ type: "divider" as const }] : []),
  ...pages.map(({ path, name }) => ({ type: "link" as const, href: href(path), text: name })),
]);

/** The way to the other pages. */
export function Navigation({ onFollow }: { onFollow: () => void }) {
  const { pathname } = useLocation();
  return <SideNavigation onFollow={onFollow} activeHref={href(sectionOf(pathname))} items={ITEMS} />;
}

/** `/trails/create` is below Trails. */
export const sectionOf = (pathname: string): string => `/${pathname.split("/")[1] ?? ""}`;
