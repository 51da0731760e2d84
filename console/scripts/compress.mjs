// Writes each file of `dist` a second and third time, compressed with Brotli and gzip: the server sends what the
// browser takes and compresses nothing itself. Prints what is there.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = new URL("../dist", import.meta.url).pathname;
const compressible = /\.(html|js|css|svg|json|txt|woff)$/;

function* filesBelow(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

let raw = 0;
let brotli = 0;
let gzip = 0;
for (const path of [...filesBelow(dist)]) {
  if (/\.(br|gz)$/.test(path)) {
    rmSync(path);
    continue;
  }
  if (!compressible.test(path)) continue;
  const bytes = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  raw += bytes.length;
  brotli += statSync(`${path}.br`).size;
  gzip += statSync(`${path}.gz`).size;
}
const kilo = (bytes) => `${Math.round(bytes / 1000)} kB`;
console.log(`${relative(process.cwd(), dist)}: ${kilo(raw)}, gzip ${kilo(gzip)}, Brotli ${kilo(brotli)}`);
