import { resolve } from "node:path";
import { type Browser, type BrowserContextOptions, type Page, test } from "@playwright/test";
import { Aws } from "../world/aws";
import { Server, stop } from "../world/server";
import { ADMINISTRATOR, signIn } from "../world/sign-in";

/** Visits, each with an empty browser cache; medians are told. */
const ROUNDS = 7;
const ROW = "table tbody tr";

/** What is measured of a visit, ms: the first three from the navigation on, the others from the key or click on. */
type Visit = Record<(typeof MEASURED)[number], number>;
const MEASURED = [
  "first words on the screen",
  "first event in the table",
  "nothing keeps the page from answering",
  "next page",
  "a filter",
  "free text",
  "free text that is rare",
  "all of 90 days, reads too",
] as const;

test("how long Event history takes to show and to be used", async ({ browser }) => {
  const dataDir = process.env.CAIRN_BENCH_DATA;
  if (!dataDir) throw new Error("CAIRN_BENCH_DATA names a data directory that is full of events");
  const server = await new Server({ "log.format": "json" }, resolve(dataDir)).start();
  server.release();
  try {
    const visits = await visitOften(browser, server);
    tell(await countOf(server), visits);
  } finally {
    await stop(server.pid, server.home);
  }
});

async function visitOften(browser: Browser, server: Server): Promise<Visit[]> {
  const password = { UserName: ADMINISTRATOR.user, Password: ADMINISTRATOR.password };
  await awsOf(server).query("iam", "UpdateLoginProfile", password);
  const baseURL = server.endpoint;
  const first = await browser.newContext({ baseURL });
  await signIn(await first.newPage(), ADMINISTRATOR);
  const options = { baseURL, storageState: await first.storageState() };
  await first.close();
  const visits: Visit[] = [];
  for (let round = 0; round < ROUNDS; round += 1) visits.push(await visit(browser, options));
  return visits;
}

async function visit(browser: Browser, options: BrowserContextOptions): Promise<Visit> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.addInitScript(watch, ROW);
  await page.goto("/_cairn/console/events");
  await page.waitForFunction(() => window.watched.isQuiet(500));
  const shown = await page.evaluate(() => window.watched.shown());
  const nextPage = await changed(page, () => page.getByRole("button", { name: "Next page" }).click());
  const filter = await searched(page, "Event name = CreateAccessKey");
  const freeText = await searched(page, "guest-7");
  const rare = await searched(page, '"AKIAEXAMPLEGUEST39" terminated');
  await page.goto("/_cairn/console/events?ReadOnly=any");
  await page.waitForFunction(() => window.watched.isQuiet(500));
  const wide = await page.evaluate(() => window.watched.shown().event);
  await context.close();
  const values = [shown.words, shown.event, shown.quiet, nextPage, filter, freeText, rare, wide];
  return Object.fromEntries(MEASURED.map((name, index) => [name, values[index]])) as Visit;
}

/** Searches for something from the beginning, and measures from the key that applies it. */
async function searched(page: Page, text: string): Promise<number> {
  await page.goto("/_cairn/console/events");
  await page.waitForFunction(() => window.watched.isQuiet(500));
  const box = page.getByLabel("Filter events");
  await box.fill(text);
  return changed(page, () => box.press("Enter"));
}

/** Measures from a key or click to the moment at which the table shows something else. */
async function changed(page: Page, act: () => Promise<void>): Promise<number> {
  await page.evaluate(() => window.watched.begin());
  await act();
  await page.waitForFunction(() => window.watched.changed() !== undefined);
  return page.evaluate(() => window.watched.changed() ?? Number.NaN);
}

declare global {
  interface Window {
    watched: {
      isQuiet: (ms: number) => boolean;
      shown: () => { words: number; event: number; quiet: number };
      begin: () => void;
      changed: () => number | undefined;
    };
  }
}

/** Runs in the page, before anything of it does. */
function watch(row: string): void {
  let event = Number.NaN;
  let busyUntil = 0;
  let acted: number | undefined;
  let before = "";
  let after: number | undefined;
  const top = () => document.querySelector(row)?.textContent ?? "";
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) busyUntil = Math.max(busyUntil, task.startTime + task.duration);
  }).observe({ type: "longtask", buffered: true });
  new MutationObserver(() => {
    if (Number.isNaN(event) && document.querySelectorAll(row).length > 5) event = performance.now();
    if (acted !== undefined && after === undefined && top() !== before) after = performance.now();
  }).observe(document, { childList: true, subtree: true, characterData: true });
  for (const kind of ["keydown", "click"]) {
    addEventListener(kind, () => (acted ??= before === "" ? undefined : performance.now()), {
      capture: true,
    });
  }
  window.watched = {
    isQuiet: (ms) => event + ms < performance.now() && busyUntil + ms < performance.now(),
    shown: () => ({
      words: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
      event,
      quiet: Math.max(event, busyUntil),
    }),
    begin: () => {
      before = top();
      acted = undefined;
      after = undefined;
    },
    changed: () => (after === undefined || acted === undefined ? undefined : after - acted),
  };
}

const awsOf = (server: Server) => new Aws(server.endpoint, server.key());

async function countOf(server: Server): Promise<number> {
  const summary = await awsOf(server).page<{ Total: number }>("/_cairn/history/summary", {});
  return summary.Total;
}

function tell(events: number, visits: Visit[]): void {
  console.log(`\nEvent history with ${events} events, ms: median (best–worst) of ${visits.length} visits`);
  for (const name of MEASURED) {
    const values = visits.map((visit) => visit[name]).sort((one, other) => one - other);
    const at = (share: number) => Math.round(values[Math.floor(share * (values.length - 1))] ?? Number.NaN);
    console.log(`  ${name.padEnd(40)}${String(at(0.5)).padStart(6)} (${at(0)}–${at(1)})`);
  }
}
