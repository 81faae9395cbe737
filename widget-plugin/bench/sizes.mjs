// What a visitor loads, in bytes, and how much of it there may be: for the bench, and for the test that holds it.

import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const KIB = 1024;
const gzip = (path) => gzipSync(readFileSync(path), { level: 9 }).length;

/** Bytes of some files of a folder, as they are and after gzip -9, each file by itself as it is sent. */
export function sizes(folder, files) {
  const sum = (of) => files.reduce((all, file) => all + of(join(folder, file)), 0);
  return { bytes: sum((path) => statSync(path).size), gzip: sum(gzip) };
}

/** The parts of the package in `dist`. `budget`: most bytes after gzip. */
export function parts(dist) {
  const largest = (folder) =>
    readdirSync(join(dist, folder)).map((name) => join(folder, name)).sort((a, b) => gzip(join(dist, b)) - gzip(join(dist, a)))[0];
  const engine = ["engine_bg.wasm", "engine.js", "vocabulary.js"];
  return {
    loader: { ...sizes(dist, ["askwell.js"]), budget: 2 * KIB },
    // What it says is in one of the languages.
    widget: { ...sizes(dist, ["widget.js", largest("locales")]), budget: 20 * KIB },
    // English is built in.
    engine: { ...sizes(dist, engine), budget: 60 * KIB },
    "engine and one more language": { ...sizes(dist, [...engine, largest("vocabulary")]), budget: 65 * KIB },
  };
}
