import type { Explanation } from "../explanation";
import { canBeNamed, type MuteRule, ruleName } from "../mute-rule";
import { MuteModal } from "../rules/mute-modal";
import { useTagged } from "../use-tags";
import { service } from "../words";

/** Mutes what an insight is about, for those trails that were told. */
export function MuteThis({ of, onDismiss }: { of: Explanation; onDismiss: () => void }) {
  const { tagged, isPending } = useTagged();
  if (isPending) return null;
  const { name, source } = of.episode.last;
  const rule: MuteRule = {
    names: [name].filter(canBeNamed),
    sources: [service(source)].filter(canBeNamed),
    principals: [],
    windows: [],
  };
  const trails = tagged.map(({ trail }) => trail);
  const told = trails.filter(({ TrailARN }) => of.trails.includes(TrailARN));
  const chosen = told.length > 0 ? told : trails.filter((trail) => trail.HasInsightSelectors);
  return (
    <MuteModal
      trails={trails}
      initial={{ name: ruleName(name), rule, trails: chosen.map(({ TrailARN }) => TrailARN) }}
      onDismiss={onDismiss}
    />
  );
}
