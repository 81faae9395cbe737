// The cases that all runners share: tests/data/KIND.jsonl, one `{"in", "out"}` a line.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./worker.mjs";

export const KINDS = ["detect", "prompt", "classify", "sentiment"];

/** Reads a file of JSON lines. */
export function lines(name) {
  const text = readFileSync(join(ROOT, "tests", "data", name), "utf8");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, index) => {
      try {
        return JSON.parse(line);
      } catch (error) {
        throw new Error(`${name}, line ${index + 1}: ${error.message}`);
      }
    });
}

/** The cases of a kind. */
export function cases(kind) {
  const all = lines(`${kind}.jsonl`);
  assert.ok(all.length > 0, `${kind}.jsonl has no cases`);
  return all;
}

/**
 * Where `actual` falls short of `expected`, as a sentence; nothing where it does not. Objects may hold
 * more than is expected, arrays and scalars may not differ.
 */
export function shortfall(expected, actual, place = "out") {
  const show = (value) => JSON.stringify(value) ?? "nothing";
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) {
      return `${place} is ${show(actual)}, not ${show(expected)}`;
    }
  } else if (expected === null || typeof expected !== "object") {
    return Object.is(expected, actual) ? undefined : `${place} is ${show(actual)}, not ${show(expected)}`;
  } else if (actual === null || typeof actual !== "object" || Array.isArray(actual)) {
    return `${place} is ${show(actual)}, not ${show(expected)}`;
  }
  for (const [key, value] of Object.entries(expected)) {
    const found = shortfall(value, Object.hasOwn(actual, key) ? actual[key] : undefined, `${place}.${key}`);
    if (found) return found;
  }
  return undefined;
}

/** Runs every case of a kind through `run` and fails with all that fell short. */
export async function assertCases(kind, run) {
  const failures = [];
  for (const [index, { in: input, out }] of cases(kind).entries()) {
    const actual = await run(input);
    const found = shortfall(out, actual);
    if (found) failures.push(`${kind}.jsonl line ${index + 1} (${input.id ?? "no id"}): ${found}`);
  }
  assert.deepEqual(failures, []);
}
