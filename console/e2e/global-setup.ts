import { rmSync } from "node:fs";
import { expectBrowser } from "./world/browser";
import { startShared, stopShared } from "./world/shared-server";
import { TAKEN } from "./world/world";

/** Starts the server that specs share. */
export default async function setUp(): Promise<() => Promise<void>> {
  expectBrowser();
  rmSync(TAKEN, { force: true });
  const server = await startShared();
  server.release();
  return () => stopShared(server);
}
