import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import styles from "./command.module.css";

/** Something to run in a terminal, or to paste into a policy, with a button that copies it. */
export function Command({ text, what = "command" }: { text: string; what?: string }) {
  return (
    <div className={styles.command}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is too long is scrolled with the keyboard */}
      <pre className={styles.text} tabIndex={0}>
        {text}
      </pre>
      <CopyToClipboard
        variant="icon"
        textToCopy={text}
        copyButtonAriaLabel={`Copy ${what}`}
        copySuccessText="Copied"
        copyErrorText="Could not be copied"
      />
    </div>
  );
}
