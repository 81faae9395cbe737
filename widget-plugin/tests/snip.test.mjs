import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { snip } from "../snip.mjs";

const PANIC = "core[0123456789abcdef]::panicking::panic_fmt";
const WRITE = "core[0123456789abcdef]::fmt::write";
const [CALL, SET, CONST, UNREACHABLE, END] = [0x10, 0x1a, 0x41, 0x00, 0x0b];
/** Where the texts are: those of a place in the source, and those that a function gives. */
const AT = 1024;
const [SOURCE, GIVEN] = ["src/halve.rs", "kept"];

const text = (string) => [string.length, ...Buffer.from(string)];
const list = (items) => [items.length, ...items.flat()];
/** A number in the five bytes that the linker fills in. */
const five = (number) => [0, 7, 14, 21].map((shift) => ((number >> shift) & 0x7f) | 0x80).concat(0);
const section = (id, body) => [id, ...five(body.length), ...body];
const custom = (name, ...body) => section(0, [...text(name), ...body.flat()]);

/** Functions by number, from what each refers to: `{ f }` a function, `{ piece }` a text. */
const FUNCTIONS = [
  { name: PANIC, type: 0, code: [CALL, { f: 1 }, SET, UNREACHABLE, END] },
  { name: WRITE, type: 1, code: [CONST, 7, END] },
  // if (n & 1) panic(place); n >> 1
  {
    name: "halve", type: 2,
    code: [0x20, 0, CONST, 1, 0x71, 0x04, 0x40, CONST, { piece: 0 }, CALL, { f: 0 }, END, 0x20, 0, CONST, 1, 0x76, END],
  },
  { name: "given", type: 1, code: [CONST, { piece: 1 }, END] },
];
/** A type each: what is taken, and what is given. */
const TYPES = [[0x60, 1, 0x7f, 0], [0x60, 0, 1, 0x7f], [0x60, 1, 0x7f, 1, 0x7f]];

/** A module as the linker leaves it. */
function linked({ functions = FUNCTIONS, names = true, relocations = true }) {
  const code = [functions.length];
  const relocs = [];
  const addresses = [AT, AT + SOURCE.length];
  for (const { code: instructions } of functions) {
    const body = [0];
    for (const part of instructions) {
      if (typeof part === "number") {
        body.push(part);
        continue;
      }
      const at = code.length + 1 + body.length;
      relocs.push("f" in part ? [0, ...five(at), part.f] : [4, ...five(at), functions.length + part.piece, 0]);
      body.push(...five(part.f ?? addresses[part.piece]));
    }
    code.push(body.length, ...body);
  }
  const symbols = [
    ...functions.map(({ name }, n) => [0, 0, n, ...text(name)]),
    [1, 0, ...text("source"), 0, 0, SOURCE.length],
    [1, 0, ...text("given"), 0, SOURCE.length, GIVEN.length],
  ];
  const table = list(symbols);
  const called = functions.map(({ name, type }, n) => ({ name, type, n })).filter(({ name }) => !name.includes("::"));
  const named = list(functions.map(({ name }, n) => [n, ...text(name)]));
  return Uint8Array.from([
    ...Buffer.from("\0asm\x01\0\0\0"),
    ...section(1, list(TYPES)),
    ...section(3, list(functions.map(({ type }) => [type]))),
    ...section(5, [1, 0, 1]),
    ...section(7, list([[...text("memory"), 2, 0], ...called.map(({ name, n }) => [...text(name), 0, n])])),
    ...section(10, code),
    ...section(11, [1, 0, CONST, ...five(AT), END, ...text(SOURCE + GIVEN)]),
    ...(relocations ? [...custom("linking", 2, [8, ...five(table.length), ...table]), ...custom("reloc.CODE", 4, list(relocs))] : []),
    ...(names ? custom("name", [1, ...five(named.length), ...named]) : []),
  ]);
}

/** What `snip` leaves of a module. */
function snipped(t, options = {}, readable = undefined) {
  const dir = mkdtempSync(join(tmpdir(), "snip-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "module.wasm");
  writeFileSync(file, linked(options));
  snip(file, readable);
  return readFileSync(file);
}

const run = (bytes) => new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;

test("a panic traps at once, and the rest works as before", (t) => {
  assert.equal(run(linked({})).halve(12), 6);
  const { halve } = run(snipped(t));
  assert.equal(halve(12), 6);
  assert.throws(() => halve(3), WebAssembly.RuntimeError);
});

test("the texts of a panic go, and others stay", (t) => {
  const { memory, given } = run(snipped(t));
  const read = (at, length) => Buffer.from(memory.buffer, at, length).toString("latin1");
  assert.equal(read(given(), GIVEN.length), GIVEN);
  assert.equal(read(AT, SOURCE.length), "\0".repeat(SOURCE.length));
});

test("what is left says nothing of how it was linked", (t) => {
  const module = new WebAssembly.Module(snipped(t));
  for (const name of ["linking", "reloc.CODE"]) assert.deepEqual(WebAssembly.Module.customSections(module, name), []);
  assert.equal(WebAssembly.Module.customSections(module, "name").length, 1);
});

test("mangled names are looked up", (t) => {
  const mangled = FUNCTIONS.map((own) => ({ ...own, name: own.name.replaceAll("::", ".") }));
  const readable = new Map(mangled.map(({ name }, n) => [name, FUNCTIONS[n].name]));
  assert.throws(() => run(snipped(t, { functions: mangled }, readable)).halve(3), WebAssembly.RuntimeError);
  assert.throws(() => snipped(t, { functions: mangled }), /have names changed/);
});

test("what formats elsewhere is refused", (t) => {
  const number = { name: "number", type: 1, code: [CALL, { f: 1 }, END] };
  assert.throws(() => snipped(t, { functions: [...FUNCTIONS, number] }), /number calls core::fmt::write/);
});

test("a module without names or relocations is refused", (t) => {
  assert.throws(() => snipped(t, { names: false }), /have names changed/);
  assert.throws(() => snipped(t, { relocations: false }), /--emit-relocs/);
});
