// The packed package through each bundler and as plain files, run in Chromium.

import assert from "node:assert/strict";
import { createReadStream, existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import { DESKTOP, launch } from "../support/browser.mjs";
import { Consumer, pack } from "./consumer.mjs";

const require = createRequire(import.meta.url);
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".wasm": "application/wasm" };

/** What a page does with the package: the engine here, with another language, and in a web worker, and the whole widget. */
const app = (init, engine) => `
  ${init}
  import { mount } from "askwell/widget";
  import { loadVocabulary } from "askwell/vocabulary";
  const detect = (text, lang = "en") => {
    const detector = new Detector({ lang });
    const found = detector.detect(text).map(({ kind, value }) => [kind, value]);
    detector.free();
    return found;
  };
  const here = detect("I'm Mike, mike@fern.example");
  const thread = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const there = await new Promise((resolve, reject) => { thread.onmessage = (e) => resolve(e.data); thread.onerror = reject; });
  await loadVocabulary(["de-AT"]);
  const german = detect("Guten Tag, ich heiße Mike", "de");
  window.chat = await mount({ siteKey: "pk", api: location.origin, locale: "en"${engine} });
  window.chat.open();
  window.result = { here, there, german };`;
const INIT = 'import init, { Detector } from "askwell/engine";\nawait init();';
const WORKER = `${INIT}
  const detector = new Detector({ lang: "en" });
  postMessage(detector.detect("I'm Mike, mike@fern.example").map(({ kind, value }) => [kind, value]));`;
