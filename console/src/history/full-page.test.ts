import { expect, test } from "vitest";
import type { EventItem, SearchPage } from "../api/history";
import { fullPage } from "./full-page";

const event = (EventId: string) => ({ EventId }) as EventItem;

/** Pages by their token, as `ids>next`, and what was asked. */
function asked(pages: Record<string, string>) {
  const calls: string[] = [];
  const ask = (count: number, token: string | undefined): Promise<SearchPage> => {
    calls.push(`${count} from ${token ?? "the newest"}`);
    const [ids = "", next] = (pages[token ?? ""] ?? "").split(">");
    const Events = ids.split(" ").filter(Boolean).map(event);
    return Promise.resolve({ Events, ...(next ? { NextToken: next, SearchedBackTo: next } : {}) });
  };
  return { ask, calls };
}

const CASES: [
  name: string,
  pages: Record<string, string>,
  ids: string,
  next: string | undefined,
  calls: string[],
][] = [
  ["a full page is asked for once", { "": "a b c>t" }, "a b c", "t", ["3 from the newest"]],
  ["the last page may be short", { "": "a" }, "a", undefined, ["3 from the newest"]],
  [
    "a short page is filled",
    { "": "a>t", t: ">u", u: "b c>v" },
    "a b c",
    "v",
    ["3 from the newest", "2 from t", "2 from u"],
  ],
  ["until nothing is left", { "": ">t", t: "a" }, "a", undefined, ["3 from the newest", "3 from t"]],
];

test.each(CASES)("%s", async (_, pages, ids, next, calls) => {
  const search = asked(pages);
  const page = await fullPage(search.ask, 3, undefined, () => 0);
  expect(page.Events.map(({ EventId }) => EventId).join(" ")).toBe(ids);
  expect(page.NextToken).toBe(next);
  expect(search.calls).toEqual(calls);
});

test("patience ends", async () => {
  const search = asked({ "": ">t", t: ">u", u: ">v" });
  let time = 0;
  const page = await fullPage(search.ask, 3, undefined, () => (time += 1_500));
  expect(search.calls).toHaveLength(2);
  expect(page).toEqual({ Events: [], NextToken: "u", SearchedBackTo: "u" });
});
