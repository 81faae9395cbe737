// Takes out of the engine what only words a panic.
//
// On wasm32-unknown-unknown nobody hears a panic's message: the standard library formats it, hands it
// to a hook that has nowhere to write, and traps. Here a panic traps at once, and what formats, which
// nothing else uses, goes. The compiler could leave it out only by building its standard library anew.

import binaryen from "binaryen";
import { readFileSync, writeFileSync } from "node:fs";

/** What never returns: it words a panic, or begins it. */
const PANICS = [
  /^core::panicking::/,
  /^std::panicking::(begin_panic|panic_handler|panic_with_hook)/,
  /^<std::panicking::.* as core::/,
  /^core::(option|result)::(unwrap|expect)_failed$/,
  /^core::str::slice_error_fail(_rt)?$/,
  /^core::slice::.*_fail$/,
  /::assert_failed$/,
];

/** What messages are made with. */
const FORMATTING = [
  /^<.* as core::fmt::\w+>::/,
  /^core::fmt::/,
  /^<core::fmt::Formatter>::/,
  /^<char>::escape_debug_ext$/,
  /^core::unicode::printable::/,
];

/** What Rust's wasm32 target assumes; with more, binaryen writes types that no browser knows. */
const FEATURES = ["BulkMemory", "BulkMemoryOpt", "MutableGlobals", "Multivalue", "NontrappingFPToInt", "ReferenceTypes", "SignExt"]
  .reduce((all, name) => all | (binaryen.Features[name] ?? 0), binaryen.Features.MVP);

/** A function's name without hashes: those of crates, `[0123…]`, and its own, `::h0123…`. */
const plain = (name) => name.replace(/\[[0-9a-f]{16}\]/g, "").replace(/::h[0-9a-f]{16}$/, "");
const isOf = (patterns) => (name) => patterns.some((pattern) => pattern.test(plain(name)));
const isPanic = isOf(PANICS);
const isFormatting = isOf(FORMATTING);

/** The names in a module's text are escaped: `\5b` is `[`. */
const unescaped = (name) => name.replace(/\\([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));

/** Every direct call in a module's text: who calls, and whom. */
function* calls(text) {
  let caller = "";
  for (const [, word, quoted, bare] of text.matchAll(/\((func|call) \$(?:"([^"]*)"|([^\s()]+))/g)) {
    const name = unescaped(quoted ?? bare);
    if (word === "func") caller = name;
    else yield [caller, name];
  }
}

/**
 * Makes each of these functions a trap. The module must still have its names, and loses them.
 *
 * Throws when anything else calls what formats, since that would trap from then on, and when there is
 * nothing to take out, as when the standard library names things anew.
 */
export function snip(file) {
  const module = binaryen.readBinary(readFileSync(file));
  module.setFeatures(FEATURES);
  const functions = Array.from({ length: module.getNumFunctions() }, (_, n) => module.getFunctionByIndex(n));
  const own = functions.map((at) => ({ at, ...binaryen.getFunctionInfo(at) })).filter(({ module: from }) => !from);
  for (const [caller, name] of calls(module.emitText())) {
    if (isFormatting(name) && !isFormatting(caller) && !isPanic(caller)) {
      throw new Error(`${file}: ${plain(caller)} calls ${plain(name)}, which would be taken out`);
    }
  }
  for (const patterns of [isPanic, isFormatting]) {
    const gone = own.filter(({ name }) => patterns(name));
    if (gone.length === 0) throw new Error(`${file}: nothing in it words a panic; have names changed?`);
    for (const { at } of gone) binaryen.Function(at).setBody(module.unreachable());
  }
  if (!module.validate()) throw new Error(`${file}: not a valid module any more`);
  writeFileSync(file, module.emitBinary());
  module.dispose();
}
