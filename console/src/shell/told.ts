import type { Notification } from "./notifications";

/** Something that was told, and how many pages were entered since. */
export interface Told extends Notification {
  id: string;
  age: number;
}

const ITEMS_MAX = 20;

/** Puts the newest first, in place of the one of the same id. */
export function withItem(before: Told[], item: Told): Told[] {
  return [item, ...before.filter(({ id }) => id !== item.id)].slice(0, ITEMS_MAX);
}

/** What is still told after another page was entered: good news outlives one redirect, bad news stays until it is dismissed. */
export function aged(items: Told[]): Told[] {
  if (!items.length) return items;
  return items
    .map((item) => ({ ...item, age: item.age + 1 }))
    .filter(({ age, type, lasting }) => lasting || age < 2 || (type !== "success" && type !== "info"));
}
