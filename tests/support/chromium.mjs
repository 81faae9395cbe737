// Chromium as all tests and benches start it: without the network traffic of its own.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const INSTALLED = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];
const PATH = process.env.CHROMIUM || INSTALLED.find(existsSync) || INSTALLED[0];
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts it, with more flags where a bench needs them. */
export async function launch(more = []) {
  assert.ok(existsSync(PATH), `no browser at ${PATH}; name one in CHROMIUM`);
  return chromium.launch({ executablePath: PATH, args: [...FLAGS, ...more] });
}
