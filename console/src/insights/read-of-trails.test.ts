import { expect, test } from "vitest";
import { Refusal } from "../api/call";
import type { Trail } from "../api/trails";
import { readOfTrails, readTrails } from "./read-of-trails";

const trail = (Name: string, IsOrganizationTrail = false) => ({ Name, IsOrganizationTrail }) as Trail;
const list = { events: [], isCut: false };
const denied = new Refusal("AccessDeniedException", "no", 400);

const ask = (error: Error) => async (of: Trail) => {
  if (of.Name !== "open") throw error;
  return list;
};

test("a trail that is refused is told, and takes nothing from the others", async () => {
  const told = await readOfTrails([trail("shut"), trail("open")], ask(denied), async () => {
    throw denied;
  });
  expect(told).toEqual({ lists: [list], refused: [{ trail: trail("shut"), error: denied }] });
});

test.each([
  ["looks at no data events", trail("shut"), false],
  ["is an organization's", trail("shut", true), true],
])("a refusal is no news where the trail %s", async (_, of, looks) => {
  expect(await readOfTrails([of], ask(denied), async () => looks)).toEqual({ lists: [], refused: [] });
});

test.each([
  ["the server fails", new Refusal("InternalFailure", "oh", 500)],
  ["nobody is signed in", new Refusal("SignedOut", "bye", 403)],
])("it fails where %s", async (_, error) => {
  await expect(readOfTrails([trail("shut")], ask(error), async () => true)).rejects.toBe(error);
});

test("where trails may not be listed, that is told; where the server fails, nothing is", async () => {
  expect(await readTrails(async () => ({ trailList: [trail("one")] }))).toEqual({ trails: [trail("one")] });
  expect(await readTrails(() => Promise.reject(denied))).toEqual({ error: denied });
  const failure = new Refusal("InternalFailure", "oh", 500);
  await expect(readTrails(() => Promise.reject(failure))).rejects.toBe(failure);
});
