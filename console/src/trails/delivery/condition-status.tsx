import Popover from "@cloudscape-design/components/popover";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type Condition, explainError } from "../trail-facts";

interface ConditionStatusProps extends Condition {
  /** What helps, where that is known better than by the code. */
  advice?: string | undefined;
}

/** A condition; where it is a bad one, what it means and what helps can be asked for. */
export function ConditionStatus({ type, text, code, advice }: ConditionStatusProps) {
  const indicator = <StatusIndicator type={type}>{text}</StatusIndicator>;
  const help = advice ?? (code && explainError(code));
  if (!help || (type !== "error" && type !== "warning")) return indicator;
  return (
    <Popover
      header={code ?? text}
      content={help}
      triggerType="text"
      dismissAriaLabel="Close"
      renderWithPortal
    >
      {indicator}
    </Popover>
  );
}
