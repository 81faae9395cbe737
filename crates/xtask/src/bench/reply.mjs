// Times `Library.answer` of the engine in the folder that is the first argument, with the articles and
// questions from standard input.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[1];
const engine = await import(pathToFileURL(join(folder, "engine.js")));
engine.initSync({ module: readFileSync(join(folder, "engine_bg.wasm")) });
const { articles, questions } = JSON.parse(readFileSync(0, "utf8"));

const measure = (run) => {
  const begin = performance.now();
  run();
  return performance.now() - begin;
};
let library;
const made = measure(() => {
  library = new engine.Library(JSON.stringify(articles));
});
const round = () => questions.map((question) => measure(() => library.answer(question)));
const [first] = round();
const rounds = Array.from({ length: 10 }, round);
const times = rounds.flat().sort((a, b) => a - b);
// What else the machine does is in some of a question's ten times, and not in the shortest.
const best = questions.map((_, n) => Math.min(...rounds.map((one) => one[n]))).sort((a, b) => a - b);
const at = (share) => times[Math.floor(share * (times.length - 1))].toFixed(3);
console.log(`
one reply from ${articles.length} articles in wasm, node ${process.version}, milliseconds
index made in ${made.toFixed(0)}, first reply ${first.toFixed(1)}, then of ${times.length}: median ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, longest ${at(1)}; the shortest of each question: p99 ${best[Math.floor(0.99 * (best.length - 1))].toFixed(3)}, longest ${best.at(-1).toFixed(3)}`);
