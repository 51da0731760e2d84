import { expect, test } from "vitest";
import { aged, type Told, withItem } from "./told";

const told = (id: string, changed: Partial<Told> = {}): Told => ({ id, type: "success", age: 0, ...changed });
const ids = (items: Told[]) => items.map(({ id }) => id);

test("the newest is told first, once for each id, and no more than twenty", () => {
  const items = ["a", "b", "c"].reduce<Told[]>((before, id) => withItem(before, told(id)), []);
  expect(ids(items)).toEqual(["c", "b", "a"]);
  expect(ids(withItem(items, told("a")))).toEqual(["a", "c", "b"]);
  const many = Array.from({ length: 30 }, (_, index) => told(String(index)));
  expect(many.reduce<Told[]>(withItem, [])).toHaveLength(20);
});

test("good news outlives one page, bad news and what lasts all of them", () => {
  const items = [
    told("good"),
    told("info", { type: "info" }),
    told("bad", { type: "error" }),
    told("lasting", { type: "info", lasting: true }),
  ];
  expect(ids(aged(items))).toEqual(["good", "info", "bad", "lasting"]);
  expect(ids(aged(aged(items)))).toEqual(["bad", "lasting"]);
});

test("nothing stays the same nothing", () => {
  const none: Told[] = [];
  expect(aged(none)).toBe(none);
});
