import { Page } from "../shell/page";
import { Refused } from "../shell/refused";
import { TrailsTable } from "./list/trails-table";
import { useForgetTrails, useStatuses, useTrails } from "./queries";

/** The trails that show themselves in the Region. */
export function Component() {
  const trails = useTrails();
  const forget = useForgetTrails();
  const list = trails.data ?? [];
  const statuses = useStatuses(list.map(({ TrailARN }) => TrailARN));
  if (trails.isError && !trails.data) {
    return (
      <Page title="Trails">
        <Refused error={trails.error} doing="list the trails" onRetry={() => trails.refetch()} />
      </Page>
    );
  }
  const rows = list.map((trail, index) => ({
    trail,
    status: statuses[index]?.data,
    failed: statuses[index]?.isError ?? false,
  }));
  return (
    <TrailsTable
      rows={rows}
      isPending={trails.isPending}
      isFetching={trails.isFetching}
      onRefresh={() => void forget()}
    />
  );
}
