import { useMemo } from "react";
import { type JsonToken, jsonTokens } from "./json-tokens";
import styles from "./json-view.module.css";

const CLASSES: Record<JsonToken["kind"], string | undefined> = {
  member: styles.member,
  text: styles.string,
  number: styles.number,
  word: styles.word,
  plain: undefined,
};

/** JSON in colours. */
export function JsonView({ text, label }: { text: string; label: string }) {
  const tokens = useMemo(() => withKeys(jsonTokens(text)), [text]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what does not fit is scrolled with the keyboard
    <section aria-label={label} tabIndex={0} className={styles.text}>
      {tokens.map(({ kind, text, key }) => {
        const name = CLASSES[kind];
        return name ? (
          <span key={key} className={name}>
            {text}
          </span>
        ) : (
          text
        );
      })}
    </section>
  );
}

/** Pieces stand where they stand: their place is their key. */
const withKeys = (tokens: JsonToken[]) => tokens.map((token, key) => ({ ...token, key }));
