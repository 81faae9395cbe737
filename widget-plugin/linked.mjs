// A module as the linker leaves it with `--emit-relocs`: which function and which piece of data refers
// to which (https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md).

const CUSTOM = 0;
const IMPORT = 2;
const EXPORT = 7;
const START = 8;
const CODE = 10;
const DATA = 11;
/** A symbol's kind, and the flags of a symbol. */
const [FUNCTION, PIECE, SECTION] = [0, 1, 3];
const [UNDEFINED, EXPLICIT_NAME] = [0x10, 0x40];
const SYMBOL_TABLE = 8;
/** Relocations of a call, those that name a type and no symbol, and those with an addend. */
const CALLED = 0;
const TYPE_INDEX = 6;
const WITH_ADDEND = new Set([3, 4, 5, 8, 9, 11, 14, 15, 16, 17, 21, 22, 23, 25]);

/** A cursor over bytes. */
class Bytes {
  constructor(bytes, at = 0) {
    Object.assign(this, { bytes, at });
  }
  get done() {
    return this.at >= this.bytes.length;
  }
  byte() {
    if (this.done) throw new Error("the module is cut off");
    return this.bytes[this.at++];
  }
  /** An unsigned number in LEB128. */
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
  take(length) {
    if (this.at + length > this.bytes.length) throw new Error("the module is cut off");
    return this.bytes.subarray(this.at, (this.at += length));
  }
  /** A cursor over the next bytes alone. */
  part(length) {
    return new Bytes(this.take(length));
  }
  text() {
    return new TextDecoder().decode(this.take(this.number()));
  }
  /** What `read` gives, as often as is said first. */
  list(read) {
    return Array.from({ length: this.number() }, () => read(this));
  }
}

/** A number in LEB128. */
export function leb(value) {
  const bytes = [];
  do {
    bytes.push(value > 0x7f ? (value & 0x7f) | 0x80 : value);
    value >>>= 7;
  } while (value > 0);
  return bytes;
}

function limits(bytes) {
  const flags = bytes.byte();
  bytes.number();
  if (flags & 1) bytes.number();
}

/** How many functions are imported: they come first in the module's numbering. */
function importedFunctions(body) {
  let functions = 0;
  body.list(() => {
    body.text();
    body.text();
    switch (body.byte()) {
      case 0: return functions++, body.number();
      case 1: return body.byte(), limits(body);
      case 2: return limits(body);
      default: return body.take(2);
    }
  });
  return functions;
}

/** Where each segment's bytes are in the body of the data section. */
function segments(body) {
  return body.list(() => {
    if (body.number() !== 0) throw new Error("a data segment has no place of its own");
    // An `i32.const` and the end.
    if (body.byte() !== 0x41) throw new Error("a data segment's place is no constant");
    body.number();
    body.byte();
    const length = body.number();
    body.take(length);
    return { start: body.at - length, end: body.at };
  });
}

function symbolTable(body) {
  body.number();
  while (!body.done) {
    const [kind, length] = [body.byte(), body.number()];
    const part = body.part(length);
    if (kind === SYMBOL_TABLE) return part.list(symbol);
  }
  throw new Error("the module has no symbols");
}

function symbol(body) {
  const [kind, flags] = [body.byte(), body.number()];
  if (kind === PIECE) {
    body.text();
    return flags & UNDEFINED ? { kind } : { kind, segment: body.number(), offset: body.number(), size: body.number() };
  }
  const index = body.number();
  if (kind !== SECTION && (!(flags & UNDEFINED) || flags & EXPLICIT_NAME)) body.text();
  return { kind, index };
}

/** The names of functions by their number, of the custom section `name`. */
function functionNames(body) {
  while (!body.done) {
    const [kind, length] = [body.byte(), body.number()];
    const part = body.part(length);
    if (kind === 1) return new Map(part.list(() => [part.number(), part.text()]));
  }
  return new Map();
}

