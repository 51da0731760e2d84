import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Aws } from "./aws";
import { ACCOUNT } from "./generated-events";
import { waitFor } from "./server";

const MOTO = resolve(
  process.env.CAIRN_MOTO ?? join(import.meta.dirname, "../../../target/clients/emulators/bin/moto_server"),
);

/** Why no emulator can be started, where it can't. */
export const EMULATOR_MISSING = existsSync(MOTO)
  ? undefined
  : `SKIPPED: ${MOTO} is not there; make target/clients/emulators/ready installs it`;

/** AWS APIs that run elsewhere: moto's, which believe every signature. */
export interface Emulator {
  endpoint: string;
  /** Calls there. */
  aws: Aws;
  /** The settings that have a server call some of its APIs there. */
  settings: (...services: string[]) => Record<string, string>;
}

const KEY = { key: "AKIAOUTSIDE", secret: "outside-secret" };

/** Runs an emulator while something is done with it. */
export async function emulating(act: (emulator: Emulator) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "cairn-moto-"));
  const secret = join(home, "secret");
  writeFileSync(secret, KEY.secret);
  const port = await freePort();
  const log = openSync(join(home, "log"), "a");
  const child = spawn(MOTO, ["-H", "127.0.0.1", "-p", String(port)], {
    stdio: ["ignore", log, log],
    env: { PATH: process.env.PATH, MOTO_ACCOUNT_ID: ACCOUNT },
  });
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    const answers = async () => {
      if (child.exitCode !== null) throw new Error("it ended");
      return (await fetch(`${endpoint}/moto-api/data.json`)).ok;
    };
    const told = () => readFileSync(join(home, "log"), "utf8").slice(-2000);
    await waitFor(answers, "moto answers", 90_000).catch((error: Error) => {
      throw new Error(`${error.message}\n${told()}`);
    });
    await act({
      endpoint,
      aws: new Aws(endpoint, KEY),
      settings: (...services) => ({
        "endpoints.access_key_id": KEY.key,
        "endpoints.secret_access_key_file": secret,
        ...Object.fromEntries(services.map((service) => [`endpoints.${service}`, endpoint])),
      }),
    });
  } finally {
    child.kill("SIGKILL");
    rmSync(home, { recursive: true, force: true });
  }
}

/** A port of loopback that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address ? found(address.port) : failed(new Error("no port")),
      );
    });
  });
}
