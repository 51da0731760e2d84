import { defineConfig } from "@playwright/test";
import { BROWSER } from "./world/browser";
import { STORAGE_STATE } from "./world/world";

export default defineConfig({
  testDir: ".",
  outputDir: "../test-results/failures",
  globalSetup: "./global-setup.ts",
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["json", { outputFile: "../test-results/report.json" }]],
  use: {
    launchOptions: BROWSER,
    storageState: STORAGE_STATE,
    viewport: { width: 1440, height: 900 },
    locale: "en-US",
    timezoneId: "Europe/Berlin",
    colorScheme: "light",
    reducedMotion: "reduce",
    screenshot: "only-on-failure",
  },
});
