// Times `Questioned.answer` of the engine in the folder that is the first argument, with the
// conversation and fields from standard input.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const folder = process.argv[1];
const engine = await import(pathToFileURL(join(folder, "engine.js")));
const module = readFileSync(join(folder, "engine_bg.wasm"));
engine.initSync({ module });
const input = new engine.Questioned(readFileSync(0, "utf8"));

const time = () => {
  const begin = performance.now();
  input.answer();
  return performance.now() - begin;
};
const first = time();
for (let i = 0; i < 200; i++) time();
const times = Array.from({ length: 2000 }, time).sort((a, b) => a - b);
const at = (share) => times[Math.floor(share * (times.length - 1))].toFixed(2);
console.log(`
ten fields over forty turns in wasm, node ${process.version}, milliseconds
first call ${first.toFixed(1)}, then of 2,000: best ${at(0)}, median ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}
engine with detection, prompting and classification: ${module.length} bytes, ${gzipSync(module, { level: 9 }).length} gzip`);
