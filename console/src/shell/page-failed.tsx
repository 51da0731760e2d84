import Button from "@cloudscape-design/components/button";
import { useEffect } from "react";
import { useRouteError } from "react-router";
import { isMissingPart, useBroken } from "./missing-part";
import { Page } from "./page";
import { PageLoading } from "./page-loading";
import { Refused } from "./refused";
import { RefusedAlone } from "./refused-alone";

/** What stands in place of a page that broke; the frame around it goes on. */
export function PageFailed() {
  const error = useRouteError();
  const { told, again } = useBroken(error);
  if (told === undefined) return <PageLoading />;
  if (isMissingPart(error)) {
    return (
      <Page title="This page could not be loaded">
        <Refused error={told} doing="load this page" onRetry={again} />
      </Page>
    );
  }
  return (
    <Page title="This page broke" actions={<Button onClick={() => window.location.reload()}>Reload</Button>}>
      <Refused error={told} doing="show this page" />
    </Page>
  );
}

/** What stands in place of everything where even the frame broke. */
export function ConsoleFailed() {
  const error = useRouteError();
  const { told, again } = useBroken(error);
  useEffect(() => {
    document.title = "Cairn";
  }, []);
  if (told === undefined) return <PageLoading />;
  const retry = isMissingPart(error) ? again : () => window.location.reload();
  return <RefusedAlone error={told} doing="show the console" onRetry={retry} />;
}
