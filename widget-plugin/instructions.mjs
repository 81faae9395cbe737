// The functions of a module, taken apart as far as it takes to number their locals otherwise
// (https://webassembly.github.io/spec/core/binary/).

import { encodeModule, leb, readSections } from "./linked.mjs";

const [TYPE, FUNCTION, CODE] = [1, 3, 10];
const [SELECT, BRANCH_TABLE, PREFIXED, F32, F64] = [0x1c, 0x0e, 0xfc, 0x43, 0x44];
const [FIRST_LOCAL, LAST_LOCAL] = [0x20, 0x22];
const [FIRST_ACCESS, LAST_ACCESS] = [0x28, 0x3e];
/** How each access to memory, from the first on, is aligned at best, as a power of two. */
const NATURAL = [2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 2, 3, 2, 3, 0, 1, 0, 1, 2];
/** How many numbers follow an instruction, and how many after the prefix and its own number. */
const NUMBERS = new Map([
  ...[0x02, 0x03, 0x04, 0x0c, 0x0d, 0x23, 0x24, 0x25, 0x26, 0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2, 0x10].map((code) => [code, 1]),
  [0x11, 2],
  ...[0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1].map((code) => [code, 0]),
  ...Array.from({ length: 0xc5 - 0x45 }, (_, n) => [0x45 + n, 0]),
]);
const NUMBERS_PREFIXED = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

/**
 * The next instruction: `{ local, code }`, or `{ bytes }` of any other. How an access is aligned is a hint without a meaning;
 * with the natural one everywhere, equal accesses are equal bytes.
 */
function instruction(body) {
  const from = body.at;
  const code = body.byte();
  if (code >= FIRST_LOCAL && code <= LAST_LOCAL) return { local: body.number(), code };
  if (code >= FIRST_ACCESS && code <= LAST_ACCESS) {
    body.number();
    return { bytes: [code, NATURAL[code - FIRST_ACCESS], ...leb(body.number())] };
  }
  if (code === F32) body.take(4);
  else if (code === F64) body.take(8);
  else if (code === BRANCH_TABLE) body.list(() => body.number()), body.number();
  else if (code === SELECT) body.list(() => body.byte());
  else {
    const prefixed = code === PREFIXED ? body.number() : undefined;
    const numbers = prefixed === undefined ? NUMBERS.get(code) : NUMBERS_PREFIXED[prefixed];
    if (numbers === undefined) throw new Error(`instruction ${code} is not read here`);
    for (let n = 0; n < numbers; n++) body.number();
  }
  return { bytes: body.bytes.subarray(from, body.at) };
}

/** A function: how many parameters it has, the type of each further local, and its instructions. */
function readFunction(body, parameters) {
  const locals = [];
  body.list(() => {
    for (let count = body.number(), type = body.byte(); count > 0; count--) locals.push(type);
  });
  const code = [];
  while (!body.done) code.push(instruction(body));
  return { parameters, locals, code };
}

/** The body of a function with its further locals in this order. Those of one type beside each other are declared together. */
export function writeFunction({ parameters, locals, code }, order) {
  const runs = [];
  const place = [];
  order.forEach((local, n) => {
    place[local] = parameters + n;
    if (runs.at(-1)?.type === locals[local]) runs.at(-1).count++;
    else runs.push({ type: locals[local], count: 1 });
  });
  const bytes = [...leb(runs.length), ...runs.flatMap(({ type, count }) => [...leb(count), type])];
  for (const { local, code: of, bytes: as } of code) {
    if (as) for (const byte of as) bytes.push(byte);
    else bytes.push(of, ...leb(local < parameters ? local : place[local - parameters]));
  }
  return Uint8Array.from(bytes);
}

/** Reads a module: its `functions`, and `write`, which makes a module of it again with these bodies of them. */
export function readFunctions(bytes) {
  const { sections, find } = readSections(bytes);
  const types = find(TYPE).list((body) => {
    if (body.byte() !== 0x60) throw new Error("a type is no function's");
    const given = body.list(() => body.byte()).length;
    body.list(() => body.byte());
    return given;
  });
  const typed = find(FUNCTION).list((body) => body.number());
  const code = find(CODE);
  let n = 0;
  const functions = code.list(() => readFunction(code.part(code.number()), types[typed[n++]]));
  const write = (bodies) => {
    const parts = bodies.flatMap((body) => [Buffer.from(leb(body.length)), body]);
    const code = { id: CODE, body: Buffer.concat([Buffer.from(leb(bodies.length)), ...parts]) };
    return encodeModule(bytes, sections.map((section) => (section.id === CODE ? code : section)));
  };
  return { functions, write };
}
