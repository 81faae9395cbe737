// Runs files of tests side by side, as `node --test` does, and those that take long first: whatever takes long and
// starts last is waited for alone.
//
//     node tests/run.mjs [--width N] [--setup MODULE] [--counts FILE] FILE...
//
// `--setup` names a module for `globalSetup` and `globalTeardown` of Node.js; `--counts` a file for how many tests
// passed and failed, as JSON.

import { writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { parseArgs } from "node:util";

/**
 * Those that take more than half a minute, the longest first: they wait for retries, restarts or a whole replay, or look
 * at many pages.
 */
const LONG = [
  ["dev", "durability", "webhook", "cuts", "once-cut", "model", "faults", "once", "export", "channels", "lifecycle"],
  ["rush", "handover", "reply", "socket", "fuzz", "matrix", "erase", "sample", "bad-input", "email"],
  ["dashboard-pages", "dashboard-collection", "dashboard", "dashboard-settings", "dashboard-reports", "dashboard-inbox", "embed", "access"],
].flat();

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { width: { type: "string" }, setup: { type: "string" }, counts: { type: "string" } },
});

const place = (file) => {
  const known = LONG.indexOf(basename(file, ".test.mjs"));
  return known < 0 ? LONG.length : known;
};
const files = positionals.map((file) => resolve(file)).sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));

const counts = { passed: 0, failed: 0 };
run({
  files,
  concurrency: values.width ? Number(values.width) : true,
  globalSetupPath: values.setup && resolve(values.setup),
})
  .on("test:summary", ({ file, counts: { passed, failed, cancelled } }) => {
    // Each file has a summary as well.
    if (file !== undefined) return;
    counts.passed = passed;
    counts.failed = failed + cancelled;
  })
  .on("test:fail", () => {
    process.exitCode = 1;
  })
  .on("end", () => {
    if (values.counts) writeFileSync(values.counts, JSON.stringify(counts));
  })
  .compose(spec)
  .pipe(process.stdout);
