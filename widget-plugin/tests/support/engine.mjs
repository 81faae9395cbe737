// The built engine in Node, with English alone.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DIST } from "./source.mjs";

export async function engine() {
  const module = await import(pathToFileURL(join(DIST, "engine.js")).href);
  const { memory } = module.initSync({ module: readFileSync(join(DIST, "engine_bg.wasm")) });
  return { ...module, memory };
}
