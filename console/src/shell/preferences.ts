import { type Preference, usePreference } from "./preference";

/** What a visitor chose for all pages. */
export interface Preferences {
  theme: "light" | "dark" | "system";
  /** In which zone times are shown. */
  zone: "utc" | "local";
  density: "comfortable" | "compact";
  /** Whether single keys lead somewhere. */
  shortcuts: boolean;
}

export const PREFERENCES: Preference<Preferences> = {
  key: "preferences",
  version: 1,
  initial: { theme: "system", zone: "utc", density: "comfortable", shortcuts: true },
  accepts: (value) => {
    const kept = value as Partial<Preferences> | null;
    return (
      ["light", "dark", "system"].includes(kept?.theme ?? "") &&
      ["utc", "local"].includes(kept?.zone ?? "") &&
      ["comfortable", "compact"].includes(kept?.density ?? "") &&
      typeof kept?.shortcuts === "boolean"
    );
  },
};

export const usePreferences = () => usePreference(PREFERENCES);
