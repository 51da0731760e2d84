import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";

/** Tells that the page has what was entered before it was loaded, and offers to let go of it. */
export function Restored({ isNew, onBeginAnew }: { isNew: boolean; onBeginAnew: () => void }) {
  return (
    <Alert
      type="info"
      header="What you had entered is here again"
      action={<Button onClick={onBeginAnew}>{isNew ? "Begin anew" : "Discard it"}</Button>}
    >
      {isNew
        ? "This browser tab kept it. No trail was created with it yet."
        : "This browser tab kept it. The trail was not changed by it yet."}
    </Alert>
  );
}