const PAGE = (script, head = "") =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>A page</title>${head}<body>${script}</body></html>`;
const FOUND = [["name", "Mike"], ["email", "mike@fern.example"]];

describe("a page made with", () => {
  let packed, browser;
  const closers = [];

  before(async () => {
    packed = pack();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    for (const close of closers) await close();
    packed?.remove();
  });

  function consumer(files) {
    const made = new Consumer(packed, files);
    closers.push(() => made.remove());
    return made;
  }

  async function serve(folder) {
    const server = createServer((request, response) => {
      const path = join(folder, request.url === "/" ? "index.html" : decodeURIComponent(request.url.split("?")[0]));
      if (!path.startsWith(folder) || !existsSync(path)) return response.writeHead(404).end();
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
      createReadStream(path).pipe(response);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    closers.push(() => server.close());
    return `http://127.0.0.1:${server.address().port}/`;
  }

  /** Opens what was made, and uses all of it. */
  async function works(folder, engine = true, told = []) {
    const context = await browser.newContext(DESKTOP);
    const page = await context.newPage();
    const troubles = [];
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("console", (message) => message.type() !== "log" && troubles.push(message.text()));
    await page.goto(await serve(folder));
    const box = page.getByRole("textbox", { name: "Write a message" });
    await box.waitFor({ timeout: 15_000 }).catch(() => assert.fail(`it does not come up: ${troubles.join("; ")}`));
    if (engine) assert.deepEqual(await page.evaluate(() => window.result), { here: FOUND, there: FOUND, german: FOUND.slice(0, 1) });
    // The widget has loaded its own engine, in the same page.
    await box.fill("I'm Mike");
    await page.locator("askwell-chat .noted").getByText("Mike").waitFor({ timeout: 10_000 }).catch(() => assert.fail(troubles.join("; ")));
    assert.deepEqual(troubles, told);
    assert.equal(await page.locator("askwell-chat").count(), 1);
    await context.close();
  }

  test("Vite", async () => {
    const { folder } = consumer({ "index.html": PAGE('<script type="module" src="/main.js"></script>'), "main.js": app(INIT, ""), "worker.js": WORKER });
    const { build } = await import(require.resolve("vite"));
    // Top-level await needs the targets that have it; the worker is a module, as it is written.
    await build({ root: folder, logLevel: "error", configFile: false, build: { target: "es2022" }, worker: { format: "es" } });
    await works(join(folder, "dist"));
  });

  test("webpack", async () => {
    const { folder, write } = consumer({ "main.js": app(INIT, ""), "worker.js": WORKER });
    await webpack({ context: folder, entry: "./main.js", mode: "production", output: { path: join(folder, "dist"), filename: "main.js" } });
    write({ "dist/index.html": PAGE('<script defer src="/main.js"></script>') });
    await works(join(folder, "dist"));
  });

  test("esbuild", async () => {
    // esbuild does not follow `new URL(…)`: the file is imported, and its address handed over.
    const init = `import wasm from "askwell/engine_bg.wasm";
      import init, { Detector } from "askwell/engine";
      const engine = new URL(wasm, import.meta.url);
      await init({ module_or_path: engine });`;
    const { folder, write } = consumer({
      "main.js": app(init, ", engine"),
      "worker.js": WORKER.replace(INIT, init),
    });
    await build({
      absWorkingDir: folder, entryPoints: ["main.js", "worker.js"], outdir: "dist", bundle: true, splitting: true, format: "esm",
      target: "es2022", loader: { ".wasm": "file" }, logLevel: "error",
    });
    write({ "dist/index.html": PAGE('<script type="module" src="/main.js"></script>') });
    await works(join(folder, "dist"));
  });

  test("one script tag", async () => {
    const { folder } = consumer({
      "index.html": PAGE('<script async src="/node_modules/askwell/dist/askwell.js" data-key="pk"></script>', "<script>window.askwell = function () { (askwell.q = askwell.q || []).push(arguments); }; askwell(\"open\");</script>"),
    });
    await works(folder, false);
  });

  test("modules and an import map, without a bundler", async () => {
    const map = { imports: Object.fromEntries(["engine", "vocabulary", "widget"].map((name) => [`askwell/${name}`, `/node_modules/askwell/dist/${name}.js`])) };
    const { folder } = consumer({
      "index.html": PAGE('<script type="module" src="/main.js"></script>', `<script type="importmap">${JSON.stringify(map)}</script>`),
      "main.js": app(INIT, ""),
      // Import maps are not for workers.
      "worker.js": WORKER.replace("askwell/engine", "/node_modules/askwell/dist/engine.js"),
    });
    await works(folder);
  });

  test("an import that is not used is left out by all bundlers", async () => {
    const unused = 'import { Detector } from "askwell/engine";\nimport { load } from "askwell/loader";\nimport { mount } from "askwell/widget";\nconsole.log("nothing of it");';
    const { folder } = consumer({ "main.js": unused });
    const { outputFiles } = await build({ absWorkingDir: folder, entryPoints: ["main.js"], bundle: true, format: "esm", write: false, logLevel: "error" });
    assert.ok(outputFiles[0].text.length < 200, outputFiles[0].text.slice(0, 300));
    await webpack({ context: folder, entry: "./main.js", mode: "production", output: { path: join(folder, "dist") } });
    assert.deepEqual(readdirSync(join(folder, "dist")), ["main.js"]);
    assert.ok(readFileSync(join(folder, "dist", "main.js"), "utf8").length < 200);
  });

  const LOAD = `import { load } from "askwell/loader";
    load({ siteKey: "pk", api: location.origin, locale: "en" });
    // A second one does nothing but to say so, and calls wait for the widget.
    load({ siteKey: "other", api: location.origin });
    window.askwell("open");`;
  const LEFT_OUT = ['askwell: the page has a chat already, with the key "pk"; the one with "other" is left out.'];

  test("the loader as a module, through Vite: the widget is a file of its own", async () => {
    const { folder } = consumer({ "index.html": PAGE('<script type="module" src="/main.js"></script>'), "main.js": LOAD });
    const { build } = await import(require.resolve("vite"));
    await build({ root: folder, logLevel: "error", configFile: false, build: { target: "es2022" } });
    const page = readFileSync(join(folder, "dist", "index.html"), "utf8");
    const [, first] = page.match(/src="\/(assets\/[^"]+\.js)"/);
    assert.ok(readFileSync(join(folder, "dist", first)).length < 6000, "the widget is not in what the page begins with");
    await works(join(folder, "dist"), false, LEFT_OUT);
  });

  test("the loader as a module, without a bundler", async () => {
    const { folder } = consumer({
      "index.html": PAGE('<script type="module" src="/main.js"></script>'),
      "main.js": LOAD.replace("askwell/loader", "/node_modules/askwell/dist/load.js"),
    });
    await works(folder, false, LEFT_OUT);
  });

  async function webpack(options) {
    const { default: run } = await import(require.resolve("webpack"));
    const stats = await new Promise((resolve, reject) => run(options, (error, made) => (error ? reject(error) : resolve(made))));
    assert.ok(!stats.hasErrors(), stats.toString({ all: false, errors: true }));
  }
});
