// Measures the widget in Chromium, and prints JSON for `cargo xtask bench widget`.
//
//   node widget-plugin/bench/widget.mjs [--sizes | [--runs N] [--throttle N] [--no-peers]]
//
// --sizes   measures bytes alone, without a browser

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DIST, source } from "../tests/support/source.mjs";
import { Stub } from "../tests/support/stub.mjs";
import { launch, visit } from "./page.mjs";
import { parts, sizes } from "./sizes.mjs";
import { OWN, PEERS, fetched } from "./subjects.mjs";

const { values: flags } = parseArgs({
  allowNegative: true,
  options: { runs: { type: "string", default: "7" }, throttle: { type: "string", default: "4" }, peers: { type: "boolean", default: true }, sizes: { type: "boolean", default: false } },
});
if (flags.sizes) {
  console.log(JSON.stringify({ parts: parts(DIST) }));
  process.exit();
}
const { MAX_MESSAGE_BYTES } = await source("wire");
const RUNS = Number(flags.runs);
const throttle = Number(flags.throttle);

const html = (tag) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="description" content="A page."><link rel="icon" href="data:,"><title>A page</title></head><body><h1>A page of a shop</h1><p>With some words on it, as pages have.</p><script>performance.mark("tag")</script>${tag}</body></html>`;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** A letter as people paste it, with more to be noticed in it than any has; with what stands before it 8 KiB. */
const LINE = "On Tuesday I wrote to the shop about order 20711 (see the note of Jane Whitfield, jane.whitfield@example.com, or call +44 20 7946 0958).\n";
const LONGEST = LINE.repeat(Math.ceil(MAX_MESSAGE_BYTES / LINE.length)).slice(0, MAX_MESSAGE_BYTES - 10);

const stub = await Stub.start();
const browser = await launch();

/** Medians of several visits, and the worst of all for what must never be: shifts, and long tasks. */
async function measure(tag, options) {
  stub.pages["/bench"] = { headers: { "Content-Type": "text/html; charset=utf-8" }, body: html(tag) };
  const visits = [];
  for (let i = 0; i <= RUNS; i += 1) visits.push(await visit(browser, `${stub.url}/bench`, { throttle, ...options }));
  visits.shift(); // The first warms the server and the disk.
  const of = (key, pick = median) => (visits[0][key] === undefined || visits[0][key] === null ? null : pick(visits.map((v) => v[key])));
  const worst = (numbers) => Math.max(...numbers);
  return {
    ready_ms: of("ready"), fcp_ms: of("fcp"), lcp_ms: of("lcp"), cls: of("cls", worst), tbt_ms: of("tbt"),
    longest_ms: of("longest", worst), heap_bytes: of("heap"), requests: of("requests"),
    longest_in_use_ms: of("longestInUse", worst), longest_pasting_ms: of("longestPasting", worst), heap_in_use_bytes: of("heapInUse"), requests_in_use: of("requestsInUse"),
  };
}

/** A visitor opens the chat and begins to write, until the engine has read it. */
async function use(page, { x, y, width, height }) {
  await page.mouse.click(x + width / 2, y + height / 2);
  await page.waitForTimeout(300);
  await page.keyboard.type("I'm Mike. ", { delay: 60 });
}

/** And puts in the longest text that there can be, and sends it. */
async function paste(page) {
  await page.keyboard.press("ControlOrMeta+V");
  await page.waitForTimeout(2000);
  await page.keyboard.press("Enter");
}

const rows = [];
rows.push({ name: "(a page without a chat)", version: "", bytes: 0, gzip: 0, ...(await measure("", {})) });
const { version } = JSON.parse(readFileSync(join(DIST, "..", "package.json"), "utf8"));
rows.push({ name: OWN.name, version, ...sizes(DIST, OWN.files), ...(await measure(OWN.tag, { ready: OWN.ready, use, paste, clipboard: LONGEST })) });
const skipped = [];
for (const peer of flags.peers ? PEERS : []) {
  const folder = fetched(peer);
  if (!folder) {
    skipped.push(`${peer.name}: the registry does not give it`);
    continue;
  }
  stub.folders = { "/peer": folder };
  try {
    rows.push({ name: peer.name, version: peer.version, ...sizes(folder, peer.files), ...(await measure(peer.tag("/peer"), { ready: peer.ready })) });
  } catch (error) {
    skipped.push(`${peer.name}: ${error.message.split("\n")[0]}`);
  }
}
await browser.close();
await stub.stop();
console.log(JSON.stringify({
  browser: browser.version(), throttle, runs: RUNS,
  parts: parts(DIST), rows, skipped,
}));
