import Alert from "@cloudscape-design/components/alert";
import { visible, visibleInLines } from "../../shell/visible";
import { denied, type EventRecord, textAt } from "../record";
import styles from "./event-error.module.css";

/** Tells why the call of an event failed, of one that did. */
export function EventError({ record }: { record: EventRecord }) {
  const what = denied(record) ? "The call was denied" : "The call failed";
  const code = textAt(record, "errorCode");
  return (
    <Alert type="error" header={code ? `${what}: ${visible(code)}` : what}>
      <span className={styles.message}>
        {visibleInLines(textAt(record, "errorMessage") ?? "The record tells no message.")}
      </span>
    </Alert>
  );
}
