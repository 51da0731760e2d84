import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import { Aws } from "./world/aws";
import { heardBadly } from "./world/heard";
import { startShared, stopShared } from "./world/shared-server";
import { readWorld, SCREENSHOTS, TAKEN } from "./world/world";

export { expect };

interface Fixtures {
  /** The public API, as the administrator. */
  aws: Aws;
  /** Fails the test when the page throws, breaks its content security policy or asks another host. */
  watched: undefined;
  /**
   * Looks at the page as it is: no violation of axe's rules (WCAG 2.2 AA), nothing that is heard without a name, and a
   * picture of it in light, in dark and on a narrow screen, `test-results/screenshots/NAME-….png`.
   */
  look: (name: string) => Promise<void>;
}

interface Workers {
  /**
   * A server of its own for the worker that follows a test that failed, in place of the one that specs share: what was
   * made for that test is no obstacle when it is run again.
   */
  renewed: undefined;
}

export const test = base.extend<Fixtures, Workers>({
  renewed: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here.
    async ({}, use) => {
      if (isFirst()) return use(undefined);
      const server = await startShared();
      try {
        await use(undefined);
      } finally {
        await stopShared(server);
      }
    },
    { scope: "worker", auto: true, timeout: 600_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here.
  baseURL: async ({}, use) => use(readWorld().endpoint),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here.
  aws: async ({}, use) => {
    const world = readWorld();
    await use(new Aws(world.endpoint, world));
  },
  watched: [
    async ({ page, baseURL }, use) => {
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(`uncaught: ${error.message}`));
      page.on("console", (message) => {
        const text = message.text();
        // A refused call is shown on the page; the browser names it here as well.
        if (message.type() === "error" && !/Failed to load resource/.test(text)) faults.push(text);
      });
      page.on("request", (request) => {
        const url = request.url();
        if (/^https?:/.test(url) && !url.startsWith(`${baseURL}/`)) faults.push(`another host: ${url}`);
      });
      await use(undefined);
      expect(faults, "what the browser complains about").toEqual([]);
    },
    { auto: true },
  ],
  look: async ({ page }, use) => {
    await use(async (name) => {
      await expectAccessible(page, name);
      expect(await heardBadly(page), `what is heard of ${name}`).toEqual([]);
      await pictures(page, name);
    });
  },
});

/** Whether nobody used the server of this run before. */
function isFirst(): boolean {
  try {
    closeSync(openSync(TAKEN, "wx"));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function expectAccessible(page: Page, name: string): Promise<void> {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await new AxeBuilder({ page }).withTags(tags).analyze();
  const violations = found.violations.map(
    (violation) =>
      `${violation.id}: ${violation.help}\n  ${violation.nodes.map((node) => node.html).join("\n  ")}`,
  );
  expect(violations, `axe on ${name}`).toEqual([]);
}

async function pictures(page: Page, name: string): Promise<void> {
  const size = page.viewportSize() ?? { width: 1440, height: 900 };
  const bar = await topBar(page);
  // What sticks to the top would stand in the middle of the picture.
  await page.evaluate(() => window.scrollTo(0, 0));
  const shoot = (kind: string) =>
    page.screenshot({ path: join(SCREENSHOTS, `${name}-${kind}.png`), fullPage: true });
  await shoot("light");
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(page.locator("body")).toHaveClass(/awsui-dark-mode/);
  await shoot("dark");
  await expectAccessible(page, `${name}, dark`);
  await page.emulateMedia({ colorScheme: "light" });
  await expect(page.locator("body")).not.toHaveClass(/awsui-dark-mode/);
  await page.setViewportSize(NARROW);
  // The bar is laid out anew for a width a moment later, by both its ways: a menu that is opened before would go.
  if (bar.length > 0) await expect.poll(() => topBar(page)).not.toEqual(bar);
  await drawn(page);
  await shoot("narrow");
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow, `${name} is wider than a narrow screen`).toBeLessThanOrEqual(0);
  await page.setViewportSize(size);
  await expect.poll(() => topBar(page)).toEqual(bar);
  await drawn(page);
}

const NARROW = { width: 375, height: 812 };

/** The buttons of the bar above every page, by what is read on them. The sign-in page has none. */
const topBar = (page: Page) => page.locator("#top header button").allInnerTexts();

/** What was measured for a new size is drawn with the second frame at the latest. */
const drawn = (page: Page) =>
  page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))),
  );
