// The engine where files are read and not fetched: `await init()` is the same as in a browser, and adds all
// languages, as a server wants them.

import { readFileSync } from "node:fs";
import load, { initSync } from "./engine.js";
import { LANGUAGES, loadVocabulary } from "./vocabulary.js";

export * from "./engine.js";

export default async function init(given) {
  const engine =
    given === undefined ? initSync({ module: readFileSync(new URL("engine_bg.wasm", import.meta.url)) }) : await load(given);
  await loadVocabulary(LANGUAGES);
  return engine;
}
