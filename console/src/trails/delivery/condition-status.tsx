import Popover from "@cloudscape-design/components/popover";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type Condition, explainError } from "../trail-facts";

/** A condition; where it is a bad one, what it means and what helps can be asked for. */
export function ConditionStatus({ type, text, code }: Condition) {
  const indicator = <StatusIndicator type={type}>{text}</StatusIndicator>;
  if (!code) return indicator;
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
