import type { ReactNode } from "react";
import { colorChartsPaletteCategorical1, colorChartsThresholdNegative } from "../shell/tokens";
import styles from "./rate-chart.module.css";
import { capitalised, span } from "./words";

/** What is usual: weak beside the bars, and still to be seen on a dark page. */
export const BAND = { fill: colorChartsPaletteCategorical1, opacity: 0.4 };

interface ChartLegendProps {
  /** `calls`, `errors`. */
  noun: string;
  /** The minutes of a column. */
  minutes: number;
  hasBand: boolean;
  hasUnwatched: boolean;
}

/** What the colours of the graph stand for. */
export function ChartLegend({ noun, minutes, hasBand, hasUnwatched }: ChartLegendProps) {
  const each = minutes === 1 ? "a minute" : `a minute, ${span(minutes)} a column`;
  return (
    <div className={styles.legend}>
      <Entry mark={<rect width="12" height="12" style={{ fill: colorChartsPaletteCategorical1 }} />}>
        {capitalised(noun)} {each}
      </Entry>
      <Entry mark={<rect width="12" height="12" style={{ fill: colorChartsThresholdNegative }} />}>
        Unusual
      </Entry>
      {hasBand && (
        <Entry mark={<rect width="12" height="12" style={BAND} />}>Usual about that time of day</Entry>
      )}
      <Entry mark={<line x2="12" y1="6" y2="6" className={styles.average} />}>Usual on average</Entry>
      {hasUnwatched && (
        <Entry mark={<rect width="12" height="12" fill="url(#unwatched)" />}>No server watched</Entry>
      )}
    </div>
  );
}

function Entry({ mark, children }: { mark: ReactNode; children: ReactNode }) {
  return (
    <span>
      <svg width="12" height="12" aria-hidden="true">
        {mark}
      </svg>
      <span>{children}</span>
    </span>
  );
}
