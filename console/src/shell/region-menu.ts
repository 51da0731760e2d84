import type { TopNavigationProps } from "@cloudscape-design/components/top-navigation";
import { useRegion, useSession } from "../session/session-gate";
import { groupRegions, regionName, regionTitle } from "./regions";

/** The menu of Regions. */
export function useRegionMenu(): TopNavigationProps.Utility {
  const { Regions } = useSession();
  const [region, setRegion] = useRegion();
  return {
    type: "menu-dropdown",
    text: regionName(region),
    ariaLabel: `Region ${regionName(region)}`,
    title: "Region",
    items: groupRegions(Regions).map(({ place, regions }) => ({
      text: place,
      items: regions.map((id) => ({
        itemType: "checkbox" as const,
        id,
        text: regionTitle(id),
        secondaryText: id,
        checked: id === region,
      })),
    })),
    onItemClick: ({ detail }) => setRegion(detail.id),
  };
}
