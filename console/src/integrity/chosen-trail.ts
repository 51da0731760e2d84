import type { Trail } from "../api/trails";

/** The trail that the address names, or the first where it names none; never another than the one it names. */
export const chosenTrail = (trails: Trail[], named: string | null): Trail | undefined =>
  named ? trails.find(({ TrailARN }) => TrailARN === named) : trails[0];
