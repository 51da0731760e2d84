import { existsSync } from "node:fs";
import type { LaunchOptions } from "@playwright/test";

const CHROMIUM = process.env.CAIRN_CHROMIUM ?? "/usr/bin/chromium";

/** Debian's Chromium, which looks up no host by itself. */
export const BROWSER: LaunchOptions = {
  executablePath: CHROMIUM,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

/** Fails with what to do where there is no browser. */
export function expectBrowser(): void {
  if (existsSync(CHROMIUM)) return;
  throw new Error(
    `Chromium is missing: ${CHROMIUM} is not there. Install it (apt-get install chromium), or name another by CAIRN_CHROMIUM.`,
  );
}
