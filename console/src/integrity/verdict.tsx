import Alert, { type AlertProps } from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Checked } from "../api/trails";
import { many } from "../insights/words";
import { save } from "../shell/save";
import { useTime } from "../shell/time";
import { jsonReport, reportName } from "./report";
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
      {figures("digest", "digests", ended.Digests)}; {figures("log file", "log files", ended.Files)}
      {run.counts.gap > 0 && `; ${many(run.counts.gap, "gap", "gaps")}`}
      {run.counts.warning > 0 && `; ${many(run.counts.warning, "warning", "warnings")}`}. Checked:{" "}
      {time.full(asked?.from ?? "")} to {time.full(asked?.to ?? "")}.
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

/** `3 digests valid`, `12 log files, 1 invalid, 2 not checked`. */
function figures(one: string, more: string, { Valid, Invalid, Unchecked = 0 }: Checked): string {
  const all = many(Valid + Invalid + Unchecked, one, more);
  const wrong = [Invalid > 0 && `${Invalid} invalid`, Unchecked > 0 && `${Unchecked} not checked`].filter(
    Boolean,
  );
  return wrong.length > 0 ? [all, ...wrong].join(", ") : `${all} valid`;
}
