// What the engine and its peers find in the same messages, how fast, and how large they are:
//
//   node tests/bench/detect/peers.mjs MESSAGES OUT
//
// MESSAGES: JSON lines with `id`, `text` and what the engine reads besides. OUT becomes one JSON object:
// for each system its finds by message, messages a second, and bytes after gzip.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import compromise from "compromise";
import { findPhoneNumbersInText } from "libphonenumber-js";
import * as linkify from "linkifyjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "../../../widget-plugin/dist");
const [file, out] = process.argv.slice(2);
const messages = readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));

/** Long enough for the optimising compilers to settle. */
const SECONDS = 2;

const engine = await import(pathToFileURL(join(dist, "engine.js")));
engine.initSync({ module: readFileSync(join(dist, "engine_bg.wasm")) });
// As at the edge. A page that has fewer languages looks fewer words up.
const { LANGUAGES, loadVocabulary } = await import(pathToFileURL(join(dist, "vocabulary.js")));
await loadVocabulary(LANGUAGES);
const detector = new engine.Detector();

const names = (text) =>
  compromise(text)
    .people()
    .json({ offset: true })
    .map(({ text: value, offset: { start, length } }) => ({ kind: "name", start, end: start + length, value }));
const mails = (text) =>
  linkify.find(text, "email").map(({ value, start, end }) => ({ kind: "email", start, end, value }));
const phones = (text) =>
  findPhoneNumbersInText(text, { defaultCountry: "US", v2: true }).map(({ number, startsAt, endsAt }) => ({
    kind: "phone",
    start: startsAt,
    end: endsAt,
    value: number.nationalNumber,
  }));

const systems = {
  askwell: (m) =>
    detector
      .detect(m.text, { prevAgent: m.prev_agent ?? null, asked: m.asked ?? [], lang: m.lang ?? null })
      .filter((f) => f.subject === "visitor"),
  compromise: (m) => names(m.text),
  linkifyjs: (m) => mails(m.text),
  "libphonenumber-js": (m) => phones(m.text),
  "the three together": (m) => [...names(m.text), ...mails(m.text), ...phones(m.text)],
};

/** Offsets in code points, as the data has them. */
function points(text, found) {
  const at = (unit) => [...text.slice(0, unit)].length;
  return found.map((f) => ({ ...f, start: at(f.start), end: at(f.end) }));
}

function speed(find) {
  for (const m of messages.slice(0, 2000)) find(m);
  const [begin, end] = [performance.now(), performance.now() + SECONDS * 1000];
  let seen = 0;
  while (performance.now() < end) {
    for (let i = 0; i < 50; i += 1) find(messages[(seen + i) % messages.length]);
    seen += 50;
  }
  return Math.round((seen * 1000) / (performance.now() - begin));
}

async function bundled(source) {
  const esbuild = createRequire(join(here, "../../../package.json"))("esbuild");
  const { outputFiles } = await esbuild.build({
    stdin: { contents: source, resolveDir: here },
    bundle: true,
    format: "esm",
    legalComments: "none",
    minify: true,
    write: false,
    target: "es2022",
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

const parts = {
  compromise: 'export { default as compromise } from "compromise";',
  linkifyjs: 'export { find } from "linkifyjs";',
  "libphonenumber-js": 'export { findPhoneNumbersInText } from "libphonenumber-js";',
};
const bytes = { askwell: 0 };
const gzip = (name) => gzipSync(readFileSync(join(dist, name)), { level: 9 }).length;
const vocabulary = Math.max(...LANGUAGES.map((language) => gzip(`vocabulary/${language}.bin.js`)));
bytes.askwell = gzip("engine_bg.wasm") + gzip("engine.js") + gzip("vocabulary.js") + vocabulary;
for (const [name, source] of Object.entries(parts)) bytes[name] = await bundled(source);
bytes["the three together"] = await bundled(Object.values(parts).join("\n"));

const result = {};
for (const [name, find] of Object.entries(systems)) {
  result[name] = {
    found: messages.map((m) => points(m.text, find(m))),
    speed: speed(find),
    bytes: bytes[name],
  };
}
writeFileSync(out, JSON.stringify(result));
