// Names between the engine and its glue are nobody's business, and long: they are shortened on both sides.

import { readFileSync, writeFileSync } from "node:fs";
import { encodeModule, leb, readSections } from "./linked.mjs";

const [IMPORT, EXPORT] = [2, 7];
/** What `init()` gives to whoever asks for it. */
const PUBLIC = new Set(["memory"]);
/** wasm-bindgen's own module; those of scripts have their names from them. */
const BINDGEN = "./engine_bg.js";

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Gives short names, the same for the same name. */
function shortener() {
  const short = new Map();
  return (name) => {
    const n = short.size;
    if (!short.has(name)) short.set(name, (n < LETTERS.length ? "" : LETTERS[Math.floor(n / LETTERS.length) - 1]) + LETTERS[n % LETTERS.length]);
    return short.get(name);
  };
}

const text = (name) => Buffer.concat([Buffer.from(leb(Buffer.byteLength(name))), Buffer.from(name)]);

/** Shortens the names in a module and in the script that wasm-bindgen made for it. */
export function shorten(file, glue) {
  const bytes = readFileSync(file);
  const { sections } = readSections(bytes);
  const [modules, imports, exports] = [shortener(), shortener(), shortener()];
  const known = { modules: new Map(), imports: new Map(), exports: new Map() };
  const rename = (kind, shorter, name) => {
    known[kind].set(name, shorter(name));
    return text(shorter(name));
  };
  const written = sections.map(({ id, body, cursor }) => {
    if (id !== IMPORT && id !== EXPORT) return { id, body };
    const parts = [];
    let count = 0;
    for (count = cursor.number(); parts.length < count; ) {
      if (id === EXPORT) {
        const name = cursor.text();
        const from = cursor.at;
        cursor.byte();
        cursor.number();
        parts.push(Buffer.concat([PUBLIC.has(name) ? text(name) : rename("exports", exports, name), body.subarray(from, cursor.at)]));
      } else {
        const [module, name] = [cursor.text(), cursor.text()];
        const from = cursor.at;
        // wasm-bindgen imports nothing but functions.
        if (cursor.byte() !== 0) throw new Error(`${file}: ${module} ${name} is no function`);
        cursor.number();
        parts.push(Buffer.concat([
          rename("modules", modules, module),
          module === BINDGEN ? rename("imports", imports, name) : text(name),
          body.subarray(from, cursor.at),
        ]));
      }
    }
    return { id, body: Buffer.concat([Buffer.from(leb(count)), ...parts]) };
  });
  let script = readFileSync(glue, "utf8");
  const replace = (kind, pattern) => {
    const missing = new Set(known[kind].keys());
    script = script.replace(pattern, (whole, before, name, after) => {
      missing.delete(name);
      return known[kind].has(name) ? `${before}${known[kind].get(name)}${after}` : whole;
    });
    // Some exports have no use.
    if (missing.size > 0 && kind !== "exports") throw new Error(`${glue}: does not know ${[...missing].join(", ")}`);
  };
  replace("exports", /(\bwasm\.)(\w+)()/g);
  replace("imports", /(^\s+)(\w+)(: function)/gm);
  replace("modules", /(")([^"\n]+)(": import\d+)/g);
  if (/\bwasm\[/.test(script)) throw new Error(`${glue}: names an export in a way that is not read here`);
  writeFileSync(glue, script);
  writeFileSync(file, encodeModule(bytes, written));
}
