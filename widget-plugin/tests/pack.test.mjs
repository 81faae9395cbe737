import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import binaryen from "binaryen";
import { Deflate, Prices } from "../deflate.mjs";
import { pack } from "../pack.mjs";

/** The same steps, of which each function names its locals as it likes, and one that has locals of three types. */
const MODULE = `(module
  (memory (export "memory") 1)
  (func (export "one") (param i32) (result i32) (local $a i32) (local $b i32) (local $c i32)
    (local.set $a (i32.mul (local.get 0) (i32.const 3)))
    (local.set $b (i32.add (local.get $a) (i32.const 70000)))
    (i32.store align=1 (i32.const 8) (local.get $b))
    (local.set $c (i32.load align=2 (i32.const 8)))
    (i32.sub (local.get $c) (local.get $a)))
  (func (export "other") (param i32) (result i32) (local $c i32) (local $b i32) (local $a i32)
    (local.set $a (i32.mul (local.get 0) (i32.const 3)))
    (local.set $b (i32.add (local.get $a) (i32.const 70000)))
    (i32.store align=1 (i32.const 8) (local.get $b))
    (local.set $c (i32.load align=4 (i32.const 8)))
    (i32.sub (local.get $c) (local.get $a)))
  (func (export "mixed") (param i32) (param f64) (result f64) (local $n i64) (local $x f64) (local $m i64) (local $i i32)
    (local.set $n (i64.extend_i32_u (local.get 0)))
    (local.set $i (i32.const 4))
    (block $done (loop $again
      (br_if $done (i32.eqz (local.get $i)))
      (local.set $m (i64.add (i64.mul (local.get $m) (i64.const 9000000000)) (local.get $n)))
      (local.set $x (f64.add (local.get $x) (f64.mul (local.get 1) (f64.const 0.5))))
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (br_table $again $done (i32.const 0))))
    (memory.fill (i32.const 16) (i32.const 1) (i32.and (i32.trunc_sat_f64_s (local.get $x)) (i32.const 31)))
    (f64.add (local.get $x) (f64.convert_i64_u (i64.add (local.get $m) (i64.extend_i32_u (i32.load8_u (i32.const 17))))))))`;

function module() {
  const parsed = binaryen.parseText(MODULE);
  parsed.setFeatures(binaryen.Features.All);
  return parsed.emitBinary();
}

/** The bytes of the module, and of the packed one. */
function packed(t) {
  const dir = mkdtempSync(join(tmpdir(), "pack-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "module.wasm");
  writeFileSync(file, module());
  pack(file);
  return [module(), readFileSync(file)];
}

const run = (bytes) => {
  const { one, other, mixed, memory } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  const given = [0, 1, 7, 123_456, -5];
  return [given.flatMap((n) => [one(n), other(n), mixed(n, n * 1.5)]), Buffer.from(memory.buffer).subarray(0, 64).toString("hex")];
};

/** The bodies of a module's functions. */
function bodies(bytes) {
  const read = binaryen.readBinary(bytes);
  return [0, 1].map((n) => binaryen.emitText(binaryen.getFunctionInfo(read.getFunctionByIndex(n)).body));
}

test("a packed module does the same, and packs better", (t) => {
  const [before, after] = packed(t);
  assert.deepEqual(run(after), run(before));
  const size = (bytes) => deflateRawSync(bytes, { level: 9 }).length;
  assert.ok(size(after) < size(before), `${size(after)} of ${size(before)} bytes`);
});

test("functions that do the same in the same steps become the same bytes", (t) => {
  const [before, after] = packed(t).map(bodies);
  assert.notEqual(before[0], before[1]);
  assert.equal(after[0], after[1]);
});

test("a module that is cut off or has instructions that are not known is refused", (t) => {
  const dir = mkdtempSync(join(tmpdir(), "pack-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "module.wasm");
  const bytes = module();
  for (const wrong of [bytes.subarray(0, bytes.length - 3), bytes.map((byte) => (byte === 0x6c ? 0xfd : byte))]) {
    writeFileSync(file, wrong);
    assert.throws(() => pack(file), /cut off|is not read here/);
    assert.deepEqual(readFileSync(file), Buffer.from(wrong), "nothing is written");
  }
});

test("what is like something before it costs less than what is not", () => {
  const bytes = (text) => new TextEncoder().encode(text);
  const texts = ["the cat sat on the mat and looked at the dog", "seven wizards jump over quick black boxes"].map(bytes);
  const deflate = new Deflate(200, Prices.of(texts));
  const alone = deflate.cost(texts[0]);
  deflate.add(texts[0]);
  assert.equal(deflate.cost(texts[0]), deflate.cost(texts[0]), "trying leaves nothing behind");
  assert.ok(deflate.cost(texts[0]) < alone / 4);
  assert.ok(deflate.cost(bytes("the cat looked on the dog")) < deflate.cost(bytes("bog sdh lok ooned tca eht")));
});
