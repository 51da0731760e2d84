import StatusIndicator from "@cloudscape-design/components/status-indicator";
import styles from "./account.module.css";
import { type PasswordPolicy, type Rule, rulesOf } from "./password-policy";

/** What a password must have, and what it has so far. */
export function PasswordRules({ policy, password }: { policy: PasswordPolicy; password: string }) {
  return (
    <ul className={styles.rules}>
      {rulesOf(policy, password).map((rule) => (
        <li key={rule.text}>
          <StatusIndicator type={stateOf(rule, password)}>{rule.text}</StatusIndicator>
        </li>
      ))}
    </ul>
  );
}

const stateOf = ({ kept }: Rule, password: string) =>
  kept && password ? "success" : kept === undefined ? "info" : "pending";
