import BarChart from "@cloudscape-design/components/bar-chart";
import Box from "@cloudscape-design/components/box";
import { useTime } from "../../shell/time";
import { sizeOf } from "../trail-facts";
import type { Series } from "./health";

interface HoursChartProps {
  series: Series[];
  /** What is counted: `Events`. */
  figure: string;
  height?: number;
}

/** One figure, hour by hour, each trail a part of the bar. */
export default function HoursChart({ series, figure, height = 200 }: HoursChartProps) {
  const time = useTime();
  const hours = series[0]?.hours.map(({ at }) => at) ?? [];
  const most = Math.max(
    0,
    ...hours.map((_, at) => series.reduce((sum, { hours }) => sum + (hours[at]?.value ?? 0), 0)),
  );
  if (most === 0) {
    return (
      <Box color="text-body-secondary">{`No ${figure.toLowerCase()} were delivered in the last 24 hours.`}</Box>
    );
  }
  const words = (value: number) =>
    figure === "Bytes" ? sizeOf(value) : new Intl.NumberFormat("en-US").format(value);
  // There is no half of an event, nor of a byte.
  const tick = (value: number) => (Number.isInteger(value) ? words(value) : "");
  return (
    <BarChart
      series={series.map(({ title, hours }) => ({
        type: "bar" as const,
        title,
        data: hours.map(({ at, value }) => ({ x: at, y: value })),
        valueFormatter: words,
      }))}
      stackedBars
      xScaleType="categorical"
      xDomain={hours}
      yDomain={[0, most]}
      xTickFormatter={(at) => time.clock(at)}
      yTickFormatter={tick}
      xTitle={`Hour (${time.zoneName(new Date())})`}
      yTitle={figure}
      height={height}
      hideFilter
      hideLegend={series.length < 2}
      ariaLabel={`${figure} by hour`}
      ariaDescription={`${figure} that each trail delivered in each of the last 24 hours.`}
      detailPopoverSize="small"
      emphasizeBaselineAxis={false}
      i18nStrings={{ xTickFormatter: (at) => time.clock(at) }}
    />
  );
}
