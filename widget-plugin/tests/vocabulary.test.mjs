import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
import { DIST, source } from "./support/source.mjs";

const folders = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** The package in a place of its own: an engine that no other test has taught anything. */
async function fresh(without = []) {
  const folder = mkdtempSync(join(tmpdir(), "askwell-vocabulary-"));
  folders.push(folder);
  cpSync(DIST, folder, { recursive: true });
  for (const name of without) rmSync(join(folder, "vocabulary", `${name}.bin.js`));
  const load = (name) => import(pathToFileURL(join(folder, name)).href);
  const [engine, vocabulary] = [await load("engine.js"), await load("vocabulary.js")];
  const init = async () => engine.initSync({ module: readFileSync(join(folder, "engine_bg.wasm")) });
  return { ...engine, ...vocabulary, init, file: async (name) => (await load(`vocabulary/${name}.bin.js`)).default };
}

const bytes = (base64) => new Uint8Array(Buffer.from(base64, "base64"));
const names = ({ Detector }, text, lang) => {
  const detector = new Detector({ lang });
  const found = detector.detect(text).filter((f) => f.kind === "name" && f.subject === "visitor");
  detector.free();
  return found.map((f) => f.value);
};

it("has English, and reads others once they are there", async () => {
  const engine = await fresh();
  const ready = engine.init();
  await ready;
  assert.deepEqual([engine.hasVocabulary("en-GB"), engine.hasVocabulary("de"), engine.hasVocabulary("tlh")], [true, false, false]);
  assert.equal(engine.languageOf("ผมชื่ออะไร"), "th", "a script tells the language without its words");
  const text = "Guten Tag, ich heiße Zoë Marlow.";
  assert.deepEqual(names(engine, text, "de"), []);
  const detector = new engine.Detector({ lang: "de" });
  await engine.loadVocabulary(["de-AT", "en", "tlh", "", null, undefined], ready);
  assert.deepEqual(names(engine, text, "de"), ["Zoë Marlow"]);
  assert.equal(detector.detect(text)[0]?.value, "Zoë Marlow", "those that were there before learn it too");
  assert.deepEqual([engine.hasVocabulary("de"), engine.hasVocabulary("fr")], [true, false]);
  const policy = new engine.PromptPolicy({ lang: "de" }, 0);
  const { ask } = policy.visitorMessage("Können Sie mir die Rechnung schicken?", 0);
  assert.equal(ask?.field, "email");
  assert.match(ask.text, /E-Mail/);
  assert.equal(policy.language, "de");
});

it("waits for the engine while both come in", async () => {
  const engine = await fresh();
  let begin;
  const ready = new Promise((resolve) => (begin = resolve)).then(engine.init);
  const loading = engine.loadVocabulary(["sv"], ready);
  begin();
  await loading;
  assert.ok(engine.hasVocabulary("sv"));
});

it("works with what could be loaded, and says that something could not", async () => {
  const engine = await fresh(["de"]);
  await engine.init();
  await assert.rejects(engine.loadVocabulary(["de", "fr"]));
  assert.deepEqual([engine.hasVocabulary("de"), engine.hasVocabulary("fr")], [false, true]);
  assert.deepEqual(names(engine, "Bonjour, je m'appelle Zoë Marlow", "fr"), ["Zoë Marlow"]);
});

it("refuses a file that is damaged or of another version", async () => {
  const engine = await fresh();
  await engine.init();
  const refused = (file) => assert.throws(() => engine.addVocabulary(file), (error) => error.code === "invalid_field");
  const whole = bytes(await engine.file("it"));
  refused(new Uint8Array());
  refused(whole.slice(0, -1));
  for (const at of [0, 4, 8, 9, 20, whole.length - 1]) refused(whole.map((byte, n) => (n === at ? byte ^ 1 : byte)));
  assert.equal(engine.hasVocabulary("it"), false);
  assert.equal(engine.addVocabulary(whole), "it");
});

it("keeps nothing of a language that comes again", async () => {
  const engine = await fresh();
  const { memory } = await engine.init();
  await engine.loadVocabulary(engine.LANGUAGES);
  assert.equal(engine.LANGUAGES.length, 14);
  const file = bytes(await engine.file("pl"));
  const again = () => {
    for (let i = 0; i < 500; i += 1) engine.addVocabulary(file);
    return memory.buffer.byteLength;
  };
  assert.equal(again(), again());
});

it("asks in no other language than the visitor's, and fetches what is missing", async () => {
  const { Memory } = await source("memory");
  const wanted = [];
  let spoken = ["en"];
  const policy = {
    language: "th",
    peek: () => [],
    facts: () => ({}),
    free: () => undefined,
    visitorMessage: () => ({ ask: { field: "email", text: "Where to?" }, confirm: null }),
  };
  const engine = {
    fresh: () => policy,
    resume: () => policy,
    languageOf: (text) => (text === "Guten Tag" ? "de" : undefined),
    speaks: (language) => spoken.includes(language) || (wanted.push(language), false),
  };
  const memory = new Memory(() => engine);
  memory.peek("Guten Tag", false, {});
  assert.deepEqual(wanted.splice(0), ["de"], "while it is being typed");
  memory.take({ facts: {} }, 0, []);
  assert.deepEqual(wanted.splice(0), ["th"], "what the server has noticed");
  assert.equal(memory.predict({ id: "a", text: "…" }, 0), null);
  spoken = ["en", "th"];
  assert.equal(memory.predict({ id: "b", text: "…" }, 0)?.field, "email");
});
