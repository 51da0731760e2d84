import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import type { ReactNode } from "react";
import type { Filter, Summary } from "../api/history";
import { countOf } from "../history/counted";
import { visible } from "../shell/visible";
import { DENIED, FAILED } from "./failures";
import { percent } from "./percent";

interface FiguresProps {
  summary: Summary;
  hrefOf: (filters: Filter[]) => string;
}

/** How many events there were, and how many of them failed. */
export function Figures({ summary, hrefOf }: FiguresProps) {
  const { Total, Failed, Denied, Top } = summary;
  const figure = (number: number, filters: Filter[], more = "") =>
    figureOf(number, countOf(number, summary), hrefOf(filters), more);
  const part = Total > 0 ? ` (${percent(Failed / Total)})` : "";
  const items: [string, ReactNode][] = [
    ["Events", figure(Total, [])],
    ["Errors", figure(Failed, [FAILED], part)],
    ["Denied", figure(Denied, [DENIED])],
    ["Busiest", busiest(Top.EventName[0]?.Value, hrefOf)],
  ];
  return (
    <Container>
      <KeyValuePairs columns={4} items={items.map(([label, value]) => ({ label, value }))} />
    </Container>
  );
}

function figureOf(number: number, told: string, address: string, more: string) {
  return (
    <Box fontSize="heading-xl" fontWeight="bold" variant="span">
      {number > 0 ? (
        <Link href={address} fontSize="heading-xl">
          {told}
        </Link>
      ) : (
        told
      )}
      {more && (
        <Box variant="span" color="text-body-secondary">
          {more}
        </Box>
      )}
    </Box>
  );
}

function busiest(name: string | undefined, hrefOf: FiguresProps["hrefOf"]) {
  if (!name) return "–";
  return (
    <Link href={hrefOf([{ Field: "EventName", Operator: "Equals", Values: [name] }])} fontSize="heading-m">
      {visible(name)}
    </Link>
  );
}
