import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useParams } from "react-router";
import { useRegion } from "../session/region";
import { href } from "../shell/href";
import { Loading } from "../shell/loading";
import { Page } from "../shell/page";
import { Refused } from "../shell/refused";
import { trailPath } from "../trails/trail-facts";
import { MuteThis } from "./detail/mute-this";
import { RateContainer } from "./detail/rate-container";
import { Records } from "./detail/records";
import { SharesTable } from "./detail/shares-table";
import { spanHref } from "./detail/span-href";
import { Story } from "./detail/story";
import { Summary } from "./detail/summary";
import { useExplanation } from "./detail/use-explanation";
import type { Explanation } from "./explanation";
import { HELP } from "./help";
import { title } from "./sentences";
import { useClock } from "./use-clock";

/** One insight: what was usual, what happened, who caused it, and what can be done. */
export function Component() {
  const { eventId = "" } = useParams();
  const [region] = useRegion();
  const explanation = useExplanation(region, eventId);
  const { data: of } = explanation;
  if (of) return <Insight of={of} />;
  return (
    <Page title="Insight" above={ABOVE}>
      {explanation.isError ? (
        <Refused
          error={explanation.error}
          doing="explain this insight"
          onRetry={() => explanation.refetch()}
        />
      ) : (
        <Loading what="Loading the insight" />
      )}
    </Page>
  );
}

const ABOVE = [["Insights", "/insights"]] as const;

function Insight({ of }: { of: Explanation }) {
  const clock = useClock();
  const [isMuting, setIsMuting] = useState(false);
  const name = title(of.episode.last, of.way);
  return (
    <Page
      title={name}
      above={ABOVE}
      help={HELP}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button onClick={() => setIsMuting(true)}>Mute</Button>
          <ToCalls of={of} />
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        <Summary of={of} clock={clock} />
        <RateContainer of={of} clock={clock} />
        <Story of={of} clock={clock} />
        <SharesTable of={of} />
        <Records of={of} />
      </SpaceBetween>
      {isMuting && <MuteThis of={of} onDismiss={() => setIsMuting(false)} />}
    </Page>
  );
}

/** Leads to the calls: those of data events are in log files only. */
function ToCalls({ of }: { of: Explanation }) {
  const address = spanHref(of);
  const { trail } = of.episode.last;
  if (address) {
    return (
      <Button variant="primary" href={address}>
        {of.way === "surge" ? "See the calls" : "See the calls before it"}
      </Button>
    );
  }
  return trail && <Button href={href(trailPath(trail))}>See the trail's log files</Button>;
}
