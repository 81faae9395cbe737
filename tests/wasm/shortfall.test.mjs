// The comparison itself must be able to fail.
import assert from "node:assert/strict";
import { test } from "node:test";
import { shortfall } from "../support/cases.mjs";

test("what is expected may be less than what came, but nothing may differ", () => {
  const actual = { id: "a", found: [{ kind: "name", value: "Mike", start: 4 }], ask: {} };
  for (const expected of [{}, { id: "a" }, { found: [{ value: "Mike" }] }, { ask: {} }]) {
    assert.equal(shortfall(expected, actual), undefined);
  }
  for (const expected of [
    { id: "b" },
    { found: [] },
    { found: [{ value: "Mike" }, {}] },
    { found: {} },
    { ask: [] },
    { missing: null },
    { id: null },
    { found: [{ start: "4" }] },
    { toString: {} },
  ]) {
    assert.ok(shortfall(expected, actual), JSON.stringify(expected));
  }
});
