import Box from "@cloudscape-design/components/box";
import type { ReactNode } from "react";
import { Command } from "./command";
import styles from "./empty-state.module.css";

interface EmptyStateProps {
  title: string;
  /** Why there is nothing, or what would be here. */
  children?: ReactNode;
  /** What to run next. */
  command?: string;
  /** A button. */
  action?: ReactNode;
}

/** What stands where nothing is: why, and what to do next. For `empty` and `noMatch` of tables too. */
export function EmptyState({ title, children, command, action }: EmptyStateProps) {
  return (
    <Box textAlign="center" color="inherit" padding={{ vertical: "s" }}>
      <div className={styles.state}>
        <Box variant="strong" color="inherit">
          {title}
        </Box>
        {children && (
          <Box variant="p" color="inherit">
            {children}
          </Box>
        )}
        {command && <Command text={command} />}
        {action}
      </div>
    </Box>
  );
}
