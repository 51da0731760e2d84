import Alert, { type AlertProps } from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Checked } from "../api/trails";
import { capitalised, count, many } from "../insights/words";
import { save } from "../shell/save";
import { type TimeWords, useTime } from "../shell/time";
import { foundTime, jsonReport, reportName } from "./report";
import type { Run } from "./run";

/** What came of a validation, and its report as a file. */
export function Verdict({ run }: { run: Run }) {
  const time = useTime();
  const { ended, asked } = run;
  if (!ended) return null;
  const { type, header } = said(run);
  const text = () => save(new Blob([ended.Report], { type: "text/plain" }), reportName(run, "txt"));
  const json = () => save(new Blob([jsonReport(run)], { type: "application/json" }), reportName(run, "json"));
  return (
    <Alert
      type={type}
      header={header}
      action={
        <SpaceBetween direction="horizontal" size="xs">
          <Button iconName="download" onClick={text}>
            Report
          </Button>
          <Button iconName="download" onClick={json}>
            JSON
          </Button>
        </SpaceBetween>
      }
    >
      {run.results.length > 0 && `${inFigures(run, ended)}. `}
      {when(time, ended.Report, asked)}
      {run.results.length === 0 && (
        <Box variant="p">
          A digest is made each hour once log file validation is on. The first comes an hour after that.
        </Box>
      )}
      {ended.MissingPermissions && (
        <Box variant="p">
          Cairn's own credentials, which deliver to this bucket, lack{" "}
          <b>{ended.MissingPermissions.join(" and ")}</b> there. Whoever runs Cairn can allow it; until then,
          check it yourself with credentials that may read.
        </Box>
      )}
    </Alert>
  );
}

/** Digests seldom are of the very time that was asked about: the newest hour has none yet. */
function when(time: TimeWords, report: string, asked: Run["asked"]): string {
  const found = foundTime(report);
  const [from, to] = found ?? [asked?.from ?? "", asked?.to ?? ""];
  const between = `${time.short(from)} to ${time.short(to)} ${time.zoneName(to)}`;
  return found ? `The digests are of ${between}.` : `Looked for from ${between}.`;
}

function said({ ended, counts }: Run): { type: AlertProps.Type; header: string } {
  if (counts.invalid > 0) return { type: "error", header: "Something was changed, removed or forged" };
  if (counts.unchecked > 0 || !ended?.Valid) {
    return { type: "warning", header: "Not everything could be checked" };
  }
  if (ended.Digests.Valid === 0) {
    return { type: "warning", header: "There are no digests in this time: nothing is proven" };
  }
  return { type: "success", header: "Everything is as it was delivered" };
}

/** `3 digests valid; 12 log files, 1 invalid; 1 warning`. */
function inFigures({ counts }: Run, { Digests, Files }: { Digests: Checked; Files: Checked }): string {
  const parts = [
    figures("digest", "digests", Digests),
    figures("log file", "log files", Files),
    counts.gap > 0 && many(counts.gap, "gap", "gaps"),
    counts.warning > 0 && many(counts.warning, "warning", "warnings"),
  ];
  return capitalised(parts.filter(Boolean).join("; "));
}

/** `no digests`, `3 digests valid`, `12 log files, 1 invalid, 2 not checked`. */
function figures(one: string, more: string, { Valid, Invalid, Unchecked = 0 }: Checked): string {
  const number = Valid + Invalid + Unchecked;
  if (number === 0) return `no ${more}`;
  const all = many(number, one, more);
  const wrong = [
    Invalid > 0 && `${count(Invalid)} invalid`,
    Unchecked > 0 && `${count(Unchecked)} not checked`,
  ].filter(Boolean);
  return wrong.length > 0 ? [all, ...wrong].join(", ") : `${all} valid`;
}
