import Tabs from "@cloudscape-design/components/tabs";
import { lazy, Suspense } from "react";
import { useSearchParams } from "react-router";
import { useRegion } from "../session/region";
import { Page } from "../shell/page";
import { HELP } from "./help";
import { InsightsTab } from "./list/insights-tab";

const RulesTab = lazy(() => import("./rules/rules-tab"));
const LookBackTab = lazy(() => import("./lookback/look-back-tab"));

const TABS = ["insights", "rules", "look-back"] as const;

/** What was unusual, who is told of it, and what would have been. */
export function Component() {
  const [region] = useRegion();
  const [search, setSearch] = useSearchParams();
  // Where the address has a tab that is none, the first is shown.
  const tab = TABS.find((one) => one === search.get("tab")) ?? "insights";
  return (
    <Page
      title="Insights"
      description="Actions that are called far more often than usual, hardly any more, or fail unusually."
      help={HELP}
    >
      <Tabs
        activeTabId={tab}
        onChange={({ detail }) =>
          setSearch((before) => {
            const query = new URLSearchParams(before);
            query.set("tab", detail.activeTabId);
            return query;
          })
        }
        tabs={[
          { id: "insights", label: "Insights", content: tab === "insights" && <InsightsTab /> },
          {
            id: "rules",
            label: "Who is told",
            content: tab === "rules" && (
              <Suspense>
                <RulesTab key={region} />
              </Suspense>
            ),
          },
          {
            id: "look-back",
            label: "Look back",
            content: tab === "look-back" && (
              <Suspense>
                <LookBackTab key={region} />
              </Suspense>
            ),
          },
        ]}
      />
    </Page>
  );
}
