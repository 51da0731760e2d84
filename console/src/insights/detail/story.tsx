import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import TextContent from "@cloudscape-design/components/text-content";
import type { Explanation } from "../explanation";
import { type Clock, happened, usually } from "../sentences";

/** An insight in sentences. */
export function Story({ of, clock }: { of: Explanation; clock: Clock }) {
  return (
    <Container header={<Header variant="h2">In words</Header>}>
      <TextContent>
        <ColumnLayout columns={2}>
          <div>
            <h3>What was usual</h3>
            <p>{usually(of, clock)}</p>
          </div>
          <div>
            <h3>What happened</h3>
            <p>{happened(of, clock)}</p>
          </div>
        </ColumnLayout>
      </TextContent>
    </Container>
  );
}
