import { defineConfig } from "@playwright/test";
import { BROWSER } from "../world/browser";

/** `make bench-console`: figures, not tests. */
export default defineConfig({
  testDir: ".",
  testMatch: "*.bench.ts",
  outputDir: "../../test-results/bench",
  workers: 1,
  timeout: 600_000,
  reporter: "line",
  use: { launchOptions: BROWSER, viewport: { width: 1440, height: 900 }, locale: "en-US", timezoneId: "UTC" },
});
