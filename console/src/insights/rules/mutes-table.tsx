import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import { useMutation } from "@tanstack/react-query";
import { MUTE_TAG, removeTag } from "../../api/insights";
import type { Trail } from "../../api/trails";
import { EmptyState } from "../../shell/empty-state";
import { failed } from "../../shell/failed";
import { useNotify } from "../../shell/notifications";
import { inWords, readRule } from "../mute-rule";
import { type Tagged, useTagsChanged } from "../use-tags";

interface MutesTableProps {
  tagged: Tagged[];
  loading: boolean;
  onAdd: () => void;
}

interface Mute {
  trail: Trail;
  name: string;
  rule: string;
}

/** What trails are not told of. */
export function MutesTable({ tagged, loading, onAdd }: MutesTableProps) {
  const notify = useNotify();
  const changed = useTagsChanged();
  const mutes: Mute[] = tagged.flatMap(({ trail, mutes }) => mutes.map((mute) => ({ trail, ...mute })));
  const unmute = useMutation({
    mutationFn: async ({ trail, name }: Mute) => {
      await removeTag(trail.HomeRegion, trail.TrailARN, MUTE_TAG + name);
      await changed(trail.TrailARN);
    },
    onSuccess: (_, { trail, name }) =>
      notify({ type: "success", content: `${trail.Name} is told again of what the rule ${name} muted.` }),
    onError: (error) => notify(failed(error, "remove the rule")),
  });
  return (
    <Table
      items={mutes}
      loading={loading}
      loadingText="Reading the trails' tags"
      trackBy={({ trail, name }) => `${trail.TrailARN} ${name}`}
      wrapLines
      header={
        <Header
          variant="h2"
          counter={`(${mutes.length})`}
          actions={<Button onClick={onAdd}>Add rule</Button>}
        >
          Mute rules
        </Header>
      }
      empty={
        <EmptyState title="Nothing is muted">
          Rules leave out what is meant to be, such as a nightly job.
        </EmptyState>
      }
      columnDefinitions={[
        { id: "name", header: "Name", isRowHeader: true, cell: ({ name }) => name },
        { id: "trail", header: "Trail", cell: ({ trail }) => trail.Name },
        {
          id: "rule",
          header: "Is not told of",
          cell: ({ rule }) => {
            const read = readRule(rule);
            return read ? inWords(read) : "Nothing: the rule can't be read";
          },
        },
        { id: "written", header: "Rule", cell: ({ rule }) => <Box variant="code">{rule}</Box> },
        {
          id: "unmute",
          header: "Remove",
          minWidth: 120,
          cell: (mute) => (
            <Button
              variant="inline-link"
              ariaLabel={`Remove ${mute.name} of ${mute.trail.Name}`}
              loading={unmute.isPending && unmute.variables === mute}
              onClick={() => unmute.mutate(mute)}
            >
              Remove
            </Button>
          ),
        },
      ]}
    />
  );
}
