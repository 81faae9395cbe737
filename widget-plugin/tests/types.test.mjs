// The declarations, as a consumer with strict settings and without skipLibCheck meets them.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { it } from "node:test";
import { DIST, PACKAGE } from "./support/source.mjs";

const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");

/** What the compiler says of a consumer's file. */
function check(name, code) {
  const dir = join(PACKAGE, "build", "consumers", name);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "consumer.ts"), code);
  const compilerOptions = {
    target: "ES2022",
    module: "ES2022",
    moduleResolution: "bundler",
    lib: ["ES2022", "DOM", "DOM.Iterable"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    types: [],
    paths: {
      "askwell/engine": ["../../../dist/engine.d.ts"],
      "askwell/widget": ["../../../dist/types/widget.d.ts"],
      "askwell/loader": ["../../../dist/types/load.d.ts"],
    },
  };
  writeFileSync(join(dir, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
  return spawnSync(process.execPath, [tsc, "-p", dir], { encoding: "utf8" }).stdout;
}

it("fit a strict consumer", () => {
  const said = check("good", `
    import init, { Detector, PromptPolicy, type Found, type Kind, type VisitorOutcome } from "askwell/engine";
    import { mount, type Widget } from "askwell/widget";
    import type { Askwell } from "askwell/loader";
    await init();
    const detector = new Detector({ lang: "en", region: null });
    const found: Found[] = detector.detect("x", { prevAgent: "y", asked: ["name", "other"] });
    const kinds: Kind[] = found.filter((f) => f.subject === "visitor").map((f) => f.kind);
    const policy = new PromptPolicy({ fields: kinds, wording: { en: { email_send: "Where?" } } }, Date.now());
    const outcome: VisitorOutcome = policy.visitorMessage("x", 0);
    const field: Kind | undefined = (outcome.ask ?? outcome.confirm)?.field;
    policy.marker("handoff", 0);
    const again = PromptPolicy.fromJSON(policy.toJSON());
    const name: string | undefined = again.facts().name;
    const chat: Widget = await mount({ siteKey: "pk", api: "https://chat.example", consent: { text: "We keep what you write.", link: "/privacy" } });
    const stop: () => void = chat.on("message", ({ id, role }) => console.log(id, role satisfies "bot" | "agent"));
    const global: Askwell | undefined = window.askwell;
    chat.on("consent", ({ given }) => console.log(given satisfies boolean));
    chat.consent(true);
    chat.identify({ jwt: "a.b.c" });
    global?.("identify", { jwt: "a.b.c" });
    global?.("consent", false);
    global?.("on", "error", ({ code }) => code.length);
    detector.free();
    console.log(field, name, stop);
  `);
  assert.equal(said, "");
});

it("refuse what is wrong", () => {
  const mistakes = [
    'new Detector({ language: "en" });',
    'new PromptPolicy({ fields: ["age"] });',
    'new PromptPolicy().marker("paused");',
    'const s: string = new Detector().detect("x")[0]!.confidence;',
    'mount({ api: "https://chat.example" });',
    'mount({ siteKey: "pk", api: "https://chat.example" }).open();',
    'mount({ siteKey: "pk", api: "https://chat.example", consent: "yes" });',
    'window.askwell?.("opne");',
    'window.askwell?.("identify", "a.b.c");',
    'window.askwell?.("known", ["address"]);',
  ];
  const said = check("bad", `
    import { Detector, PromptPolicy } from "askwell/engine";
    import { mount } from "askwell/widget";
    import type {} from "askwell/loader";
    ${mistakes.join("\n    ")}
  `);
  const refused = new Set([...said.matchAll(/consumer\.ts\((\d+),/g)].map(([, line]) => Number(line)));
  assert.equal(refused.size, mistakes.length, said);
});

it("have no any", () => {
  const files = [join(DIST, "engine.d.ts"), ...readdirSync(join(DIST, "types"), { recursive: true }).filter((f) => f.endsWith(".d.ts")).map((f) => join(DIST, "types", f))];
  assert.ok(files.length > 10);
  for (const file of files) {
    const code = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    assert.doesNotMatch(code, /\bany\b/, file);
  }
});
