import { applyDensity, applyMode, Density, Mode } from "@cloudscape-design/global-styles";
import { useEffect, useSyncExternalStore } from "react";
import { readPreference } from "./preference";
import { PREFERENCES, type Preferences, usePreferences } from "./preferences";

const DARK = "(prefers-color-scheme: dark)";

/** Shows the chosen theme before anything is drawn. */
export function startTheme(): void {
  const { theme, density } = readPreference(PREFERENCES);
  apply(isDark(theme, window.matchMedia(DARK).matches), density);
}

/** Follows the chosen theme, and the system's where that was chosen. */
export function useTheme(): void {
  const [{ theme, density }] = usePreferences();
  const systemIsDark = useSyncExternalStore(subscribe, () => window.matchMedia(DARK).matches);
  useEffect(() => apply(isDark(theme, systemIsDark), density), [theme, density, systemIsDark]);
}

const isDark = (theme: Preferences["theme"], systemIsDark: boolean) =>
  theme === "system" ? systemIsDark : theme === "dark";

function apply(dark: boolean, density: Preferences["density"]): void {
  applyMode(dark ? Mode.Dark : Mode.Light);
  applyDensity(density === "compact" ? Density.Compact : Density.Comfortable);
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
}

function subscribe(listener: () => void): () => void {
  const query = window.matchMedia(DARK);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}
