// The packed package in Node.js and for the TypeScript compiler.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
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
    assert.deepEqual(readdirSync(packed.folder).sort(), ["README.md", "dist", "package.json"]);
    assert.ok(!existsSync(join(packed.folder, "dist", "demo")));
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
          import type { Askwell } from "askwell/loader";
          import * as engine from "askwell/engine";
          import { loadVocabulary } from "askwell/vocabulary";
          import { crisp, type CrispQueue } from "askwell/adapters/crisp";
          import { intercom, type IntercomOptions } from "askwell/adapters/intercom";
          await loadVocabulary([...navigator.languages, null], init());
          ${USE}
          const field: "name" | "email" | "phone" | undefined = ask?.field;
          const options: WidgetOptions = { siteKey: "pk", api: "https://chat.example" };
          const chat: Promise<Widget> = mount(options);
          const tag: Askwell | undefined = window.askwell;
          const outcome = (one: VisitorOutcome): Found[] => one.found;
          const stop = (queue: CrispQueue): (() => void) => crisp(queue, new PromptPolicy());
          const hook = (request: Request, rest: Omit<IntercomOptions, "engine">): Promise<Response> => intercom(request, { engine, ...rest });
          // @ts-expect-error: there is no such option
          mount({ ...options, lang: "de" });
          // @ts-expect-error: an outcome is no list
          outcome([]);
          export { chat, field, found, hook, stop, tag };`,
        "tsconfig.json": JSON.stringify({
          compilerOptions: {
            target: "ES2022", module, moduleResolution: resolution, lib: ["ES2022", "DOM", "DOM.Iterable"], types: [],
            strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false, noEmit: true,
          },
          files: ["main.ts"],
        }),
      });
      const said = spawnSync(process.execPath, [tool("typescript", "bin/tsc"), "-p", project.folder], { encoding: "utf8" });
      assert.equal(said.stdout, "");
      assert.equal(said.status, 0);
    });
  }
});
