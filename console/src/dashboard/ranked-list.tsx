import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import type { Ranked } from "../api/history";
import { count } from "../insights/words";
import { visible } from "../shell/visible";
import styles from "./ranked-list.module.css";

interface RankedListProps {
  title: string;
  ranked: Ranked[];
  /** Where a value leads to. */
  hrefOf: (value: string) => string;
  /** How a value is shown. */
  shown?: (value: string) => string;
  /** What stands where there are none. */
  none: string;
  tone?: "error";
}

/** The most frequent values, with bars that compare them. */
export function RankedList({ title, ranked, hrefOf, shown, none, tone }: RankedListProps) {
  const most = Math.max(1, ...ranked.map(({ Count }) => Count));
  return (
    <Container fitHeight header={<Header variant="h2">{title}</Header>}>
      {ranked.length === 0 ? (
        <Box color="text-body-secondary">{none}</Box>
      ) : (
        <ol className={styles.list}>
          {ranked.slice(0, SHOWN_MAX).map(({ Value, Count }) => (
            <li key={Value} className={styles.row}>
              <span className={styles.name} title={visible(Value)}>
                <Link href={hrefOf(Value)}>{visible(shown?.(Value) ?? Value)}</Link>
              </span>
              <span className={styles.count}>{count(Count)}</span>
              <span className={styles.track} aria-hidden="true">
                <span
                  className={tone === "error" ? styles.error : styles.bar}
                  style={{ inlineSize: `${(Count / most) * 100}%` }}
                />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Container>
  );
}

const SHOWN_MAX = 7;
