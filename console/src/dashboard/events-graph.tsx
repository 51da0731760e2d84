import Link from "@cloudscape-design/components/link";
import MixedLineBarChart, {
  type MixedLineBarChartProps,
} from "@cloudscape-design/components/mixed-line-bar-chart";
import type { Filter, Summary } from "../api/history";
import { eventsPath } from "../history/search-query";
import { count, service } from "../insights/words";
import { href } from "../shell/href";
import { type TimeWords, useTime } from "../shell/time";
import { colorChartsStatusNeutral, colorChartsThresholdNegative } from "../shell/tokens";
import { FAILED } from "./failures";
import { type Layer, layersOf } from "./layers";

interface EventsGraphProps {
  summary: Summary;
  /** Of all that is counted. */
  filters: Filter[];
}

type Series = MixedLineBarChartProps.ChartSeries<Date>;

/** Events over time by source, and how many of them failed. */
export default function EventsGraph({ summary: { Buckets, BucketSeconds }, filters }: EventsGraphProps) {
  const time = useTime();
  const dates = Buckets.map(({ StartTime }) => new Date(StartTime));
  const points = (counts: number[]) => dates.map((x, at) => ({ x, y: counts[at] ?? 0 }));
  const layers = layersOf(Buckets);
  const errors = Buckets.map(({ Errors }) => Errors);
  const series: Series[] = [
    ...layers.map(
      (layer): Series => ({
        type: "bar",
        title: nameOf(layer),
        data: points(layer.counts),
        // What has no name of its own stands back.
        ...(layer.source ? {} : { color: colorChartsStatusNeutral }),
      }),
    ),
    { type: "line", title: ERRORS, data: points(errors), color: colorChartsThresholdNegative },
  ];
  const hrefOf = (date: Date, more: Filter[] = []) =>
    href(
      eventsPath({
        filters: [...filters, ...more],
        range: {
          type: "absolute",
          from: date.toISOString(),
          to: new Date(date.getTime() + BucketSeconds * 1000 - 1000).toISOString(),
        },
      }),
    );
  const isOfDays = BucketSeconds >= 3 * 3600;
  const told = (date: Date) => (isOfDays ? `${dayOf(time, date)}\n${time.clock(date)}` : time.clock(date));
  return (
    <MixedLineBarChart
      series={series}
      stackedBars
      xScaleType="categorical"
      xDomain={dates}
      yDomain={[0, Math.max(1, ...Buckets.map(({ Count, Errors }) => Math.max(Count, Errors))) * 1.05]}
      height={260}
      hideFilter
      xTitle={`Time (${time.zoneName(dates[0] ?? 0)})`}
      yTitle="Events"
      ariaLabel="Events over time by source, and errors"
      ariaDescription={`Each bar is ${lengthOf(BucketSeconds)}.`}
      i18nStrings={{
        xTickFormatter: told,
        yTickFormatter: (value) => (Number.isInteger(value) ? count(value) : ""),
      }}
      detailPopoverSeriesContent={({ series: of, x, y }) => {
        const layer = layers.find((layer) => nameOf(layer) === of.title);
        const more = of.title === ERRORS ? [FAILED] : layer?.source ? [isOf(layer.source)] : undefined;
        return {
          key: of.title,
          value: more && y > 0 ? <Link href={hrefOf(x, more)}>{count(y)}</Link> : count(y),
        };
      }}
      detailPopoverFooter={(date) => <Link href={hrefOf(date)}>See these events</Link>}
    />
  );
}

/** `Nov 26`: which year it is, goes without saying. */
const dayOf = (time: TimeWords, date: Date) => time.day(date).replace(/, \d{4}$/, "");

const ERRORS = "Errors";
const isOf = (source: string): Filter => ({ Field: "EventSource", Operator: "Equals", Values: [source] });
const nameOf = ({ source }: Layer) => (source ? service(source) : "Others");

const lengthOf = (seconds: number) =>
  seconds >= 3600 ? `${seconds / 3600} hours` : `${Math.round(seconds / 60)} minutes`;
