import { relative, useTime } from "../../shell/time";

/** How long ago something was; the moment itself is told to the pointer. */
export function Ago({ at }: { at: string | number | undefined }) {
  const time = useTime();
  if (at === undefined) return "–";
  return <span title={time.full(at)}>{relative(at, new Date())}</span>;
}
