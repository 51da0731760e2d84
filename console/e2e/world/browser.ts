import type { LaunchOptions } from "@playwright/test";

/** Debian's Chromium, which looks up no host by itself. */
export const BROWSER: LaunchOptions = {
  executablePath: process.env.CAIRN_CHROMIUM ?? "/usr/bin/chromium",
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
