import Link from "@cloudscape-design/components/link";
import { useQuery } from "@tanstack/react-query";
import { useRegion } from "../../session/session-gate";
import { EmptyState } from "../../shell/empty-state";
import { href } from "../../shell/href";
import { Loading } from "../../shell/loading";
import { regionTitle } from "../../shell/regions";
import { listTrails } from "../calls/cloudtrail";

const CREATE = "cairn trail create main --bucket audit-logs --create-bucket";

/** What stands where no trail shows itself: where there are some, or how one is made. */
export function NoTrails() {
  const [region] = useRegion();
  // Who may not ask, or gets no answer, is told of none.
  const { data = [], isPending } = useQuery({
    queryKey: ["trails", "everywhere"],
    queryFn: ({ signal }) => listTrails(region, signal),
    retry: false,
  });
  if (isPending) return <Loading what="Looking for trails elsewhere" />;
  const elsewhere = [...new Set(data.map(({ HomeRegion }) => HomeRegion))].filter((home) => home !== region);
  if (elsewhere.length > 0) {
    return (
      <EmptyState title="No trails in this Region">
        {"There are some in "}
        {elsewhere.sort().map((home, at) => (
          <span key={home}>
            {at > 0 && ", "}
            <Link href={href(`/trails?region=${home}`)}>{regionTitle(home)}</Link>
          </span>
        ))}
        . They log what happens there alone.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No trails yet" command={CREATE}>
      A trail delivers events to an S3 bucket as log files, and keeps them as long as you like. Create one
      here, or at the command line:
    </EmptyState>
  );
}
