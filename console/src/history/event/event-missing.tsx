import Alert from "@cloudscape-design/components/alert";
import Link from "@cloudscape-design/components/link";
import { href } from "../../shell/href";

/** Tells why an event may not be found. */
export function EventMissing({ id, region }: { id: string; region: string }) {
  return (
    <Alert type="info" header={`There is no event ${id} in ${region}`}>
      It may have been recorded in another Region, which can be chosen above; it may be older than 90 days; or
      it is a data event, which is in the log files of trails alone. An event that was recorded just now takes
      a second to appear.{" "}
      <Link variant="primary" href={href("/events")}>
        Go to Event history
      </Link>
    </Alert>
  );
}
