import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import { BROWSER } from "./world/browser";
import { RESULTS, STORAGE_STATE } from "./world/world";

/** Specs that have a server for themselves: they run beside the others. */
const APART =
  /\/(accounts|delivery|destinations|first-run|insights-data|integrity-elsewhere|organization|trails-protected)\.spec\.ts$/;

export default defineConfig({
  testDir: ".",
  outputDir: join(RESULTS, "failures"),
  globalSetup: "./global-setup.ts",
  workers: 2,
  // Those of one server go one after the other: some count its events.
  projects: [
    { name: "one server", testIgnore: APART, workers: 1 },
    { name: "own servers", testMatch: APART, workers: 1 },
  ],
  // Limits are for a machine several times slower than two quick cores; a missing element is told before the test ends.
  timeout: 120_000,
  // What passes only when it is run again is listed as flaky: a defect to look into, but no lost run.
  retries: 1,
  expect: { timeout: 30_000, toPass: { timeout: 60_000 } },
  reporter: [["list"], ["json", { outputFile: join(RESULTS, "report.json") }]],
  use: {
    launchOptions: BROWSER,
    actionTimeout: 60_000,
    storageState: STORAGE_STATE,
    viewport: { width: 1440, height: 900 },
    locale: "en-US",
    timezoneId: "Europe/Berlin",
    colorScheme: "light",
    reducedMotion: "reduce",
    screenshot: "only-on-failure",
  },
});
