// The engine where files are read and not fetched: `await init()` is the same as in a browser.

import { readFileSync } from "node:fs";
import load, { initSync } from "./engine.js";

export * from "./engine.js";

export default async function init(given) {
  if (given !== undefined) return load(given);
  return initSync({ module: readFileSync(new URL("engine_bg.wasm", import.meta.url)) });
}
