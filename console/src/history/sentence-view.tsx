import Link from "@cloudscape-design/components/link";
import { href } from "../shell/href";
import type { EventRecord } from "./record";
import { type Sentence, sentenceOf } from "./sentence";
import { type Subject, timelinePath } from "./timeline/subject";

interface SentenceViewProps {
  record: EventRecord;
  /** Where it is known already. */
  sentence?: Sentence;
  /** Whose timeline is shown: no link leads back to it. */
  within?: Subject;
}

/** Says what happened; who did it and from where lead to their timelines. A timeline of an address says it once. */
export function SentenceView({ record, sentence, within }: SentenceViewProps) {
  const { actor, deed, from } = sentence ?? sentenceOf(record);
  const isActor =
    within?.field === "PrincipalArn" || within?.field === "Username" || within?.field === "AccessKeyId";
  return (
    <>
      <Way text={actor.name} subject={isActor ? undefined : actor.filter} />
      {` ${deed}`}
      {from && within?.field !== "SourceIPAddress" && (
        <>
          {" from "}
          <Way text={from} subject={{ field: "SourceIPAddress", value: from }} />
        </>
      )}
    </>
  );
}

function Way({ text, subject }: { text: string; subject: Subject | undefined }) {
  if (!subject) return text;
  return (
    <Link variant="primary" href={href(timelinePath(subject))}>
      {text}
    </Link>
  );
}
