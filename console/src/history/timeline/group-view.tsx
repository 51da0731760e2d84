import Badge from "@cloudscape-design/components/badge";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import { span, type TimeWords, useTime } from "../../shell/time";
import { visible } from "../../shell/visible";
import { eventHref } from "../paths";
import { recordOf } from "../record";
import { SentenceView } from "../sentence-view";
import type { Group, Grouping, Step } from "./groups";
import type { Subject } from "./subject";
import styles from "./timeline.module.css";
import { timesOf } from "./times";

interface GroupViewProps {
  group: Group;
  grouping: Grouping;
  region: string;
  subject: Subject;
}

/** What happened within an hour or a session, a line for each deed. */
export function GroupView({ group, grouping, region, subject }: GroupViewProps) {
  const time = useTime();
  return (
    <Container
      header={
        <Header variant="h2" description={<Counts group={group} />}>
          {timesOf(group, grouping, time)}
        </Header>
      }
    >
      <ol className={styles.steps}>
        {group.steps.map((step) => (
          <StepView key={step.event.EventId} step={step} region={region} time={time} subject={subject} />
        ))}
      </ol>
    </Container>
  );
}

/** How long it was quiet between two groups, where that is worth telling. */
export function Quiet({ seconds }: { seconds: number | undefined }) {
  if (seconds === undefined || seconds < 3600) return null;
  return <div className={styles.quiet}>{`${span(seconds)} without an event`}</div>;
}

function Counts({ group: { events, failures, from, to } }: { group: Group }) {
  const parts = [
    `${events} ${events === 1 ? "event" : "events"}`,
    ...(failures > 0 ? [`${failures} failed`] : []),
    ...(to > from ? [`over ${span(to - from)}`] : []),
  ];
  return <>{parts.join(", ")}</>;
}

interface StepViewProps {
  step: Step;
  region: string;
  time: TimeWords;
  subject: Subject;
}

function StepView({ step, region, time, subject }: StepViewProps) {
  const mark = step.failed ? styles.failed : step.event.ReadOnly === "true" ? styles.read : "";
  const at = time.short(step.to).slice(11);
  return (
    <li className={styles.step}>
      <span className={styles.time}>
        <Link
          href={eventHref(region, step.event.EventId)}
          ariaLabel={`Event ${visible(step.event.EventName ?? "–")} at ${at}`}
        >
          {at}
        </Link>
      </span>
      <span className={`${styles.mark} ${mark}`} />
      <span className={styles.deed}>
        <SentenceView record={recordOf(step.event)} sentence={step.sentence} within={subject} />
        {step.count > 1 && (
          <>
            {" "}
            <Badge color="grey">{`${step.count} times`}</Badge>
            {step.to > step.from && ` over ${span(step.to - step.from)}`}
          </>
        )}
      </span>
    </li>
  );
}
