import { type KeyboardEvent, type PointerEvent, useMemo, useState } from "react";
import type { Column } from "./columns";
import styles from "./rate-chart.module.css";
import { ChartLegend } from "./rate-chart-legend";
import { LEFT, type Scale, scaleOf } from "./rate-chart-scale";
import { RateDrawing } from "./rate-drawing";
import { type Clock, minuteBeside } from "./sentences";
import { useWidth } from "./use-width";
import { capitalised, pace, rate } from "./words";

export interface RateChartProps {
  /** Makes at most so many columns. */
  columnsFor: (most: number) => { columns: Column[]; minutes: number };
  /** What was usual on average, calls a minute. */
  average: number;
  clock: Clock;
  /** `calls`, `errors`. */
  noun: string;
  /** Whether it is known what is usual at each time of day. */
  hasBand: boolean;
}

/** The narrowest column, pixels. */
const NARROWEST = 4;

/** Calls a minute around something unusual: bars, behind them what is usual at each time of day. */
export function RateChart({ columnsFor, average, clock, noun, hasBand }: RateChartProps) {
  const [box, width] = useWidth();
  // Made once for a width: whoever moves over the graph should not wait for it.
  const { columns, minutes } = useMemo(
    () => columnsFor(Math.max(20, Math.floor((width - LEFT) / NARROWEST))),
    [columnsFor, width],
  );
  const scale = useMemo(() => scaleOf(columns, width), [columns, width]);
  const [at, setAt] = useState<number>();
  const last = columns.length - 1;
  const current = at === undefined ? undefined : Math.min(at, last);
  const first = Math.max(
    0,
    columns.findIndex(({ isUnusual }) => isUnusual),
  );
  const column = current === undefined ? undefined : columns[current];
  const onKeyDown = (event: KeyboardEvent) => {
    const to = moved(event.key, current ?? first, last, Math.max(1, Math.round(columns.length / 10)));
    if (to === undefined) return;
    event.preventDefault();
    setAt(to < 0 ? undefined : to);
  };
  const onPointerMove = (event: PointerEvent) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left - scale.left;
    setAt(x < 0 ? undefined : Math.min(last, Math.floor(x / scale.step)));
  };
  const told = (of: Column) => [nameOf(of, minutes, clock), ...factsOf(of, noun)];
  return (
    <div>
      <div
        ref={box}
        className={styles.chart}
        role="slider"
        tabIndex={0}
        aria-label={`Graph of ${noun} a minute. Arrow keys go from one column to the next`}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={current ?? first}
        aria-valuetext={told(column ?? columns[first] ?? NOTHING).join(", ")}
        onKeyDown={onKeyDown}
        onFocus={() => setAt((before) => before ?? first)}
        onBlur={() => setAt(undefined)}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setAt(undefined)}
      >
        {width > 0 && (
          <RateDrawing
            columns={columns}
            minutes={minutes}
            scale={scale}
            average={average}
            clock={clock}
            current={current}
          />
        )}
        {column && current !== undefined && (
          <div className={styles.told} style={beside(scale, current)} aria-hidden="true">
            {told(column).map((line, row) => (
              <div key={line}>{row === 0 ? <strong>{line}</strong> : line}</div>
            ))}
          </div>
        )}
      </div>
      <ChartLegend
        noun={noun}
        minutes={minutes}
        hasBand={hasBand}
        hasUnwatched={columns.some((one) => one.calls === undefined)}
      />
    </div>
  );
}

const NOTHING: Column = { second: 0, calls: undefined, usual: undefined, isUnusual: false };

/** Where a key leads to; -1 away from the columns. */
function moved(key: string, from: number, last: number, page: number): number | undefined {
  const to = {
    ArrowLeft: from - 1,
    ArrowRight: from + 1,
    PageUp: from - page,
    PageDown: from + page,
    Home: 0,
    End: last,
  }[key];
  if (key === "Escape") return -1;
  return to === undefined ? undefined : Math.max(0, Math.min(last, to));
}

function nameOf({ second }: Column, minutes: number, clock: Clock): string {
  const name = `${clock.minute(second)} ${clock.zone(second)}`;
  return minutes === 1
    ? name
    : `${clock.minute(second)} to ${minuteBeside(clock, second + minutes * 60, second)} ${clock.zone(second)}`;
}

function factsOf({ calls, usual, isUnusual }: Column, noun: string): string[] {
  if (calls === undefined) return ["No server watched"];
  const often =
    calls > 0 && calls < 1 ? `${capitalised(noun)}: ${pace(calls)}` : `${rate(calls)} ${noun} a minute`;
  const facts = [`${often}${isUnusual ? ", unusual" : ""}`];
  if (usual) facts.push(`Usual about this time of day: ${[...new Set(usual.map(pace))].join(" to ")}`);
  return facts;
}

/** Beside a column, on the side that has more room. */
function beside(scale: Scale, at: number) {
  const middle = scale.x(at + 0.5);
  return middle > scale.width / 2 ? { right: scale.width - middle + 12 } : { left: middle + 12 };
}
