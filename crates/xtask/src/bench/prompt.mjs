// node prompt.mjs DIST TEXTS: what one message costs in the module that visitors load, in µs.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [dist, file] = process.argv.slice(2);
const engine = await import(pathToFileURL(join(dist, "engine.js")));
engine.initSync({ module: readFileSync(join(dist, "engine_bg.wasm")) });
const { LANGUAGES, loadVocabulary } = await import(pathToFileURL(join(dist, "vocabulary.js")));
await loadVocabulary(LANGUAGES);
const texts = JSON.parse(readFileSync(file, "utf8"));

const ROUNDS = 5;
const policy = new engine.PromptPolicy();
const fresh = policy.toJSON();

// Each message is the first of a conversation: the dearest, since nothing has been settled yet.
function cost(run) {
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const text of texts) {
      const policy = engine.PromptPolicy.fromJSON(fresh);
      const begin = process.hrtime.bigint();
      run(policy, text);
      const end = process.hrtime.bigint();
      policy.free();
      // The first round warms the module up.
      if (round > 0) {
        times.push(Number(end - begin) / 1000);
      }
    }
  }
  times.sort((a, b) => a - b);
  return times;
}

const at = (times, share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
const begin = performance.now();
policy.visitorMessage("please send me the invoice", 0);
const first = performance.now() - begin;
const whole = cost((policy, text) => policy.visitorMessage(text, 0));
const detection = cost((policy, text) => policy.peek(text));
const show = (times) => `median ${at(times, 0.5).toFixed(1)}, p99 ${at(times, 0.99).toFixed(1)}`;
console.log(`µs in wasm under Node.js ${process.version}, ${texts.length} messages`);
console.log(`detection alone            ${show(detection)}`);
console.log(`detection and decision     ${show(whole)}`);
console.log(`decision, by difference    median ${(at(whole, 0.5) - at(detection, 0.5)).toFixed(1)}`);
console.log(`first message of a page    ${(first * 1000).toFixed(0)} (tables are unpacked)`);
