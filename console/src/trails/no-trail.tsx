import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { href } from "../shell/href";

/** What stands on a page of a trail whose address names none. */
export function NoTrail({ arn }: { arn: string }) {
  return (
    <Alert type="info" action={<Button href={href("/trails")}>Show trails</Button>}>
      {arn ? `${arn} is not the ARN of a trail.` : "No trail is named."} Choose one from the list of trails.
    </Alert>
  );
}
