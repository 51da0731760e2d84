import AppLayoutToolbar from "@cloudscape-design/components/app-layout-toolbar";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import { Suspense, useState } from "react";
import { Outlet, ScrollRestoration } from "react-router";
import { SessionEnd } from "../session/session-end";
import { SessionGate } from "../session/session-gate";
import { FrameParts, useFrame } from "./frame-parts";
import { href } from "./href";
import { InnerLinks } from "./inner-links";
import { Navigation } from "./navigation";
import { NotificationBar, Notifications } from "./notifications";
import { PageLoading } from "./page-loading";
import { PagePlace, SkipLink } from "./page-place";
import { ShortcutKeys } from "./shortcut-keys";
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
          <SessionEnd />
          <ShortcutKeys />
        </FrameParts>
      </Notifications>
    </SessionGate>
  );
}

function Frame() {
  const { help, helpOpen, openHelp } = useFrame();
  const [navigationOpen, setNavigationOpen] = useState(() => window.innerWidth > NARROW_PX);
  return (
    <>
      <SkipLink />
      <div id="top">
        <TopBar />
      </div>
      <AppLayoutToolbar
        headerSelector="#top"
        breadcrumbs={<Breadcrumbs />}
        navigation={<Navigation onFollow={() => setNavigationOpen(window.innerWidth > NARROW_PX)} />}
        navigationOpen={navigationOpen}
        onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
        notifications={<NotificationBar />}
        stickyNotifications
        tools={help}
        toolsHide={!help}
        toolsOpen={helpOpen}
        onToolsChange={({ detail }) => openHelp(detail.open)}
        content={
          <PagePlace>
            <Suspense fallback={<PageLoading />}>
              <Outlet />
            </Suspense>
          </PagePlace>
        }
      />
      <ScrollRestoration getKey={({ pathname, key }) => (pathname === "/" ? pathname : key)} />
    </>
  );
}

/** Below it the navigation lies above the page, and would hide it. */
const NARROW_PX = 900;

function Breadcrumbs() {
  const { crumbs } = useFrame();
  const items = [["Cairn", "/"] as const, ...crumbs].map(([text, path]) => ({ text, href: href(path) }));
  return <BreadcrumbGroup items={items} ariaLabel="Breadcrumbs" />;
}
