import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** The most that a first load may be, whichever page it is of, bytes. */
const FIRST_LOAD_BYTES_MAX = 800_000;

/** Prints what a browser loads for each page, compressed with Brotli and with gzip, and refuses more than the budget. */
export function tellSizes(dist) {
  const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));
  rmSync(join(dist, ".vite"), { recursive: true });
  const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
  const pages = Object.keys(manifest).filter(
    (key) => manifest[key].isDynamicEntry && /-page\.tsx$/.test(key),
  );
  const size = (files, encoding) =>
    [...files].reduce((sum, file) => sum + statSync(join(dist, `${file}.${encoding}`)).size, 0);
  console.log("first load of a page, kB:  Brotli   gzip");
  let worst = 0;
  for (const page of pages.sort()) {
    const files = filesOf(manifest, [...needs(manifest, entry), ...needs(manifest, page)]);
    const [brotli, gzip] = [size(files, "br"), size(files, "gz")];
    worst = Math.max(worst, gzip);
    console.log(`${page.padEnd(36)}${kilo(brotli)}${kilo(gzip)}`);
  }
  if (worst > FIRST_LOAD_BYTES_MAX)
    throw new Error(`a page needs ${worst} bytes at first load, ${FIRST_LOAD_BYTES_MAX} may be`);
}

const kilo = (bytes) => String(Math.round(bytes / 1000)).padStart(7);

/** Everything that a chunk needs before it runs. */
function needs(manifest, key, found = new Set()) {
  if (found.has(key)) return found;
  found.add(key);
  for (const next of manifest[key].imports ?? []) needs(manifest, next, found);
  return found;
}

function filesOf(manifest, keys) {
  const files = new Set(["index.html"]);
  for (const key of keys) {
    files.add(manifest[key].file);
    for (const css of manifest[key].css ?? []) files.add(css);
  }
  return files;
}
