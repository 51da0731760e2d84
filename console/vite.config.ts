import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { licences } from "./dev/licences.ts";
import { signingProxy } from "./dev/signing-proxy.ts";

/** Where the server serves the console. */
const BASE = "/_cairn/console/";

export default defineConfig({
  base: BASE,
  plugins: [react(), signingProxy(BASE), licences()],
  // Several people may run the development server from one checkout.
  cacheDir: process.env.CAIRN_VITE_CACHE ?? "node_modules/.vite",
  build: { target: "es2022", manifest: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 1500 },
  server: { host: "127.0.0.1" },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
