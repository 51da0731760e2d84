import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The server that the specs look at. */
export interface World {
  endpoint: string;
  pid: number;
  home: string;
  key: string;
  secret: string;
}

const results = join(import.meta.dirname, "../../test-results");

/** Where the world is written down for the specs. */
export const WORLD = join(results, "world.json");

/** The cookies of the administrator. */
export const STORAGE_STATE = join(results, "administrator.json");

/** Where screenshots of pages are kept. */
export const SCREENSHOTS = join(results, "screenshots");

export const readWorld = (): World => JSON.parse(readFileSync(WORLD, "utf8")) as World;
