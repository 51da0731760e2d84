import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Select from "@cloudscape-design/components/select";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useMutation } from "@tanstack/react-query";
import { addTag, removeTag, SENSITIVITY_TAG } from "../../api/insights";
import { failed } from "../../shell/failed";
import { href } from "../../shell/href";
import { useNotify } from "../../shell/notifications";
import { trailPath } from "../../trails/trail-facts";
import type { Sensitivity } from "../told";
import { type Tagged, useTagsChanged } from "../use-tags";

const LEVELS: { value: Sensitivity; label: string; description: string }[] = [
  { value: "low", label: "Low", description: "Only what can't be chance: twice the peaks before" },
  { value: "medium", label: "Medium", description: "As CloudTrail's own examples: half as many again" },
  { value: "high", label: "High", description: "Also what may be chance once in a while: a quarter more" },
];

/** The trails, and how much has to happen before each is told. */
export function SensitivityTable({ tagged, loading }: { tagged: Tagged[]; loading: boolean }) {
  const notify = useNotify();
  const changed = useTagsChanged();
  const change = useMutation({
    mutationFn: async ({ of: { trail }, level }: { of: Tagged; level: Sensitivity }) => {
      // What is so without a tag needs none.
      if (level === "medium") await removeTag(trail.HomeRegion, trail.TrailARN, SENSITIVITY_TAG);
      else await addTag(trail.HomeRegion, trail.TrailARN, { Key: SENSITIVITY_TAG, Value: level });
      await changed(trail.TrailARN);
    },
    onSuccess: (_, { of, level }) =>
      notify({
        type: "success",
        content: `${of.trail.Name} is told of what is unusual at ${level} sensitivity.`,
      }),
    onError: (error) => notify(failed(error, "change the sensitivity")),
  });
  return (
    <Table
      items={tagged}
      loading={loading}
      loadingText="Reading the trails' tags"
      trackBy={({ trail }) => trail.TrailARN}
      wrapLines
      header={
        <Header variant="h2" description="How much has to happen before a trail is told.">
          Sensitivity
        </Header>
      }
      columnDefinitions={[
        {
          id: "trail",
          header: "Trail",
          isRowHeader: true,
          cell: ({ trail }) => <Link href={href(trailPath(trail.TrailARN))}>{trail.Name}</Link>,
        },
        {
          id: "looks",
          header: "Insights",
          cell: ({ trail }) => (
            <StatusIndicator type={trail.HasInsightSelectors ? "success" : "stopped"}>
              {trail.HasInsightSelectors ? "On" : "Off"}
            </StatusIndicator>
          ),
        },
        {
          id: "sensitivity",
          header: "Sensitivity",
          minWidth: 200,
          cell: (of) => (
            <Select
              selectedOption={LEVELS.find(({ value }) => value === of.sensitivity) ?? null}
              options={LEVELS}
              disabled={change.isPending}
              ariaLabel={`Sensitivity of ${of.trail.Name}`}
              onChange={({ detail }) => {
                const level = LEVELS.find(({ value }) => value === detail.selectedOption.value)?.value;
                if (level && level !== of.sensitivity) change.mutate({ of, level });
              }}
              expandToViewport
            />
          ),
        },
        { id: "mutes", header: "Mute rules", cell: ({ mutes }) => mutes.length || "None" },
      ]}
    />
  );
}
