import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Trail } from "../../api/trails";
import { failed } from "../../shell/failed";
import { useNotify } from "../../shell/notifications";
import { Refused } from "../../shell/refused";
import { deleteTrail, startLogging, stopLogging } from "../calls/cloudtrail";
import { useForgetTrails } from "../queries";
import { ConfirmByName } from "./confirm-by-name";

export interface TrailActions {
  start: (trail: Trail) => void;
  /** Stops a trail once its name was typed. */
  stop: (trail: Trail) => void;
  /** Deletes a trail once its name was typed. */
  remove: (trail: Trail) => void;
  /** Whether a call is on its way. */
  busy: boolean;
  /** What asks; it must be on the page. */
  dialog: ReactNode;
}

type Kind = "start" | "stop" | "remove";

const CALLS = { start: startLogging, stop: stopLogging, remove: deleteTrail };
const DONE: Record<Kind, string> = { start: "logs now", stop: "no longer logs", remove: "was deleted" };
const DOING: Record<Kind, string> = {
  start: "start logging",
  stop: "stop logging",
  remove: "delete the trail",
};

/** Starts, stops and deletes trails where they are at home, and tells what came of it. */
export function useTrailActions(onDeleted?: () => void): TrailActions {
  const notify = useNotify();
  const forget = useForgetTrails();
  const [asked, setAsked] = useState<{ kind: "stop" | "remove"; trail: Trail }>();
  const call = useMutation({
    mutationFn: ({ kind, trail }: { kind: Kind; trail: Trail }) =>
      CALLS[kind](trail.HomeRegion, trail.TrailARN),
    onSuccess: async (_, { kind, trail }) => {
      setAsked(undefined);
      notify({ type: "success", content: `Trail ${trail.Name} ${DONE[kind]}.` });
      if (kind === "remove") onDeleted?.();
      await forget();
    },
    onError: (error, { kind }) => {
      if (kind === "start") notify(failed(error, DOING.start));
    },
  });
  const ask = (kind: "stop" | "remove") => (trail: Trail) => {
    call.reset();
    setAsked({ kind, trail });
  };
  const dialog = asked && (
    <ConfirmByName
      title={asked.kind === "stop" ? "Stop logging" : "Delete trail"}
      name={asked.trail.Name}
      action={asked.kind === "stop" ? "Stop logging" : "Delete"}
      busy={call.isPending}
      refused={call.isError && <Refused error={call.error} doing={DOING[asked.kind]} />}
      onConfirm={() => call.mutate(asked)}
      onDismiss={() => setAsked(undefined)}
    >
      {WARNINGS[asked.kind](asked.trail)}
    </ConfirmByName>
  );
  return {
    start: (trail) => call.mutate({ kind: "start", trail }),
    stop: ask("stop"),
    remove: ask("remove"),
    busy: call.isPending,
    dialog,
  };
}

const WARNINGS: Record<"stop" | "remove", (trail: Trail) => string> = {
  stop: ({ IsOrganizationTrail, S3BucketName }) =>
    `No events reach the bucket ${S3BucketName}${IsOrganizationTrail ? " from any account of the organization" : ""} until you start logging again. Log files that are there stay there, and the event history goes on.`,
  remove: ({ IsOrganizationTrail, S3BucketName }) =>
    `The trail and its settings are gone for good${IsOrganizationTrail ? ", in every account of the organization" : ""}. Log files stay in the bucket ${S3BucketName}.`,
};
