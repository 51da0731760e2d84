import Container from "@cloudscape-design/components/container";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useRegion } from "../session/region";
import { Page } from "../shell/page";
import { visible } from "../shell/visible";
import { RangePicker } from "./filter/range-picker";
import { type Range, readRange, writeRange } from "./range";
import { kindOf, readSubject, type Subject } from "./timeline/subject";
import { SubjectForm } from "./timeline/subject-form";
import { Timeline } from "./timeline/timeline-view";

const ABOVE = [["Event history", "/events"]] as const;

/** What one principal, session, resource or IP address did, or what was done with it. */
export function Component() {
  const [region] = useRegion();
  const [query, setQuery] = useSearchParams();
  const [asOf, setAsOf] = useState(() => new Date());
  const subject = readSubject(query);
  const range = readRange(query);
  const show = (next: { subject: Subject | undefined; range: Range }) => {
    setAsOf(new Date());
    setQuery(() => {
      const told = new URLSearchParams({ region });
      if (next.subject) {
        told.set("by", next.subject.field);
        told.set("value", next.subject.value);
      }
      writeRange(next.range, told);
      return told;
    });
  };
  const description = subject
    ? `${kindOf(subject.field)} ${visible(subject.value)}`
    : "Of a principal, a session, a resource or an IP address.";
  return (
    <Page
      title="Timeline"
      above={ABOVE}
      description={description}
      actions={<RangePicker range={range} onChange={(range) => show({ subject, range })} />}
    >
      <SpaceBetween size="l">
        <Container>
          <SubjectForm
            key={subject ? `${subject.field} ${subject.value}` : ""}
            {...(subject ? { subject } : {})}
            onChange={(subject) => show({ subject, range })}
          />
        </Container>
        {subject && <Timeline region={region} subject={subject} range={range} asOf={asOf} />}
      </SpaceBetween>
    </Page>
  );
}
