// Times `Questioned.answer` of the engine in each folder that is an argument, with the conversation and
// fields from standard input.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const json = readFileSync(0, "utf8");
console.log(`\nten fields over forty turns in wasm, node ${process.version}, milliseconds`);
for (const [i, compiled] of ["as the Worker is", "for size"].entries()) {
  const folder = process.argv[i + 1];
  const engine = await import(pathToFileURL(join(folder, "engine.js")));
  const module = readFileSync(join(folder, "engine_bg.wasm"));
  engine.initSync({ module });
  const input = new engine.Questioned(json);

  const time = () => {
    const begin = performance.now();
    input.answer();
    return performance.now() - begin;
  };
  const first = time();
  for (let i = 0; i < 200; i++) time();
  const times = Array.from({ length: 2000 }, time).sort((a, b) => a - b);
  const at = (share) => times[Math.floor(share * (times.length - 1))].toFixed(2);
  const gzip = gzipSync(module, { level: 9 }).length;
  console.log(`compiled ${compiled}: best ${at(0)}, median ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}; the first call ${first.toFixed(1)}
  with detection, prompting and classification ${module.length} bytes, ${gzip} gzip`);
}
