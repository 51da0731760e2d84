import { test as base } from "../fixtures";
import { Aws } from "./aws";
import { type Emulator, emulating } from "./emulator";
import { Server, stop } from "./server";

/** What a spec file has for itself; its `server` is what pages are opened of. */
interface Own {
  server: Server;
}

/**
 * A `test` for a spec file that needs a server of its own: with other settings, or with what would disturb the others.
 * `build` has it as long as `use` takes. Nobody is signed in at first.
 */
export const testOn = <World extends Own>(build: (use: (world: World) => Promise<void>) => Promise<void>) =>
  base.extend<object, { world: World }>({
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here.
    world: [async ({}, use) => build(use), { scope: "worker", timeout: 120_000 }],
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here.
    renewed: async ({}, use) => use(undefined),
    baseURL: async ({ world }, use) => use(world.server.endpoint),
    aws: async ({ world }, use) => use(awsOf(world.server)),
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here.
    storageState: async ({}, use) => use({ cookies: [], origins: [] }),
  });

/** Runs a server while something is done with it; fails where its log tells of trouble but for what is `provoked`. */
export async function serving(
  settings: Record<string, string>,
  provoked: RegExp | undefined,
  act: (server: Server) => Promise<void>,
): Promise<void> {
  const server = await new Server({ "delivery.interval": "1s", "log.format": "json", ...settings }).start();
  let trouble: string[] = [];
  try {
    await act(server);
  } finally {
    trouble = await stop(server.pid, server.home, provoked);
  }
  if (trouble.length > 0) throw new Error(`the server's log tells of trouble:\n${trouble.join("\n")}`);
}

/** A `test` whose server calls some AWS APIs at an emulator, with `settings` beside. */
export const testBesideEmulator = (services: string[], settings: Record<string, string> = {}) =>
  testOn<{ server: Server; emulator: Emulator }>((use) =>
    emulating((emulator) =>
      serving({ ...emulator.settings(...services), ...settings }, undefined, (server) =>
        use({ server, emulator }),
      ),
    ),
  );

/** The public API as the administrator of one of the server's accounts. */
export const awsOf = (server: Server, account?: string): Aws => new Aws(server.endpoint, server.key(account));
