import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { MUTE_TAG, SENSITIVITY_TAG, tagsOf } from "../api/insights";
import type { Trail } from "../api/trails";
import { useTrails } from "../trails/queries";
import { patiently } from "./patiently";
import type { Sensitivity } from "./told";

/** A trail, and what its tags say of insights. */
export interface Tagged {
  trail: Trail;
  sensitivity: Sensitivity;
  mutes: { name: string; rule: string }[];
}

/** A trail whose tags could not be read, and why. */
export interface Untold {
  trail: Trail;
  error: unknown;
}

/** The trails of a Region with what their tags say of insights. */
export function useTagged() {
  const trails = useTrails();
  const list = trails.data ?? [];
  const tags = useQueries({
    queries: list.map((trail) => ({
      queryKey: ["trails", "tags", trail.TrailARN],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        patiently(() => tagsOf(trail.HomeRegion, trail.TrailARN, signal), signal),
    })),
  });
  const tagged: Tagged[] = list.flatMap((trail, at) => {
    const read = tags[at]?.data;
    return read ? [{ trail, ...said(read) }] : [];
  });
  const untold: Untold[] = list.flatMap((trail, at) => {
    const error = tags[at]?.error;
    return error ? [{ trail, error }] : [];
  });
  return { trails, tagged, untold, isPending: trails.isPending || tags.some((one) => one.isPending) };
}

/** Reads the tags of a trail anew. */
export function useTagsChanged() {
  const queries = useQueryClient();
  return useCallback(
    (arn: string) => queries.invalidateQueries({ queryKey: ["trails", "tags", arn] }),
    [queries],
  );
}

function said(tags: { Key: string; Value?: string }[]): Omit<Tagged, "trail"> {
  const level = tags.find(({ Key }) => Key === SENSITIVITY_TAG)?.Value;
  const mutes = tags.flatMap(({ Key, Value = "" }) =>
    Key.startsWith(MUTE_TAG) ? [{ name: Key.slice(MUTE_TAG.length), rule: Value }] : [],
  );
  return {
    sensitivity: level === "low" || level === "high" ? level : "medium",
    mutes: mutes.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}
