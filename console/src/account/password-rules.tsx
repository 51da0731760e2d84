import Icon from "@cloudscape-design/components/icon";
import styles from "./account.module.css";
import { type PasswordPolicy, type Rule, rulesOf } from "./password-policy";

/** What a password must have, and what it has so far. */
export function PasswordRules({ policy, password }: { policy: PasswordPolicy; password: string }) {
  return (
    <ul className={styles.rules}>
      {rulesOf(policy, password).map((rule) => (
        <li key={rule.text} className={styles.rule}>
          <Mark rule={rule} password={password} />
          <span>{rule.text}</span>
        </li>
      ))}
    </ul>
  );
}

function Mark({ rule: { kept }, password }: { rule: Rule; password: string }) {
  if (kept === undefined) return <Icon name="status-info" size="small" ariaLabel="Checked when you save" />;
  return kept && password ? (
    <Icon name="status-positive" size="small" variant="success" ariaLabel="Kept" />
  ) : (
    <Icon name="status-pending" size="small" variant="subtle" ariaLabel="Not kept yet" />
  );
}