/** The sections of a module, each with a cursor: behind its name where it is a custom one. */
export function readSections(bytes) {
  const all = new Bytes(bytes, 8);
  const sections = [];
  while (!all.done) {
    const id = all.byte();
    const body = all.take(all.number());
    const cursor = new Bytes(body);
    sections.push({ id, body, name: id === CUSTOM ? cursor.text() : "", from: cursor.at, cursor });
  }
  const find = (id, name = "") => {
    const section = sections.find((section) => section.id === id && section.name === name);
    return section && new Bytes(section.body, section.from);
  };
  return { sections, find };
}

/** A module of these sections, which begins as `bytes` do. */
export function encodeModule(bytes, sections) {
  const parts = sections.flatMap(({ id, body }) => [Buffer.from([id, ...leb(body.length)]), body]);
  return Buffer.concat([Buffer.from(bytes.subarray(0, 8)), ...parts]);
}

/** The names of a module's functions by their number. */
export function readNames(bytes) {
  return functionNames(readSections(bytes).find(CUSTOM, "name") ?? new Bytes([]));
}

/**
 * Reads a linked module: `functions`, and `pieces` of data with where they are in its section; both with
 * their bytes and with what these refer to: `at` which byte, `to` which function (a number) or piece, and
 * whether it is a `call`. `roots` are the functions that are called from outside. `write` makes a module
 * of it again, with the bytes as they are then, and without what has been read to know the references.
 *
 * Throws for a module that is cut off, or was linked without `--emit-relocs`.
 */
export function readLinked(bytes) {
  const { sections, find } = readSections(bytes);
  const linking = find(CUSTOM, "linking");
  if (!linking) throw new Error("the module says nothing of what refers to what; link it with --emit-relocs");
  const symbols = symbolTable(linking);
  const imported = importedFunctions(find(IMPORT) ?? new Bytes([0]));
  const names = functionNames(find(CUSTOM, "name") ?? new Bytes([]));

  const code = find(CODE);
  const functions = Array.from({ length: imported }, (_, n) => ({ name: names.get(n) ?? "", refers: [] }));
  code.list(() => {
    const body = code.take(code.number());
    const name = names.get(functions.length) ?? "";
    functions.push({ name, bytes: body, start: code.at - body.length, end: code.at, refers: [] });
  });
  const data = find(DATA);
  const places = segments(data);
  const pieces = new Map();
  // The linker leaves out segments of zeros.
  for (const symbol of symbols.filter(({ kind, size, segment }) => kind === PIECE && size > 0 && places[segment])) {
    const start = places[symbol.segment].start + symbol.offset;
    const end = start + symbol.size;
    pieces.set(symbol, { bytes: data.bytes.subarray(start, end), start, end, refers: [] });
  }

  const relocations = (name, holders) => {
    const body = find(CUSTOM, name);
    if (!body) return;
    body.number();
    body.list(() => {
      const [type, offset, index] = [body.byte(), body.number(), body.number()];
      if (WITH_ADDEND.has(type)) body.number();
      if (type === TYPE_INDEX) return;
      const symbol = symbols[index];
      const to = symbol.kind === FUNCTION ? symbol.index : pieces.get(symbol);
      if (to === undefined) return;
      for (const holder of holders(offset)) {
        holder.refers.push({ at: offset - holder.start, to, call: type === CALLED });
      }
    });
  };
  const own = functions.slice(imported);
  relocations("reloc.CODE", (offset) => own.filter(({ start, end }) => start <= offset && offset < end));
  const list = [...pieces.values()];
  relocations("reloc.DATA", (offset) => list.filter(({ start, end }) => start <= offset && offset < end));

  const roots = new Set();
  find(EXPORT)?.list((body) => {
    body.text();
    const [kind, index] = [body.byte(), body.number()];
    if (kind === 0) roots.add(index);
  });
  if (find(START)) roots.add(find(START).number());

  const write = () => {
    const bodies = own.flatMap(({ bytes }) => [Buffer.from(leb(bytes.length)), bytes]);
    const code = { id: CODE, body: Buffer.concat([Buffer.from(leb(own.length)), ...bodies]) };
    const kept = sections.filter(({ name }) => name !== "linking" && !name.startsWith("reloc."));
    return encodeModule(bytes, kept.map((section) => (section.id === CODE ? code : section)));
  };
  return { functions, pieces: list, roots, write };
}
