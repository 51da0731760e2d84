import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Command } from "./command";
import { explain } from "./explanation";

interface RefusedProps {
  /** What was thrown. */
  error: unknown;
  /** What did not work, to follow "could not": `list the trails`. */
  doing: string;
  /** Tries again. */
  onRetry?: () => void;
}

/** Tells why something did not work, and what can be done: whom to ask for what, or when to try again. */
export function Refused({ error, doing, onRetry }: RefusedProps) {
  const told = explain(error, doing);
  const retry = onRetry && told.retryable && <Button onClick={onRetry}>Try again</Button>;
  return (
    <Alert type={told.type} header={told.header} action={retry || undefined}>
      <SpaceBetween size="xs">
        <span>{told.message}</span>
        {told.hint && <span>{told.hint}</span>}
        {told.statement && <Command text={told.statement} what="policy statement" />}
        {told.reference && (
          <Box variant="small" color="text-body-secondary">
            {told.reference}
          </Box>
        )}
      </SpaceBetween>
    </Alert>
  );
}
