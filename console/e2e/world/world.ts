import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The server that the specs look at. */
export interface World {
  endpoint: string;
  pid: number;
  home: string;
  key: string;
  secret: string;
}

/** Where everything goes that a run leaves; runs beside each other need a directory each. */
export const RESULTS = resolve(
  process.env.CAIRN_E2E_RESULTS ?? join(import.meta.dirname, "../../test-results"),
);

/** Where the world is written down for the specs. */
export const WORLD = join(RESULTS, "world.json");

/** Is there once the server of the run is used: whoever comes then comes after a test that failed. */
export const TAKEN = join(RESULTS, "taken");

/** The cookies of the administrator. */
export const STORAGE_STATE = join(RESULTS, "administrator.json");

/** Where screenshots of pages are kept. */
export const SCREENSHOTS = join(RESULTS, "screenshots");

export const readWorld = (): World => JSON.parse(readFileSync(WORLD, "utf8")) as World;
