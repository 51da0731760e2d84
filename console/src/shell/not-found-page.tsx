import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import { useLocation } from "react-router";
import { href } from "./href";
import { Page } from "./page";

/** What stands at an address that leads nowhere. */
export function Component() {
  const { pathname } = useLocation();
  return (
    <Page title="Page not found">
      <Box variant="p">
        There is nothing at <Box variant="code">{pathname}</Box>. Perhaps you want the{" "}
        <Link href={href("/events")}>event history</Link>, the <Link href={href("/trails")}>trails</Link>, or
        the <Link href={href("/")}>dashboard</Link>.
      </Box>
    </Page>
  );
}
