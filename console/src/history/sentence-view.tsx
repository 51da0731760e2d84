import Link from "@cloudscape-design/components/link";
import { href } from "../shell/href";
import type { EventRecord } from "./record";
import { type Sentence, sentenceOf } from "./sentence";
import { timelinePath } from "./timeline/subject";

/** Says what happened; who did it and from where lead to their timelines. */
export function SentenceView({ record, sentence }: { record: EventRecord; sentence?: Sentence }) {
  const { actor, deed, from } = sentence ?? sentenceOf(record);
  return (
    <>
      {actor.filter ? <Link href={href(timelinePath(actor.filter))}>{actor.name}</Link> : actor.name}
      {` ${deed}`}
      {from && " from "}
      {from && <Link href={href(timelinePath({ field: "SourceIPAddress", value: from }))}>{from}</Link>}
    </>
  );
}
