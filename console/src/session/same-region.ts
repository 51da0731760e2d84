import type { Query } from "@tanstack/react-query";

/**
 * For `placeholderData`: what was shown before is shown until the new answer is there, but never what another Region
 * had under the name of this one. The Region is the second part of such a query's key.
 */
export const sameRegion =
  (region: string) =>
  <Data>(previous: Data | undefined, query: { queryKey: Query["queryKey"] } | undefined): Data | undefined =>
    query?.queryKey[1] === region ? previous : undefined;
