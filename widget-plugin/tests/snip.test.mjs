import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import binaryen from "binaryen";
import { snip } from "../snip.mjs";

const PANIC = '(func $"core[0123456789abcdef]::panicking::panic_fmt" (drop (call $"core[0123456789abcdef]::fmt::write")) unreachable)';
const WRITE = '(func $"core[0123456789abcdef]::fmt::write" (result i32) (i32.const 7))';
const HALVE = `(func $halve (export "halve") (param i32) (result i32)
  (if (i32.and (local.get 0) (i32.const 1)) (then (call $"core[0123456789abcdef]::panicking::panic_fmt")))
  (i32.shr_u (local.get 0) (i32.const 1)))`;

/** What `snip` leaves of a module in text form. */
function snipped(t, ...functions) {
  const dir = mkdtempSync(join(tmpdir(), "snip-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "module.wasm");
  binaryen.setDebugInfo(true);
  writeFileSync(file, binaryen.parseText(`(module ${functions.join(" ")})`).emitBinary());
  binaryen.setDebugInfo(false);
  snip(file);
  return readFileSync(file);
}

test("a panic traps at once, and the rest works as before", (t) => {
  const bytes = snipped(t, PANIC, WRITE, HALVE);
  const { halve } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  assert.equal(halve(12), 6);
  assert.throws(() => halve(3), WebAssembly.RuntimeError);
  assert.ok(!binaryen.readBinary(bytes).emitText().includes("i32.const 7"));
});

test("what formats elsewhere is refused", (t) => {
  const number = '(func $number (export "number") (result i32) (call $"core[0123456789abcdef]::fmt::write"))';
  assert.throws(() => snipped(t, PANIC, WRITE, HALVE, number), /number calls core::fmt::write/);
});

test("a module without names is refused", (t) => {
  assert.throws(() => snipped(t, '(func (export "one") (result i32) (i32.const 1))'), /have names changed/);
});
