// The shared cases through the wasm module in Node.js.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { assertCases, KINDS } from "../support/cases.mjs";
import { addAll } from "../support/vocabulary.mjs";
import { ROOT } from "../support/worker.mjs";

const BUILD = join(ROOT, "widget-plugin", "build", "lines");

describe("the shared cases in wasm", () => {
  let engine;

  before(async () => {
    engine = await import(join(BUILD, "engine.js"));
    engine.initSync({ module: readFileSync(join(BUILD, "engine_bg.wasm")) });
    await addAll(engine);
  });

  for (const kind of KINDS) {
    test(kind, () =>
      assertCases(kind, (input) => JSON.parse(engine.run_line(kind, JSON.stringify(input), "{}"))));
  }
});
