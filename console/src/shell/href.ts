const BASE = import.meta.env.BASE_URL.replace(/\/$/, "");

/**
 * The address of a page of the console, for the `href` of any component: `href("/events?x=y")`. A click on it stays
 * in the console (`InnerLinks`); opened in a new tab it works too.
 */
export const href = (path: string): string => `${BASE}${path}`;

/** The path within the console that an address leads to; `undefined` where it leads out of it. */
export function pathWithin(
  address: string,
  origin = window.location.origin,
  base = BASE,
): string | undefined {
  const url = URL.parse(address, origin);
  if (!url || url.origin !== origin) return undefined;
  if (url.pathname !== base && !url.pathname.startsWith(`${base}/`)) return undefined;
  return `${url.pathname.slice(base.length) || "/"}${url.search}${url.hash}`;
}
