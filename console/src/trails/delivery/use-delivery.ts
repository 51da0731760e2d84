import { useQuery } from "@tanstack/react-query";
import { deliveryHealth } from "../../api/trails";
import { useRegion } from "../../session/session-gate";
import { REFRESH_MS } from "../queries";

/** How delivery fares, for all trails of the Region; asked again by itself. */
export function useDelivery() {
  const [region] = useRegion();
  return useQuery({
    queryKey: ["delivery", region],
    queryFn: ({ signal }) => deliveryHealth(region, signal),
    refetchInterval: REFRESH_MS,
  });
}
