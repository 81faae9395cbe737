// The same code gives the same answer everywhere: the whole output of every shared case, natively, as wasm
// in Node.js, and through the Worker over HTTP. What is right is written in the cases, by which the Worker's answers
// are judged; that all are equal is also about what the cases do not mention.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { cases, KINDS, shortfall } from "../support/cases.mjs";
import { askwell } from "../support/cli.mjs";
import { inParallel } from "../support/play.mjs";
import { addAll } from "../support/vocabulary.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { ROOT } from "../support/worker.mjs";

const BUILD = join(ROOT, "widget-plugin", "build", "lines");

/** JSON with its keys in one order. Numbers are written as ECMAScript does, as RFC 8785 has it. */
function canonical(value) {
  const sorted = (_, v) =>
    v !== null && typeof v === "object" && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v;
  return JSON.stringify(value, sorted);
}

/** All answers of the command line. */
async function natively(kind, inputs) {
  // Not spawnSync: while it blocks, the Worker closes idle connections and nobody notices.
  const child = askwell([kind], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  child.stdin.end(inputs.map((input) => `${JSON.stringify(input)}\n`).join(""));
  const output = await text(child.stdout);
  assert.deepEqual(await ended, [0, null]);
  return output.trimEnd().split("\n").map((line) => JSON.parse(line));
}

describe("the shared cases over HTTP, and the same output of the three runners, byte for byte", () => {
  let worker, space, engine;

  before(async () => {
    engine = await import(join(BUILD, "engine.js"));
    engine.initSync({ module: readFileSync(join(BUILD, "engine_bg.wasm")) });
    await addAll(engine);
    worker = await sharedWorker();
    space = await workspace(worker);
  });
  after(() => worker?.stop());

  const files = [
    ...KINDS.map((kind) => [kind, kind]),
    ...["languages", "answers", "names", "emails", "withdrawn"].map((of) => [`detect_${of}`, "detect"]),
    ["questions", "classify"],
    ["questions_facts", "classify"],
  ];
  for (const [file, kind] of files) {
    test(file, async () => {
      const wanted = cases(file);
      const inputs = wanted.map(({ in: input }, index) => ({ id: `line-${index + 1}`, ...input }));
      const native = await natively(kind, inputs);
      assert.equal(native.length, inputs.length);
      const worker = await inParallel(inputs, 8, (input) =>
        space.team.expect(200, "POST", `/v1/preview/${kind}`, { body: input }));
      const differences = [];
      for (const [index, input] of inputs.entries()) {
        // Of the other files some lines may fail: the native tests say how many.
        const found = KINDS.includes(file) && shortfall(wanted[index].out, worker[index]);
        if (found) differences.push(`${file}.jsonl line ${index + 1}: ${found}`);
        const natively = canonical(native[index]);
        const wasm = JSON.parse(engine.run_line(kind, JSON.stringify(input), "{}"));
        for (const [runner, actual] of [["wasm", wasm], ["worker", worker[index]]]) {
          if (canonical(actual) !== natively) {
            differences.push(`${file}.jsonl line ${index + 1}, ${runner}: ${canonical(actual)}\n  native: ${natively}`);
          }
        }
      }
      assert.deepEqual(differences, []);
    });
  }
});
