import { type Column, niceTop } from "./columns";

/** Where things of the graph stand, in pixels. */
export interface Scale {
  width: number;
  /** The width of a column. */
  step: number;
  left: number;
  top: number;
  /** The height of what is drawn. */
  height: number;
  /** What the axis ends with, calls a minute. */
  most: number;
  x: (column: number) => number;
  y: (calls: number) => number;
}

/** The room for what stands beside the axis. */
export const LEFT = 44;
const TOP = 12;
const HEIGHT = 220;

/** The room for words below the graph. */
export const BELOW = 22;

export function scaleOf(columns: Column[], width: number): Scale {
  const most = niceTop(
    Math.max(0, ...columns.map(({ calls, usual }) => Math.max(calls ?? 0, usual?.[1] ?? 0))),
  );
  const step = Math.max(0, width - LEFT) / Math.max(1, columns.length);
  return {
    width,
    step,
    left: LEFT,
    top: TOP,
    height: HEIGHT,
    most,
    x: (column) => LEFT + column * step,
    y: (calls) => TOP + HEIGHT * (1 - Math.min(calls, most) / most),
  };
}

/** The outline of what is usual, a closed line for each run of columns of which it is known. */
export function bandOf(columns: Column[], scale: Scale): string {
  const parts: string[] = [];
  let run: number[] = [];
  const close = () => {
    const edge = (at: number, bound: 0 | 1) => {
      const y = scale.y(columns[at]?.usual?.[bound] ?? 0);
      return [`${scale.x(at)},${y}`, `${scale.x(at + 1)},${y}`];
    };
    const above = run.flatMap((at) => edge(at, 1));
    const below = run.toReversed().flatMap((at) => edge(at, 0).toReversed());
    if (run.length > 0) parts.push(`M${[...above, ...below].join("L")}Z`);
    run = [];
  };
  columns.forEach((column, at) => {
    if (column.usual) run.push(at);
    else close();
  });
  close();
  return parts.join("");
}

/** Runs of columns: first and the one after the last. */
export function runs(columns: Column[], holds: (column: Column) => boolean): [number, number][] {
  const found: [number, number][] = [];
  columns.forEach((column, at) => {
    if (!holds(column)) return;
    const last = found.at(-1);
    if (last && last[1] === at) last[1] = at + 1;
    else found.push([at, at + 1]);
  });
  return found;
}
