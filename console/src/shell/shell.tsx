import AppLayoutToolbar from "@cloudscape-design/components/app-layout-toolbar";
import Box from "@cloudscape-design/components/box";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Spinner from "@cloudscape-design/components/spinner";
import { Suspense, useState } from "react";
import { Outlet, useNavigation } from "react-router";
import { SessionGate } from "../session/session-gate";
import { FrameParts, useFrame } from "./frame-parts";
import { href } from "./href";
import { InnerLinks } from "./inner-links";
import { Navigation } from "./navigation";
import { NotificationBar, Notifications } from "./notifications";
import { useTheme } from "./theme";
import { TopBar } from "./top-bar";

/** What is around every page: the name, who is signed in, where, and the way to other pages. */
export function Shell() {
  useTheme();
  return (
    <SessionGate>
      <Notifications>
        <FrameParts>
          <InnerLinks>
            <Frame />
          </InnerLinks>
        </FrameParts>
      </Notifications>
    </SessionGate>
  );
}

function Frame() {
  const { help, helpOpen, openHelp } = useFrame();
  const [navigationOpen, setNavigationOpen] = useState(() => window.innerWidth > 1100);
  const leaving = useNavigation().state === "loading";
  return (
    <>
      <div id="top">
        <TopBar />
      </div>
      <AppLayoutToolbar
        headerSelector="#top"
        breadcrumbs={<Breadcrumbs />}
        navigation={<Navigation />}
        navigationOpen={navigationOpen}
        onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
        notifications={<NotificationBar />}
        stickyNotifications
        tools={help}
        toolsHide={!help}
        toolsOpen={helpOpen}
        onToolsChange={({ detail }) => openHelp(detail.open)}
        content={
          <div id="page" tabIndex={-1} aria-busy={leaving}>
            <Suspense fallback={<Loading />}>
              <Outlet />
            </Suspense>
          </div>
        }
      />
    </>
  );
}

function Breadcrumbs() {
  const { crumbs } = useFrame();
  const items = [["Cairn", "/"] as const, ...crumbs].map(([text, path]) => ({ text, href: href(path) }));
  return <BreadcrumbGroup items={items} />;
}

function Loading() {
  return (
    <Box textAlign="center" padding="xxl">
      <Spinner size="large" />
    </Box>
  );
}
