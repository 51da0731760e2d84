import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

/** What may be in the console: licences that ask for no more than to be passed on. */
const ALLOWED = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "0BSD", "MIT-0"];

interface Manifest {
  name?: string;
  version?: string;
  license?: string;
}

/** Writes `licences.txt`: every package whose code is in the bundle, with the text of its licence. */
export function licences(): Plugin {
  return {
    name: "cairn-licences",
    apply: "build",
    generateBundle(_options, bundle) {
      const roots = new Set<string>();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        for (const id of chunk.moduleIds) {
          const root = packageOf(id);
          if (root) roots.add(root);
        }
      }
      const texts = [...roots].sort().map((root) => licenceOf(root));
      this.emitFile({ type: "asset", fileName: "licences.txt", source: texts.join("\n") });
    },
  };
}

/** The directory of the package that a module is in; none for our own. */
function packageOf(id: string): string | undefined {
  const path = id.replace(/^\0/, "").split("?")[0] ?? "";
  if (!path.includes("/node_modules/")) return undefined;
  for (let at = dirname(path); at.includes("/node_modules/"); at = dirname(at)) {
    const manifest = join(at, "package.json");
    if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, "utf8")) as Manifest).version) return at;
  }
  return undefined;
}

function licenceOf(root: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  if (!license || !ALLOWED.includes(license)) throw new Error(`${name}: may ${license} be in the console?`);
  const files = readdirSync(root).filter((file) => /^(licen[sc]e|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(root, file), "utf8").trim());
  return [`${"=".repeat(80)}`, `${name} ${version} (${license})`, "", ...texts, ""].join("\n");
}
