import Popover from "@cloudscape-design/components/popover";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type Condition, explainError } from "../trail-facts";

/** A condition; where it is a bad one, what it means and what helps can be asked for. */
export function ConditionStatus({ type, text }: Condition) {
  const indicator = <StatusIndicator type={type}>{text}</StatusIndicator>;
  const at = text.indexOf(": ");
  if ((type !== "error" && type !== "warning") || at < 0) return indicator;
  const code = text.slice(at + 2).replace(/ and \d+ more$/, "");
  return (
    <Popover
      header={code}
      content={explainError(code)}
      triggerType="text"
      dismissAriaLabel="Close"
      renderWithPortal
    >
      {indicator}
    </Popover>
  );
}
