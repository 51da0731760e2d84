/** A page of the console that is always one step away. */
export interface KnownPage {
  path: string;
  name: string;
  /** The letter that leads to it, after `g`. */
  key: string;
}

/** The pages, in the groups in which the navigation shows them. */
export const PAGE_GROUPS: readonly (readonly KnownPage[])[] = [
  [
    { path: "/", name: "Dashboard", key: "d" },
    { path: "/events", name: "Event history", key: "e" },
    { path: "/timeline", name: "Timeline", key: "l" },
    { path: "/insights", name: "Insights", key: "i" },
  ],
  [
    { path: "/trails", name: "Trails", key: "t" },
    { path: "/delivery", name: "Delivery health", key: "h" },
    { path: "/integrity", name: "Integrity", key: "v" },
  ],
  [{ path: "/account", name: "Account", key: "a" }],
];

export const PAGES: readonly KnownPage[] = PAGE_GROUPS.flat();
