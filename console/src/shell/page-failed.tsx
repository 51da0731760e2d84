import Button from "@cloudscape-design/components/button";
import { useRouteError } from "react-router";
import { Page } from "./page";
import { Refused } from "./refused";

/** What stands in place of a page that broke; the frame around it goes on. */
export function PageFailed() {
  const error = useRouteError();
  return (
    <Page title="This page broke" actions={<Button onClick={() => window.location.reload()}>Reload</Button>}>
      <Refused error={broken(error)} doing="show this page" />
    </Page>
  );
}

/** A chunk that is gone means that the server was renewed since the console was loaded. */
function broken(error: unknown): unknown {
  const isOld = error instanceof Error && /dynamically imported module|module script/i.test(error.message);
  return isOld
    ? new Error("Cairn was renewed since you opened the console, or is gone. Reload the page.")
    : error;
}
