import { useQuery } from "@tanstack/react-query";
import { explainInsight } from "../../api/insights";
import { readExplanation } from "../explanation";

/** What the server knows of an insight; asked for again each minute while it goes on. */
export function useExplanation(region: string, id: string) {
  return useQuery({
    queryKey: ["insight", region, id],
    queryFn: async ({ signal }) => {
      const explanation = readExplanation(await explainInsight(region, id, signal));
      if (!explanation) throw new Error("The server's answer could not be read.");
      return explanation;
    },
    refetchInterval: ({ state }) => (state.data && !state.data.episode.end ? 60_000 : false),
  });
}
