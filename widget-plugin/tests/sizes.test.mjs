// The package is as small as it has to be.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { parts } from "../bench/sizes.mjs";
import { DIST } from "./support/source.mjs";

for (const [name, { gzip, budget }] of Object.entries(parts(DIST))) {
  it(`keeps to its budget: ${name}`, () => {
    assert.ok(gzip <= budget, `${gzip} bytes after gzip, and ${budget} are the most`);
  });
}

it("counts the largest of the languages, and each file as it is sent", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "askwell-sizes-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const sub of ["locales", "vocabulary"]) mkdirSync(join(folder, sub));
  // What is random does not get smaller, and each file of gzip's has 18 bytes of its own.
  const files = { "askwell.js": 3000, "widget.js": 100, "locales/en.js": 50, "locales/th.js": 70, "engine_bg.wasm": 10, "engine.js": 10, "vocabulary.js": 10, "vocabulary/de.js": 40, "vocabulary/hi.js": 20 };
  for (const [name, size] of Object.entries(files)) writeFileSync(join(folder, name), randomBytes(size));
  const found = parts(folder);
  assert.deepEqual(Object.values(found).map(({ bytes }) => bytes), [3000, 170, 30, 70]);
  assert.ok(found.loader.gzip > found.loader.budget && found.widget.gzip < found.widget.budget);
  assert.ok(found["engine and one more language"].gzip >= 70 + 4 * 18);
});
