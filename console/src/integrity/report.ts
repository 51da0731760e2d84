import type { Run } from "./run";

/** The report as a JSON document: what was asked, what came of it, and all that is listed. */
export function jsonReport({ asked, ended, counts, results, unlisted, state }: Run): string {
  const document = {
    trailArn: asked?.trail,
    startTime: asked?.from,
    endTime: asked?.to,
    ...(asked?.account ? { accountId: asked.account } : {}),
    complete: state === "ended",
    valid: ended?.Valid ?? null,
    digests: ended?.Digests ?? null,
    files: ended?.Files ?? null,
    ...(ended?.MissingPermissions ? { missingPermissions: ended.MissingPermissions } : {}),
    counts,
    ...(Object.values(unlisted).some((number) => number > 0) ? { notListed: unlisted } : {}),
    results: results.map(({ id: _, ...result }) => result),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The time of which digests were found, which the report tells; nothing where there were none. */
export function foundTime(report: string): [string, string] | undefined {
  const [, from, to] = /^Results found for (\S+) to (\S+):$/m.exec(report) ?? [];
  return from && to ? [from, to] : undefined;
}

/** Names a report's file: `main-validation-2026-03-02.json`. */
export const reportName = ({ asked }: Run, ending: string): string =>
  `${asked?.trail.split("/").at(-1) ?? "trail"}-validation-${(asked?.to ?? "").slice(0, 10)}.${ending}`;

/** The same check in a terminal. */
export function commands(
  region: string,
  asked: { trail: string; from: string; to: string; account?: string },
) {
  const account = asked.account ? ` --account-id ${asked.account}` : "";
  const flags = `--trail-arn ${asked.trail} --start-time ${asked.from} --end-time ${asked.to} --region ${region}${account}`;
  return { aws: `aws cloudtrail validate-logs ${flags} --verbose`, cairn: `cairn validate ${flags}` };
}
