import TopNavigation, { type TopNavigationProps } from "@cloudscape-design/components/top-navigation";
import { useRegion, useSession } from "../session/session-gate";
import { href } from "./href";
import { usePreferences } from "./preferences";
import { groupRegions, regionName, regionTitle } from "./regions";

/** The bar above everything: the Region, how things are shown, and who is signed in. */
export function TopBar() {
  return (
    <TopNavigation
      identity={{ href: href("/"), title: "Cairn" }}
      utilities={[useRegionMenu(), useDisplayMenu(), useAccountMenu()]}
    />
  );
}

function useRegionMenu(): TopNavigationProps.Utility {
  const { Regions } = useSession();
  const [region, setRegion] = useRegion();
  return {
    type: "menu-dropdown",
    text: regionName(region),
    ariaLabel: `Region: ${regionTitle(region)}`,
    title: "Region",
    items: groupRegions(Regions).map(({ place, regions }) => ({
      text: place,
      items: regions.map((id) => ({ id, text: regionTitle(id), secondaryText: id, disabled: id === region })),
    })),
    onItemClick: ({ detail }) => setRegion(detail.id),
  };
}

function useDisplayMenu(): TopNavigationProps.Utility {
  const [preferences, setPreferences] = usePreferences();
  const { theme, zone, density } = preferences;
  const choice = (id: string, text: string, checked: boolean) =>
    ({ itemType: "checkbox", id, text, checked }) as const;
  return {
    type: "menu-dropdown",
    iconName: "settings",
    ariaLabel: "Display settings",
    title: "Display",
    items: [
      {
        text: "Theme",
        items: [
          choice("theme:system", "As the system", theme === "system"),
          choice("theme:light", "Light", theme === "light"),
          choice("theme:dark", "Dark", theme === "dark"),
        ],
      },
      {
        text: "Times",
        items: [
          choice("zone:utc", "UTC", zone === "utc"),
          choice("zone:local", "Local time", zone === "local"),
        ],
      },
      {
        text: "Density",
        items: [choice("density:compact", "Compact", density === "compact")],
      },
    ],
    onItemClick: ({ detail }) => {
      const [name = "", value] = detail.id.split(":");
      const next = name === "density" && density === "compact" ? "comfortable" : value;
      setPreferences({ ...preferences, [name]: next });
    },
  };
}

function useAccountMenu(): TopNavigationProps.Utility {
  const { Account, Principal } = useSession();
  const name = Principal.Type === "Root" ? "root" : Principal.Name;
  return {
    type: "menu-dropdown",
    iconName: "user-profile",
    text: `${name} @ ${Account.Alias ?? Account.Id}`,
    description: `Account ${Account.Id}`,
    title: "Account",
    items: [{ id: "account", text: "Account", href: href("/account") }],
  };
}
