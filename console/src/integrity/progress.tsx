import Container from "@cloudscape-design/components/container";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import { many } from "../insights/words";
import { useTime } from "../shell/time";
import { progressOf, type Run } from "./run";

/** How far a validation has come. */
export function Progress({ run }: { run: Run }) {
  const time = useTime();
  const { digests, files, checkedBackTo, counts } = run;
  const wrong = counts.invalid + counts.unchecked;
  return (
    <Container>
      <ProgressBar
        value={progressOf(run) * 100}
        label="Validating, from the newest digest to the oldest"
        description={wrong > 0 ? `${many(wrong, "problem", "problems")} so far` : "No problem so far"}
        additionalInfo={`${many(digests, "digest", "digests")} and ${many(files, "log file", "log files")} checked${
          checkedBackTo ? `, back to ${time.full(checkedBackTo)}` : ""
        }`}
      />
    </Container>
  );
}
