// Takes out of the engine what only words a panic.
//
// On wasm32-unknown-unknown nobody hears a panic's message: the standard library formats it, hands it
// to a hook that has nowhere to write, and traps. Here a panic traps where it happens, and what words it,
// which nothing else uses, goes: the code, the texts, the places in the source. The compiler could leave
// it out only by building its standard library anew.

import { readFileSync, writeFileSync } from "node:fs";
import { readLinked } from "./linked.mjs";

/** What never returns: it words a panic, or begins it. */
const PANICS = [
  /^core::panicking::/,
  /^core::(option|result)::(unwrap|expect)_failed$/,
  /^core::str::slice_error_fail(_rt)?$/,
  /^core::slice::.*_fail$/,
  /^alloc::(alloc::handle_alloc_error|raw_vec::(handle_error|capacity_overflow))$/,
  /::assert_failed$/,
];

/** What a panic goes through on its way. */
const UNWINDING = [/^std::panicking::(begin_panic|panic_handler|panic_with_hook)/, /^<std::panicking::.* as core::/];

/** What messages are made with. */
const FORMATTING = [
  /^<.* as core::fmt::\w+>::/,
  /^core::fmt::/,
  /^<core::fmt::Formatter>::/,
  /^<char>::escape_debug_ext$/,
  /^core::unicode::printable::/,
];

/** The body of a function without locals: `unreachable`, the end. */
const TRAP = Uint8Array.of(0, 0x00, 0x0b);
const [CALL, CONST, UNREACHABLE, NOP] = [0x10, 0x41, 0x00, 0x01];

/** A function's name without hashes: those of crates, `[0123…]`, and its own, `::h0123…`. */
const plain = (name) => name.replace(/\[[0-9a-f]{16}\]/g, "").replace(/::h[0-9a-f]{16}$/, "");
const isOf = (...patterns) => ({ name }) => patterns.some((pattern) => pattern.test(plain(name)));
const isPanic = isOf(...PANICS);
const isFormatting = isOf(...FORMATTING);
const isSilent = isOf(...PANICS, ...UNWINDING, ...FORMATTING);

/**
 * Makes a trap of each call of what never returns, and forgets what the constants before it refer to: the
 * message and the place in the source. The linker writes what it fills in in five bytes.
 */
function trap(from, functions) {
  const { bytes } = from;
  for (const { at } of from.refers.filter(({ to, call }) => call && isPanic(functions[to]))) {
    if (bytes[at - 1] !== CALL) throw new Error(`${plain(from.name)}: a call is not one`);
    bytes.set([UNREACHABLE, NOP, NOP, NOP, NOP, NOP], at - 1);
    let before = at - 1;
    const given = ({ at }) => bytes[at - 1] === CONST && (at + 5 === before || (bytes[at + 5] === CONST && at + 7 === before));
    for (let argument; (argument = from.refers.find(given)); before = argument.at - 1) argument.to = undefined;
  }
  from.refers = from.refers.filter(({ to }) => to !== undefined && !(typeof to === "number" && isPanic(functions[to])));
}

/** The functions, by number, and pieces of data that are reached from the roots. */
function reached({ functions, roots }) {
  const found = new Set();
  const next = [...roots];
  while (next.length > 0) {
    const at = next.pop();
    if (found.has(at)) continue;
    found.add(at);
    const { refers } = typeof at === "number" ? functions[at] : at;
    next.push(...refers.map(({ to }) => to));
  }
  return found;
}

/**
 * Takes it out of a linked module that has its names and relocations, and loses the latter. Where its
 * names are mangled, `readable` has what they stand for.
 *
 * Throws when anything else calls what formats, since that would trap from then on, and when there is
 * nothing to take out, as when the standard library names things anew.
 */
export function snip(file, readable = new Map()) {
  const linked = readLinked(readFileSync(file));
  const { functions, pieces } = linked;
  for (const own of functions) own.name = readable.get(own.name) ?? own.name;
  for (const from of functions.filter((from) => !isSilent(from))) {
    const formatting = from.refers.find(({ to, call }) => call && isFormatting(functions[to]));
    if (formatting) {
      throw new Error(`${file}: ${plain(from.name)} calls ${plain(functions[formatting.to].name)}, which would be taken out`);
    }
  }
  for (const is of [isPanic, isFormatting]) {
    if (!functions.some(is)) throw new Error(`${file}: nothing in it words a panic; have names changed?`);
  }
  for (const own of functions.filter(({ bytes }) => bytes)) {
    if (isSilent(own)) Object.assign(own, { bytes: TRAP, refers: [] });
    else trap(own, functions);
  }
  const used = reached(linked);
  functions.forEach((own, n) => {
    if (own.bytes && !used.has(n)) own.bytes = TRAP;
  });
  // What no piece covers may be read by an address that no relocation has; it stays.
  const kept = new Set();
  for (const { start, end } of pieces.filter((piece) => used.has(piece))) {
    for (let at = start; at < end; at++) kept.add(at);
  }
  for (const { bytes, start } of pieces.filter((piece) => !used.has(piece))) {
    bytes.forEach((_, n) => kept.has(start + n) || (bytes[n] = 0));
  }
  writeFileSync(file, linked.write());
}
