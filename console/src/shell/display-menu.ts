import type { TopNavigationProps } from "@cloudscape-design/components/top-navigation";
import { type Preferences, usePreferences } from "./preferences";

/** The menu of how things are shown. */
export function useDisplayMenu(): TopNavigationProps.Utility {
  const [preferences, setPreferences] = usePreferences();
  return {
    type: "menu-dropdown",
    iconName: "settings",
    ariaLabel: "Display settings",
    title: "Display settings",
    items: itemsOf(preferences),
    onItemClick: ({ detail }) => setPreferences(chosen(preferences, detail.id)),
  };
}

function itemsOf({ theme, zone, density, shortcuts }: Preferences) {
  const choice = (id: string, text: string, checked: boolean) =>
    ({ itemType: "checkbox", id, text, checked }) as const;
  return [
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
      text: "More",
      items: [
        choice("density", "Compact", density === "compact"),
        choice("shortcuts", "Keyboard shortcuts (press ?)", shortcuts),
      ],
    },
  ];
}

/** The preferences after a click on an item. */
export function chosen(before: Preferences, id: string): Preferences {
  switch (id) {
    case "theme:system":
    case "theme:light":
    case "theme:dark":
      return { ...before, theme: id.slice("theme:".length) as Preferences["theme"] };
    case "zone:utc":
    case "zone:local":
      return { ...before, zone: id === "zone:utc" ? "utc" : "local" };
    case "density":
      return { ...before, density: before.density === "compact" ? "comfortable" : "compact" };
    case "shortcuts":
      return { ...before, shortcuts: !before.shortcuts };
    default:
      return before;
  }
}
