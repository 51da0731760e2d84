import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { Aws, createTrail } from "./aws";
import { BROWSER } from "./browser";
import { ACCOUNT, writeLogFiles } from "./generated-events";
import { writeRealEvents } from "./real-events";
import { Server, stop, waitFor } from "./server";
import { ADMINISTRATOR, signIn } from "./sign-in";
import { RESULTS, STORAGE_STATE, WORLD, type World } from "./world";

const EVENTS = Number(process.env.CAIRN_E2E_EVENTS ?? 100_000);
const DAYS = 14;

/** Starts the server that specs share, fills its past, and writes down where it is and who is signed in. */
export async function startShared(): Promise<Server> {
  const begun = Date.now();
  const settings = { "delivery.interval": "1s", "digest.interval": "10m", "log.format": "json" };
  const server = await new Server(settings).start();
  try {
    await fill(server, begun);
  } catch (error) {
    await stop(server.pid, server.home);
    throw error;
  }
  console.log(`server ${server.endpoint} with ${EVENTS} events, ready in ${Date.now() - begun} ms`);
  return server;
}

/** Stops it; fails where its log tells of trouble. */
export async function stopShared(server: Server): Promise<void> {
  const trouble = await stop(server.pid, server.home);
  if (trouble.length > 0) throw new Error(`the server's log tells of trouble:\n${trouble.join("\n")}`);
}

async function fill(server: Server, now: number): Promise<void> {
  await expectConsole(server.endpoint);
  const logs = join(server.home, "logs");
  writeLogFiles(logs, EVENTS, DAYS, Math.floor(now / 1000) - 600);
  const told = await server.import("cloudtrail", logs);
  if (told.recorded !== EVENTS) throw new Error(`${told.recorded} of ${EVENTS} events were imported`);
  await importReal(server, Math.floor(now / 1000) - 3600);
  const aws = new Aws(server.endpoint, server.key());
  await createTrail(aws, "main", "main-trail", ACCOUNT);
  await createPeople(aws);
  await waitFor(() => isIndexed(server.endpoint), "the history holds what was imported", 300_000);
  mkdirSync(RESULTS, { recursive: true });
  const world: World = { endpoint: server.endpoint, pid: server.pid, home: server.home, ...server.key() };
  writeFileSync(WORLD, JSON.stringify(world));
  await rememberSignIn(server.endpoint);
}

/** Fails with what to do where the server has no console to show. */
async function expectConsole(endpoint: string): Promise<void> {
  const answer = await fetch(`${endpoint}/_cairn/console/`);
  if (answer.status === 503) throw new Error("The console was not built: npm run --prefix console build");
  if (!answer.ok) throw new Error(`the console's page is answered with ${answer.status}`);
}

/** Real events beside the generated ones, where they are at hand. */
async function importReal(server: Server, end: number): Promise<void> {
  const source =
    process.env.CAIRN_REAL_EVENTS ?? join(import.meta.dirname, "../../../../shared/fixtures/events");
  const directory = join(server.home, "real");
  const count = writeRealEvents(source, directory, end);
  if (count === undefined) {
    console.log(
      `real events SKIPPED: ${source} is not there (CAIRN_REAL_EVENTS names a directory of log files)`,
    );
    return;
  }
  const told = await server.import("cloudtrail", directory);
  console.log(`${told.recorded} of ${count} real events beside them`);
}

async function rememberSignIn(endpoint: string): Promise<void> {
  const browser = await chromium.launch(BROWSER);
  try {
    const page = await browser.newPage({ baseURL: endpoint });
    await signIn(page, ADMINISTRATOR);
    await page.context().storageState({ path: STORAGE_STATE });
  } finally {
    await browser.close();
  }
}

async function createPeople(aws: Aws): Promise<void> {
  await aws.query("iam", "UpdateLoginProfile", {
    UserName: ADMINISTRATOR.user,
    Password: ADMINISTRATOR.password,
  });
  const policy = (actions: string[]) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
    });
  await aws.query("iam", "CreateUser", { UserName: "alice" });
  await aws.query("iam", "CreateLoginProfile", { UserName: "alice", Password: "Correct-horse-battery-1" });
  const reader = policy(["cloudtrail:LookupEvents", "cloudtrail:DescribeTrails", "iam:ChangePassword"]);
  await aws.query("iam", "PutUserPolicy", {
    UserName: "alice",
    PolicyName: "reader",
    PolicyDocument: reader,
  });
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "sts:AssumeRole" },
    ],
  });
  await aws.query("iam", "CreateRole", { RoleName: "auditor", AssumeRolePolicyDocument: trust });
  const auditor = policy(["cloudtrail:*", "s3:*"]);
  await aws.query("iam", "PutRolePolicy", {
    RoleName: "auditor",
    PolicyName: "audit",
    PolicyDocument: auditor,
  });
}

async function isIndexed(endpoint: string): Promise<boolean> {
  const ready = (await (await fetch(`${endpoint}/_cairn/readyz`)).json()) as { history: { lag: number } };
  return ready.history.lag === 0;
}
