import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig } from "vitest/config";
import type { Plugin } from "vite";

/** Writes NAME.gz beside each file that gzip makes smaller: the server has no compression of its own. */
function gzipBesideAssets(): Plugin {
  let directory = "";
  return {
    name: "gzip-beside-assets",
    apply: "build",
    configResolved(config) {
      directory = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
        if (!entry.isFile() || !/\.(js|css|html|svg|json|webmanifest|txt)$/.test(entry.name)) continue;
        const path = join(entry.parentPath ?? entry.path, entry.name);
        const plain = readFileSync(path);
        const packed = gzipSync(plain, { level: 9 });
        if (packed.length < plain.length) writeFileSync(`${path}.gz`, packed);
      }
    },
  };
}

/**
 * The meeting's page (`vite build`), and others, each built by itself (`vite build --mode status`): with nothing shared, they cost the
 * meeting's page no byte and no request.
 */
const OTHER_PAGES = ["status", "admin", "archive"];

export default defineConfig(({ mode }) => ({
  base: "/",
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    outDir: "dist",
    assetsDir: "assets",
    target: ["es2021", "chrome94", "firefox100", "safari15.4"],
    assetsInlineLimit: 0,
    // One meeting page: no module preload polyfill needed by the browsers that do WebRTC simulcast.
    modulePreload: { polyfill: false },
    sourcemap: false,
    emptyOutDir: !OTHER_PAGES.includes(mode),
    copyPublicDir: !OTHER_PAGES.includes(mode),
    rollupOptions: { input: OTHER_PAGES.includes(mode) ? `${mode}.html` : "index.html" },
  },
  plugins: [gzipBesideAssets()],
  server: { proxy: { "/ws": { target: "ws://127.0.0.1:8080", ws: true }, "/api": "http://127.0.0.1:8080" } },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"], environment: "node" },
}));
