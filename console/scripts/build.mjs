// Builds the console beside `dist` and puts it in its place when it is whole, so that a server that reads `dist` from
// the disk never sees half of it.
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { compress } from "./compress.mjs";
import { tellSizes } from "./sizes.mjs";

const root = new URL("..", import.meta.url).pathname;
const dist = join(root, "dist");
const made = mkdtempSync(join(root, "dist."));
const old = mkdtempSync(join(root, "dist."));
try {
  await build({ root, logLevel: "warn", build: { outDir: made, emptyOutDir: true } });
  compress(made);
  tellSizes(made);
  try {
    renameSync(dist, join(old, "dist"));
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  renameSync(made, dist);
} finally {
  rmSync(made, { recursive: true, force: true });
  rmSync(old, { recursive: true, force: true });
}
