import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Table from "@cloudscape-design/components/table";
import { visible } from "../../shell/visible";
import type { Explanation } from "../explanation";
import { type Share, shares } from "../shares";
import { capitalised, pace } from "../words";
import styles from "./shares-table.module.css";
import { shareHref } from "./span-href";

/** Whom the calls are put down to: callers, clients, results. */
export function SharesTable({ of }: { of: Explanation }) {
  const told = of.episode.last;
  const items = shares(told, of.way).map((share, at, all) => ({
    ...share,
    isFirst: all[at - 1]?.by !== share.by,
  }));
  const isSurge = of.way === "surge";
  return (
    <Table
      items={items}
      trackBy={({ by, name }) => `${by} ${name}`}
      wrapLines
      header={
        <Header
          variant="h2"
          description={
            isSurge
              ? `The five of each that called most ${of.episode.end ? "in the unusual minutes" : "when it began"}, against what they used to do.`
              : "The five of each that used to call most, against what they do now."
          }
        >
          {isSurge ? "Who caused it" : "Who fell silent"}
        </Header>
      }
      empty={<Box textAlign="center">The event names nobody.</Box>}
      columnDefinitions={[
        { id: "by", header: "By", width: 110, cell: ({ by, isFirst }) => (isFirst ? by : "") },
        {
          id: "name",
          header: "Name",
          isRowHeader: true,
          minWidth: 200,
          cell: (share) => <Name share={share} of={of} />,
        },
        { id: "now", header: "How often", minWidth: 140, cell: ({ now }) => figure(now) },
        { id: "part", header: "Share", minWidth: 160, cell: ({ part }) => <Part part={part} /> },
        {
          id: "usual",
          header: "Usually",
          minWidth: 140,
          cell: ({ usual, isRest }) => (isRest && isSurge ? "–" : figure(usual)),
        },
      ]}
    />
  );
}

function Name({ share, of }: { share: Share; of: Explanation }) {
  const address = shareHref(of, share);
  const name = visible(share.name);
  const isNew = of.way === "surge" && share.usual === 0 && share.by === "Caller";
  return (
    <>
      {address ? <Link href={address}>{name}</Link> : name}{" "}
      {isNew && <Badge color="severity-medium">New caller</Badge>}
    </>
  );
}

/** What the record does not tell was few: only the five with the most are told. */
const figure = (average: number | undefined) => (average === undefined ? "Few" : capitalised(pace(average)));

function Part({ part }: { part: number | undefined }) {
  if (part === undefined) return "–";
  const percent = `${Math.round(part * 100)}%`;
  return (
    <div className={styles.part}>
      <div className={styles.track} aria-hidden="true">
        <div className={styles.bar} style={{ inlineSize: percent }} />
      </div>
      <span>{percent}</span>
    </div>
  );
}
