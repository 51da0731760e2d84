import { fillOf } from "./roles";

/** A square of a role's colour. */
export function ColourSwatch({ colour }: { colour: string }) {
  const fill = fillOf(colour);
  return (
    <svg viewBox="0 0 16 16" focusable="false" aria-hidden="true">
      <rect
        x="2"
        y="2"
        width="12"
        height="12"
        rx="2"
        fill={fill ?? "none"}
        stroke={fill ? "none" : "currentColor"}
        style={fill ? { fill, stroke: "none" } : undefined}
      />
    </svg>
  );
}
