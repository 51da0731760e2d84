import Badge from "@cloudscape-design/components/badge";
import { Breakable } from "../shell/breakable";
import type { Way } from "./told";

/** A surge or a silence, and of what. */
export function WhatHappened({ way, errorCode }: { way: Way; errorCode: string | null | undefined }) {
  return (
    <>
      <Badge color={way === "surge" ? "severity-high" : "blue"}>
        {way === "surge" ? "Surge" : "Silence"}
      </Badge>{" "}
      <Breakable>{`of ${errorCode || "calls"}`}</Breakable>
    </>
  );
}
