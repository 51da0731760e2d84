import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense } from "react";
import { useSearchParams } from "react-router";
import type { TrailHealth } from "../../api/trails";
import { seriesOf } from "./health";

const HoursChart = lazy(() => import("./hours-chart"));

const FIGURES = ["Events", "Files", "Bytes", "Digests"] as const;

/** What was delivered in each hour of the last day. */
export function Hours({ trails }: { trails: TrailHealth[] }) {
  const [search, setSearch] = useSearchParams();
  const figure = FIGURES.find((known) => known === search.get("figure")) ?? "Events";
  const choose = (id: string) =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      after.set("figure", id);
      return after;
    });
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SegmentedControl
              label="What to show"
              selectedId={figure}
              options={FIGURES.map((id) => ({ id, text: id }))}
              onChange={({ detail }) => choose(detail.selectedId)}
            />
          }
        >
          The last 24 hours
        </Header>
      }
    >
      <Suspense fallback={<Spinner />}>
        <HoursChart series={seriesOf(trails, figure)} figure={figure} />
      </Suspense>
    </Container>
  );
}
