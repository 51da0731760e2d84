import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const BINARY = resolve(process.env.CAIRN_BIN ?? join(import.meta.dirname, "../../../target/debug/cairn"));

/** The real binary with a data directory of its own, on a free port of loopback. */
export class Server {
  /** A temporary directory; the log is in it, and the data unless they are elsewhere. */
  readonly home = mkdtempSync(join(tmpdir(), "cairn-console-"));
  readonly dataDir: string;
  readonly logPath = join(this.home, "log");
  endpoint = "";
  private process: ChildProcess | undefined;

  constructor(
    private readonly settings: Record<string, string> = {},
    dataDir?: string,
  ) {
    this.dataDir = dataDir ?? join(this.home, "data");
  }

  async start(): Promise<this> {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is not there: cargo build --bin cairn`);
    const log = openSync(this.logPath, "a");
    const args = ["serve", "--data-dir", this.dataDir, "--listen", "127.0.0.1:0"];
    const child = spawn(BINARY, args, {
      stdio: ["ignore", "pipe", log],
      env: this.environment(),
      detached: true,
    });
    this.process = child;
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    for await (const line of lines) {
      const found = / at (http:\/\/127\.0\.0\.1:\d+)/.exec(line);
      if (!found?.[1]) continue;
      this.endpoint = found[1];
      break;
    }
    if (!this.endpoint) throw new Error(`the server did not start:\n${readFileSync(this.logPath, "utf8")}`);
    child.stdout?.resume();
    await waitFor(async () => (await fetch(`${this.endpoint}/_cairn/readyz`)).ok, "readyz answers 200");
    return this;
  }

  /** The id of the process, by which alone it is stopped. */
  get pid(): number {
    return this.process?.pid ?? 0;
  }

  /** Lets the process go on after this one has ended. */
  release(): void {
    this.process?.stdout?.destroy();
    this.process?.unref();
  }

  /**
   * Imports files of a format. This process goes on meanwhile: it would else take a connection for open that the
   * server has closed in the time.
   */
  async import(format: "cloudtrail" | "access-logs", path: string): Promise<{ recorded: number }> {
    const command = ["import", format, path, "--json", "--data-dir", this.dataDir];
    const { stdout } = await promisify(execFile)(BINARY, command, { env: this.environment() });
    return JSON.parse(stdout) as { recorded: number };
  }

  /** Runs a quick command of the same binary on the data directory, and gives what it prints. */
  run(...args: string[]): string {
    const command = [...args, "--data-dir", this.dataDir];
    return execFileSync(BINARY, command, { encoding: "utf8", env: this.environment(), maxBuffer: 64 << 20 });
  }

  /** The key of an account's administrator, as `cairn env` tells it; of the server's own unless another is named. */
  key(account?: string): { key: string; secret: string } {
    const told = this.run("env", ...(account ? ["--account-id", account] : []));
    const value = (name: string) => new RegExp(`${name}=['"]?([^'"\\s]+)`).exec(told)?.[1] ?? "";
    return { key: value("AWS_ACCESS_KEY_ID"), secret: value("AWS_SECRET_ACCESS_KEY") };
  }

  private environment(): NodeJS.ProcessEnv {
    const kept = Object.entries(process.env).filter(([name]) => !/^(CAIRN_|AWS_)/.test(name));
    const settings = Object.entries(this.settings).map(([name, value]) => [
      `CAIRN_${name.toUpperCase().replaceAll(".", "_")}`,
      value,
    ]);
    return Object.fromEntries([...kept, ...settings]);
  }
}

/** Trouble that a spec makes on purpose: a bucket that refuses a trail. */
const PROVOKED = /:trail\/e2e-ailing"/;

/**
 * Stops a server by its process id and removes its directory; gives the lines of its log that tell of trouble which
 * nobody made on purpose.
 */
export async function stop(pid: number, home: string, provoked = PROVOKED): Promise<string[]> {
  process.kill(pid, "SIGINT");
  await waitFor(() => !isAlive(pid), "the server ends");
  const trouble = readFileSync(join(home, "log"), "utf8")
    .split("\n")
    .filter((line) => /"level":"(ERROR|WARN)"/.test(line) && !provoked.test(line));
  rmSync(home, { recursive: true, force: true });
  return trouble;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until something holds; says what was waited for when it does not come about. */
export async function waitFor(
  holds: () => Promise<boolean> | boolean,
  what: string,
  limitMs = 90_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    if (await Promise.resolve(holds()).catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain until ${what}`);
}
