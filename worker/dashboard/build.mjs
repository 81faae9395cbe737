// Builds the dashboard's styles and scripts into dist/, each with a hash of its content in its name; the
// Worker is compiled with them in it.
//
//   node worker/dashboard/build.mjs

import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");

rmSync(dist, { recursive: true, force: true });
await esbuild.build({
  // What only some pages need is a file of its own.
  entryPoints: ["dashboard.css", "dashboard.js", "search.js", "charts.js", "sort.js", "live.js"].map((name) => join(here, name)),
  outdir: dist,
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome111", "firefox114", "safari16.4"],
  // Notices stay with the code that they are about, as their licences ask.
  legalComments: "inline",
  logLevel: "warning",
});
