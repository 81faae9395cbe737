import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import binaryen from "binaryen";
import { shorten } from "../shorten.mjs";

const MODULE = `(module
  (import "./engine_bg.js" "__wbg_twice_0123456789abcdef" (func $twice (param i32) (result i32)))
  (import "./snippets/values.js" "half" (func $half (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "detector_new") (param i32) (result i32) (call $half (call $twice (call $twice (local.get 0))))))`;

const GLUE = `let wasm;
export function detector_new(n) { return wasm.detector_new(n); }
const values = { half: (n) => n / 2 };
export function imports() {
    const import0 = {
        __wbg_twice_0123456789abcdef: function(n) { return 2 * n; },
    };
    return { "./engine_bg.js": import0, "./snippets/values.js": values };
}
export function start(exports) { wasm = exports; return wasm.memory; }
`.replace(": values", ": import1").replace("const values", "const import1");

async function shortened(t, glue) {
  const dir = mkdtempSync(join(tmpdir(), "shorten-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const [wasm, script] = [join(dir, "engine_bg.wasm"), join(dir, "engine.mjs")];
  writeFileSync(wasm, binaryen.parseText(MODULE).emitBinary());
  writeFileSync(script, glue);
  shorten(wasm, script);
  return { bytes: readFileSync(wasm), text: readFileSync(script, "utf8"), glue: await import(script) };
}

test("both sides agree on the short names", async (t) => {
  const { bytes, text, glue } = await shortened(t, GLUE);
  const module = new WebAssembly.Module(bytes);
  const { exports } = new WebAssembly.Instance(module, glue.imports());
  assert.ok(glue.start(exports) instanceof WebAssembly.Memory);
  assert.equal(glue.detector_new(21), 42);
  const names = [...WebAssembly.Module.imports(module).flatMap(({ module, name }) => [module, name]), ...Object.keys(exports)];
  assert.deepEqual(names.filter((name) => name.length > 1).sort(), ["half", "memory"]);
  assert.ok(!text.includes("__wbg_twice"));
});

test("a script that does not give what the module needs is refused", async (t) => {
  await assert.rejects(shortened(t, GLUE.replace("__wbg_twice_0123456789abcdef", "other")), /does not know __wbg_twice/);
  await assert.rejects(shortened(t, GLUE.replace("wasm.detector_new", 'wasm["detector_new"]')), /in a way that is not read/);
});
