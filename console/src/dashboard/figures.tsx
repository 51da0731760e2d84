import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import type { ReactNode } from "react";
import type { Filter, Summary } from "../api/history";
import { count } from "../insights/words";
import { deniedFilter, isDenial } from "./denials";
import { errorsOf } from "./layers";

interface FiguresProps {
  summary: Summary;
  hrefOf: (filters: Filter[]) => string;
}

/** How many events there were, and how many of them failed. */
export function Figures({ summary: { Total, Buckets, Top }, hrefOf }: FiguresProps) {
  const errors = errorsOf(Buckets);
  const denied = Top.ErrorCode.filter(({ Value }) => isDenial(Value)).reduce(
    (sum, { Count }) => sum + Count,
    0,
  );
  const part = Total > 0 ? ` (${percent(errors / Total)})` : "";
  const items: [string, ReactNode][] = [
    ["Events", figure(Total, hrefOf([]))],
    ["Errors", figure(errors, hrefOf([{ Field: "ErrorCode", Operator: "Exists" }]), part)],
    ["Denied", figure(denied, hrefOf([deniedFilter(Top)]))],
    ["Busiest", busiest(Top.EventName[0]?.Value, hrefOf)],
  ];
  return (
    <Container>
      <KeyValuePairs columns={4} items={items.map(([label, value]) => ({ label, value }))} />
    </Container>
  );
}

function figure(number: number, address: string, more = "") {
  return (
    <Box fontSize="heading-xl" fontWeight="bold" variant="span">
      {number > 0 ? (
        <Link href={address} fontSize="heading-xl">
          {count(number)}
        </Link>
      ) : (
        "0"
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
      {name}
    </Link>
  );
}

/** `3%`, `0.4%`. */
const percent = (part: number) => {
  const hundredths = part * 100;
  return `${hundredths >= 1 || hundredths === 0 ? Math.round(hundredths) : hundredths.toFixed(1)}%`;
};
