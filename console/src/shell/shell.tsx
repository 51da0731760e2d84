import AppLayout from "@cloudscape-design/components/app-layout";
import SideNavigation from "@cloudscape-design/components/side-navigation";
import Spinner from "@cloudscape-design/components/spinner";
import TopNavigation from "@cloudscape-design/components/top-navigation";
import { Suspense } from "react";
import { Outlet, useHref, useLocation, useNavigate } from "react-router";
import { SessionGate } from "../session/session-gate";

/** What is around every page: the name, who is signed in, where, and the way to other pages. */
export function Shell() {
  return (
    <SessionGate>
      <Frame />
    </SessionGate>
  );
}

function Frame() {
  const home = useHref("/");
  return (
    <>
      <div id="top">
        <TopNavigation identity={{ href: home, title: "Cairn" }} utilities={[]} />
      </div>
      <AppLayout
        headerSelector="#top"
        navigation={<Navigation />}
        toolsHide
        content={
          <Suspense fallback={<Spinner />}>
            <Outlet />
          </Suspense>
        }
      />
    </>
  );
}

const PAGES = [
  ["/", "Dashboard"],
  ["/events", "Event history"],
  ["/trails", "Trails"],
  ["/delivery", "Delivery health"],
  ["/insights", "Insights"],
  ["/integrity", "Integrity"],
] as const;

function Navigation() {
  const location = useLocation();
  const navigate = useNavigate();
  return (
    <SideNavigation
      activeHref={location.pathname}
      onFollow={(event) => {
        event.preventDefault();
        navigate(event.detail.href);
      }}
      items={PAGES.map(([href, text]) => ({ type: "link", href, text }))}
    />
  );
}
