// The packed package in Node.js and for the TypeScript compiler.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ROOT } from "../support/worker.mjs";
import { Consumer, pack, tool } from "./consumer.mjs";

const USE = `
const detector = new Detector({ lang: "en" });
const text = "😀 it's Zoë Marlow, zoe@fern.example";
const found = detector.detect(text).map(({ kind, start, end }) => [kind, text.slice(start, end)]);
detector.free();
const policy = new PromptPolicy({ lang: "en" }, 0);
const { ask } = policy.visitorMessage("Could you send me the brochure?", 0);
policy.free();
`;
const EXPECTED = { found: [["name", "Zoë Marlow"], ["email", "zoe@fern.example"]], ask: "email" };

const strict = (moduleResolution, module, files) => JSON.stringify({
  compilerOptions: {
    target: "ES2022", module, moduleResolution, lib: ["ES2022", "DOM", "DOM.Iterable"], types: [],
    strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false, noEmit: true,
  },
  files,
});

/** What the compiler has to say of a project. */
function compiled({ folder }) {
  const { status, stdout } = spawnSync(process.execPath, [tool("typescript", "bin/tsc"), "-p", folder], { encoding: "utf8" });
  return status === 0 ? "" : stdout || `exit status ${status}`;
}

describe("the package", () => {
  let packed;
  const consumers = [];
  const consumer = (...args) => consumers[consumers.push(new Consumer(packed, ...args)) - 1];

  before(() => {
    packed = pack();
  });
  after(() => {
    for (const each of consumers) each.remove();
    packed?.remove();
  });

  test("holds what its exports name, and nothing of the demo or the tests", () => {
    const { exports, sideEffects } = JSON.parse(readFileSync(join(packed.folder, "package.json"), "utf8"));
    const named = Object.values(exports).flatMap((entry) => (typeof entry === "string" ? entry : Object.values(entry)));
    for (const path of [...named, ...sideEffects]) {
      const [folder, end] = path.split("*");
      const there = end === undefined ? existsSync(join(packed.folder, path)) : readdirSync(join(packed.folder, folder)).some((name) => name.endsWith(end));
      assert.ok(there, path);
    }
    const licences = ["LICENSE-APACHE", "LICENSE-MIT", "NOTICE"];
    assert.deepEqual(readdirSync(packed.folder).sort(), [...licences, "README.md", "dist", "package.json"]);
    assert.ok(!existsSync(join(packed.folder, "dist", "demo")));
    for (const name of licences) {
      assert.ok(readFileSync(join(packed.folder, name)).equals(readFileSync(join(ROOT, name))), `widget-plugin/${name} is a copy of ${name}: copy it anew`);
    }
  });

  test("has the declarations of what it exports, and none that these do not name", () => {
    const { exports } = JSON.parse(readFileSync(join(packed.folder, "package.json"), "utf8"));
    const needed = new Set();
    const need = (file) => {
      if (needed.has(file)) return;
      needed.add(file);
      for (const [, path] of readFileSync(file, "utf8").matchAll(/"(\.\.?\/[^"]+)\.js"/g)) need(join(file, "..", `${path}.d.ts`));
    };
    for (const { types } of Object.values(exports)) if (types) need(join(packed.folder, types));
    const there = readdirSync(packed.folder, { recursive: true }).filter((name) => name.endsWith(".d.ts")).map((name) => join(packed.folder, name));
    assert.deepEqual(there.sort(), [...needed].sort());
    for (const [name, entry] of Object.entries(exports)) {
      if (typeof entry !== "string") assert.ok(entry.types, `${name} has types`);
    }
  });

  test("can be imported where there is no page, and loads nothing there", () => {
    const said = consumer({
      "main.js": `import { load } from "askwell/loader";
        import { mount } from "askwell/widget";
        import * as whole from "askwell";
        if (whole.mount !== mount) throw new Error("the package is its widget");
        load({ siteKey: "pk", api: "https://chat.example" });
        console.log(typeof globalThis.askwell);`,
    }).node("main.js");
    assert.equal(said.trim(), "undefined");
  });

  test("says what the documentation says of an object that has been freed", () => {
    const { codes, found } = JSON.parse(consumer({
      "main.js": `import init, { Detector, PromptPolicy } from "askwell/engine";
        await init();
        const gone = new Detector();
        gone.free();
        const codes = [() => gone.detect("x"), () => new PromptPolicy({ fields: ["age"] })].map((run) => {
          try { run(); } catch (error) { return [error instanceof Error, error.code ?? error.message]; }
        });
        ${USE}
        console.log(JSON.stringify({ codes, found }));`,
    }).node("main.js"));
    assert.deepEqual(codes, [[true, "null pointer passed to rust"], [true, "invalid_field"]]);
    assert.deepEqual(found, EXPECTED.found, "and the others work on");
  });

  test("runs in Node.js as an ES module, without fetching", () => {
    const { found, ask, value } = JSON.parse(consumer({
      "main.js": `import init, { Detector, PromptPolicy } from "askwell/engine";
        globalThis.fetch = () => { throw new Error("nothing is to be fetched"); };
        await init();
        ${USE}
        const german = new Detector({ lang: "de" });
        const [{ value }] = german.detect("Guten Tag, ich heiße Zoë Marlow");
        console.log(JSON.stringify({ found, ask: ask?.field, value }));`,
    }).node("main.js"));
    assert.deepEqual({ found, ask, value }, { ...EXPECTED, value: "Zoë Marlow" }, "with all languages");
  });

  test("runs in a worker thread of Node.js, beside the main one", () => {
    const { main, worker } = JSON.parse(consumer({
      "engine.js": `import init, { Detector, PromptPolicy } from "askwell/engine";
        await init();
        export function use() { ${USE} return { found, ask: ask?.field }; }`,
      "worker.js": `import { parentPort } from "node:worker_threads";
        import { use } from "./engine.js";
        parentPort.postMessage(use());`,
      "main.js": `import { Worker } from "node:worker_threads";
        import { use } from "./engine.js";
        const thread = new Worker(new URL("./worker.js", import.meta.url));
        const worker = await new Promise((resolve, reject) => thread.once("message", resolve).once("error", reject));
        console.log(JSON.stringify({ main: use(), worker }));`,
    }).node("main.js"));
    assert.deepEqual([main, worker], [EXPECTED, EXPECTED]);
  });

  test("runs from an address, as in Deno and in modules without a bundler", () => {
    const { found, ask, streamed } = JSON.parse(consumer({
      "main.js": `import { createServer } from "node:http";
        import { readFileSync } from "node:fs";
        // The entry for everybody but Node.js, which fetches what it is told.
        import init, { Detector, PromptPolicy } from "./node_modules/askwell/dist/engine.js";
        const file = new URL(import.meta.resolve("askwell/engine_bg.wasm"));
        const server = createServer((_, response) => response.setHeader("content-type", "application/wasm").end(readFileSync(file)));
        await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
        let streamed = false;
        const { instantiateStreaming } = WebAssembly;
        WebAssembly.instantiateStreaming = (...args) => ((streamed = true), instantiateStreaming(...args));
        await init({ module_or_path: new URL(\`http://127.0.0.1:\${server.address().port}/engine_bg.wasm\`) });
        ${USE}
        console.log(JSON.stringify({ found, ask: ask?.field, streamed }));
        server.close();`,
    }).node("main.js"));
    assert.deepEqual({ found, ask, streamed }, { ...EXPECTED, streamed: true });
  });

  for (const [resolution, module] of [["bundler", "ESNext"], ["nodenext", "NodeNext"]]) {
    test(`types fit a strict consumer that resolves as ${resolution}`, () => {
      const project = consumer({
        "main.ts": `import init, { Detector, PromptPolicy, type Found, type VisitorOutcome } from "askwell/engine";
          import { mount, type Widget, type WidgetOptions } from "askwell/widget";
          import { load, type Askwell } from "askwell/loader";
          import wasm from "askwell/engine_bg.wasm";
          import * as engine from "askwell/engine";
          import { loadVocabulary } from "askwell/vocabulary";
          import { crisp, type CrispQueue } from "askwell/adapters/crisp";
          import { intercom, type IntercomOptions, type Kept, type Memory, type Refusal } from "askwell/adapters/intercom";
          import type { Memory as OfChatwoot } from "askwell/adapters/chatwoot";
          import type { Memory as OfZendesk } from "askwell/adapters/zendesk";
          const memory: Memory & OfChatwoot & OfZendesk = { load: async (): Promise<Kept | null> => null, save: async () => {} };
          const onRefused = ({ error, learned }: Refusal): void => console.log(error.status satisfies number, learned.email);
          engine.initSync({ module: wasm });
          load({ siteKey: "pk", api: "https://chat.example", engine: new URL(wasm, import.meta.url) });
          // @ts-expect-error: the site key is needed
          load({ api: "https://chat.example" });
          await loadVocabulary([...navigator.languages, null], init());
          ${USE}
          const field: "name" | "email" | "phone" | undefined = ask?.field;
          const options: WidgetOptions = { siteKey: "pk", api: "https://chat.example" };
          const chat: Promise<Widget> = mount(options);
          const tag: Askwell | undefined = window.askwell;
          const outcome = (one: VisitorOutcome): Found[] => one.found;
          const stop = (queue: CrispQueue): (() => void) => crisp(queue, { engine, policy: { lang: "en" }, storage: sessionStorage });
          const hook = (request: Request, rest: Omit<IntercomOptions, "engine" | "memory">): Promise<Response> => intercom(request, { engine, memory, onRefused, ...rest });
          // @ts-expect-error: there is no such option
          mount({ ...options, lang: "de" });
          // @ts-expect-error: an outcome is no list
          outcome([]);
          export { chat, field, found, hook, stop, tag };`,
        "tsconfig.json": strict(resolution, module, ["main.ts"]),
      });
      assert.equal(compiled(project), "");
    });

    test(`the documentation's examples compile for a strict consumer that resolves as ${resolution}`, () => {
      const text = readFileSync(join(ROOT, "docs", "embedding.md"), "utf8");
      const examples = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code], i) => [`example-${i}.ts`, code]);
      assert.ok(examples.length >= 4, String(examples.length));
      const files = Object.fromEntries(examples);
      assert.equal(compiled(consumer({ ...files, "tsconfig.json": strict(resolution, module, Object.keys(files)) })), "");
    });
  }
});
