import { useMemo } from "react";
import {
  colorChartsPaletteCategorical1,
  colorChartsRed500,
  colorChartsThresholdNegative,
} from "../shell/tokens";
import type { Column } from "./columns";
import styles from "./rate-chart.module.css";
import { BAND } from "./rate-chart-legend";
import { BELOW, bandOf, runs, type Scale } from "./rate-chart-scale";
import { ticksOf } from "./rate-chart-ticks";
import type { Clock } from "./sentences";
import { rate } from "./words";

interface DrawingProps {
  columns: Column[];
  /** The minutes of a column. */
  minutes: number;
  scale: Scale;
  average: number;
  clock: Clock;
  current: number | undefined;
}

/** The graph as the eye sees it. */
export function RateDrawing({ columns, minutes, scale, average, clock, current }: DrawingProps) {
  const { x, y, step, top, height, left, most, width } = scale;
  const rectangle = ([from, to]: [number, number]) => ({
    x: x(from),
    width: x(to) - x(from),
    y: top,
    height,
  });
  const gap = step > 6 ? 1 : 0;
  const from = columns[0]?.second ?? 0;
  const length = minutes * 60;
  const to = from + columns.length * length;
  const ticks = useMemo(() => ticksOf(from, to, width - left, clock), [from, to, width, left, clock]);
  return (
    <svg width={width} height={top + height + BELOW} aria-hidden="true">
      <defs>
        <pattern
          id="unwatched"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <line x1="0" y1="0" x2="0" y2="6" className={styles.grid} strokeWidth="2" />
        </pattern>
      </defs>
      {runs(columns, (column) => column.isUnusual).map((run) => (
        <rect key={run[0]} {...rectangle(run)} style={{ fill: colorChartsRed500, opacity: 0.1 }} />
      ))}
      {runs(columns, (column) => column.calls === undefined).map((run) => (
        <rect key={run[0]} {...rectangle(run)} fill="url(#unwatched)" />
      ))}
      {[0, 0.25, 0.5, 0.75, 1].map((part) => (
        <g key={part}>
          <line x1={left} x2={width} y1={y(most * part)} y2={y(most * part)} className={styles.grid} />
          {part % 0.5 === 0 && (
            <text
              x={left - 8}
              y={y(most * part)}
              className={styles.axis}
              textAnchor="end"
              dominantBaseline="middle"
            >
              {rate(most * part)}
            </text>
          )}
        </g>
      ))}
      <path d={bandOf(columns, scale)} style={BAND} />
      {columns.map(({ second, calls, isUnusual }, at) =>
        calls ? (
          <rect
            key={second}
            x={x(at)}
            width={Math.max(1, step - gap)}
            y={y(calls)}
            height={y(0) - y(calls)}
            style={{ fill: isUnusual ? colorChartsThresholdNegative : colorChartsPaletteCategorical1 }}
          />
        ) : null,
      )}
      {runs(columns, (column) => column.isUnusual).map((run) => (
        // Of a silence there are no bars to be red.
        <rect
          key={run[0]}
          {...rectangle(run)}
          y={top + height}
          height="3"
          style={{ fill: colorChartsThresholdNegative }}
        />
      ))}
      <line x1={left} x2={width} y1={y(average)} y2={y(average)} className={styles.average} />
      {current !== undefined && <rect {...rectangle([current, current + 1])} className={styles.pointer} />}
      {ticks.map(({ second, text }) => (
        <g key={second}>
          <line
            x1={x((second - from) / length)}
            x2={x((second - from) / length)}
            y1={top + height}
            y2={top + height + 4}
            className={styles.grid}
          />
          <text
            x={x((second - from) / length)}
            y={top + height + 18}
            className={styles.axis}
            textAnchor="middle"
          >
            {text}
          </text>
        </g>
      ))}
    </svg>
  );
}
