import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { type Preference, usePreference } from "../shell/preference";

const Place = createContext<[string, (region: string) => void] | undefined>(undefined);

/** The Region that is looked at, and a way to look at another. It stands in the address as `region`. */
export function useRegion(): [string, (region: string) => void] {
  const place = useContext(Place);
  if (!place) throw new Error("useRegion is used outside of RegionPlace");
  return place;
}

const LAST: Preference<string> = { key: "region", version: 1, initial: "" };

/**
 * Keeps the Region in the address, so that a link shows everyone the same: what the address tells, else what was
 * looked at last, else where the server is.
 */
export function RegionPlace({
  home,
  regions,
  children,
}: {
  home: string;
  regions: string[];
  children: ReactNode;
}) {
  const { pathname, search, hash } = useLocation();
  const navigate = useNavigate();
  const [last, setLast] = usePreference(LAST);
  // What this tab looks at: another tab may look elsewhere.
  const [current, setCurrent] = useState(() => (regions.includes(last) ? last : home));
  const told = new URLSearchParams(search).get("region");
  const region = told && regions.includes(told) ? told : current;
  useEffect(() => {
    setCurrent(region);
    if (told !== region) navigate({ pathname, search: withRegion(search, region), hash }, { replace: true });
  }, [told, region, pathname, search, hash, navigate]);
  const choose = useCallback(
    (next: string) => {
      setLast(next);
      navigate({ pathname, search: withRegion(search, next), hash });
    },
    [pathname, search, hash, navigate, setLast],
  );
  const place = useMemo<[string, (region: string) => void]>(() => [region, choose], [region, choose]);
  return <Place.Provider value={place}>{children}</Place.Provider>;
}

/** The query of an address, with its Region told. */
export function withRegion(search: string, region: string): string {
  const query = new URLSearchParams(search);
  query.set("region", region);
  return `?${query}`;
}
