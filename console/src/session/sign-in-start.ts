import type { Entries } from "./sign-in-steps";

type Who = Pick<Entries, "kind" | "account" | "userName">;

/** Whom the form asks for at first: what the address tells (`?account=…&user=…`), else who signed in last. */
export function startOf(query: URLSearchParams, remembered: Who | null): Partial<Entries> {
  const account = query.get("account");
  if (!account) return remembered ?? {};
  const userName = query.get("user") ?? (remembered?.account === account ? remembered.userName : "");
  return { account, userName, kind: query.get("kind") === "root" ? "root" : "user" };
}

/** Where a sign-in leads: a page of the console, whatever the address says. */
export function wayBack(to: string | null): string {
  if (!to?.startsWith("/") || /^\/[/\\]/.test(to) || to.startsWith("/sign-in")) return "/";
  return to;
}
