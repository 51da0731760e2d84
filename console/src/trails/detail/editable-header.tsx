import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import type { Trail } from "../../api/trails";
import { href } from "../../shell/href";
import { editPath } from "../trail-facts";

interface EditableHeaderProps {
  /** What the part of the trail is called: `General details`. */
  title: string;
  trail: Trail;
  canChange: boolean;
  /** Where in the wizard it is changed. */
  step: "attributes" | "events";
}

/** The heading of a part of a trail, with the way to change it for whoever may. */
export function EditableHeader({ title, trail, canChange, step }: EditableHeaderProps) {
  return (
    <Header
      variant="h2"
      actions={
        canChange && (
          <Button href={href(editPath(trail.TrailARN, step))} ariaLabel={`Edit ${title.toLowerCase()}`}>
            Edit
          </Button>
        )
      }
    >
      {title}
    </Header>
  );
}
