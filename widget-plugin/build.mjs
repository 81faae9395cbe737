// Builds the npm package into dist/, which the Worker serves as it stands:
//
//   node widget-plugin/build.mjs [--release | --dev] [--lines] [--scripts]
//   node widget-plugin/build.mjs --edge
//
// --release   minifies, runs wasm-opt, and lets a panic trap without a message: the default
// --dev       does none of these
// --lines     also builds the engine with the line protocol, for the shared test cases, into build/lines/
// --scripts   leaves the engine as an earlier build made it
// --edge      builds that engine alone, compiled as the Worker is, for the benches, into build/edge/
//
// Read from the environment: CARGO, WASM_BINDGEN_BIN, and what cargo and rustup read themselves.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as esbuild from "esbuild";
import { parts, sizes } from "./bench/sizes.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const dist = join(here, "dist");
const require = createRequire(import.meta.url);
const { values: flags } = parseArgs({
  options: {
    release: { type: "boolean", default: true },
    dev: { type: "boolean", default: false },
    lines: { type: "boolean", default: false },
    scripts: { type: "boolean", default: false },
    edge: { type: "boolean", default: false },
  },
});
const release = flags.release && !flags.dev;

/** What Rust's wasm32 target assumes of every engine; wasm-opt has to be told. */
const WASM_FEATURES = [
  "--enable-bulk-memory",
  "--enable-mutable-globals",
  "--enable-multivalue",
  "--enable-nontrapping-float-to-int",
  "--enable-reference-types",
  "--enable-sign-ext",
];

/**
 * For the size after gzip. The compiler has inlined what is worth it; inlining more than what is as small as
 * its call, and keeping a repeated expression in a local, make the code smaller and what gzip makes of it larger.
 * Nothing is kept in the first 1,024 bytes: the linker puts the stack there, which grows towards them.
 */
const WASM_PASSES = [
  "-Oz", "--converge", "--strip-producers", "--strip-target-features", "--skip-pass=local-cse", "--reorder-locals",
  "--low-memory-unused",
  ...["always", "flexible", "one-caller"].map((when) => `--${when}-inline-max-function-size=5`),
];

/** The engine in chats of others, each a file. */
const ADAPTERS = ["chatwoot", "crisp", "intercom", "zendesk"];
/** What an import of the binary gives depends on who resolves it: esbuild an address, Cloudflare a module. */
const WASM_TYPES = `declare const wasm: string & WebAssembly.Module;
export default wasm;
`;
const ENGINE = /^(engine(_bg)?\.(wasm|js|d\.ts)|vocabulary)$/;

/** How esbuild makes all of them. */
const SCRIPTS = {
  absWorkingDir: here,
  // wasm-bindgen names a script once for each function that it takes from it.
  logOverride: { "duplicate-object-key": "silent" },
  bundle: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  minify: release,
  target: "es2022",
};

function run(command, args, hint, output = "inherit") {
  const { status, error, stdout } = spawnSync(command, args, {
    cwd: root, encoding: "utf8", maxBuffer: 64 << 20, stdio: ["inherit", output, "inherit"],
  });
  if (status === 0) return stdout;
  const why = error ? error.message : `exit status ${status}`;
  console.error(`build: ${command} failed (${why}).${hint ? ` ${hint}` : ""}`);
  process.exit(1);
}

/** The file behind a command of an npm package, run with this Node. */
function npmBin(name, command) {
  const manifest = require.resolve(`${name}/package.json`);
  return join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin[command]);
}

function cargoTarget() {
  const { stdout, status } = spawnSync(
    process.env.CARGO ?? "cargo",
    ["metadata", "--format-version", "1", "--no-deps", "--offline"],
    { cwd: root, encoding: "utf8", maxBuffer: 64 << 20 },
  );
  return status === 0 ? JSON.parse(stdout).target_directory : join(root, "target");
}

function bind(wasm, outDir, ...args) {
  run(
    process.env.WASM_BINDGEN_BIN ?? "wasm-bindgen",
    [wasm, "--target", "web", "--out-dir", outDir, "--out-name", "engine", ...args],
    "Install wasm-bindgen-cli in the version that Cargo.lock names, or set WASM_BINDGEN_BIN.",
  );
}

/**
 * What wasm-bindgen writes for browsers that have no weak references, and for encoders without `encodeInto`. None of them
 * has the reference types of WebAssembly either, which the engine needs.
 */
const FOR_OLDER = [
  /\(typeof FinalizationRegistry === 'undefined'\)\s*\? \{ register: \(\) => \{\}, unregister: \(\) => \{\} \}\s*: /g,
  /if \(!\('encodeInto' in cachedTextEncoder\)\) \{[^]*?\n\}\n/g,
  / {4}if \(realloc === undefined\) \{[^]*?\n {4}\}\n/g,
];

/** Where wasm-bindgen takes a text for granted: another value would be read from beyond the module's memory. */
const TAKES_TEXT = "function passStringToWasm0(arg, malloc, realloc) {\n";
const REFUSES_OTHERS = "if (typeof arg != 'string') throw Object.assign(TypeError('expected a string'), { code: 'invalid_field' });\n";

/** Puts the engine's own scripts (`src/*.js`) and what wasm-bindgen makes of them into one. */
async function glue(outDir) {
  const file = join(outDir, "engine.js");
  // wasm-bindgen takes along the script that it is told of, and not what that one imports.
  for (const folder of readdirSync(join(outDir, "snippets"))) {
    cpSync(join(here, "src", "shapes.js"), join(outDir, "snippets", folder, "src", "shapes.js"));
  }
  const without = (script, old) => {
    const shorter = script.replace(old, "");
    if (shorter === script) throw new Error(`wasm-bindgen does not write ${old} any more`);
    return shorter;
  };
  const script = FOR_OLDER.reduce(without, readFileSync(file, "utf8"));
  if (!script.includes(TAKES_TEXT)) throw new Error("wasm-bindgen does not take texts as it did any more");
  writeFileSync(file, script.replace(TAKES_TEXT, TAKES_TEXT + REFUSES_OTHERS));
  await esbuild.build({
    ...SCRIPTS,
    allowOverwrite: true,
    // wasm-bindgen warns of what a bundler or server does otherwise than it likes, and goes on all the same.
    ...(release ? { drop: ["console"] } : {}),
    entryPoints: [file],
    format: "esm",
    outfile: file,
  });
  rmSync(join(outDir, "snippets"), { recursive: true });
}

/** What the mangled names of a module's functions stand for: wasm-bindgen can write either. */
async function demangled(wasm) {
  const { readNames } = await import("./linked.mjs");
  const folder = mkdtempSync(join(tmpdir(), "engine-"));
  const names = (...args) => {
    bind(wasm, folder, "--no-typescript", ...args);
    return readNames(readFileSync(join(folder, "engine_bg.wasm")));
  };
  const [mangled, readable] = [names("--no-demangle"), names()];
  rmSync(folder, { recursive: true });
  return new Map([...mangled].map(([n, name]) => [name, readable.get(n)]));
}

/** Builds the engine, and gives the folder of what the core's build script made. */
async function buildEngine(outDir, features, profile = "widget") {
  // The line protocol formats numbers and errors itself.
  const snipped = release && features.length === 0;
  const messages = run(
    process.env.CARGO ?? "cargo",
    [
      "rustc", "--package", "askwell-widget", "--lib", "--target", "wasm32-unknown-unknown", "--profile", profile,
      "--message-format", "json-render-diagnostics", ...features, "--", ...(snipped ? ["-C", "link-arg=--emit-relocs"] : []),
    ],
    "The target is added with `rustup target add wasm32-unknown-unknown`.",
    "pipe",
  );
  const made = messages.trim().split("\n").map((line) => JSON.parse(line));
  const script = made.find((m) => m.reason === "build-script-executed" && /[/#]askwell@|\/crates\/core#/.test(m.package_id));
  mkdirSync(outDir, { recursive: true });
  let wasm = join(cargoTarget(), "wasm32-unknown-unknown", profile, "askwell_widget.wasm");
  if (snipped) {
    const { snip } = await import("./snip.mjs");
    const readable = await demangled(wasm);
    cpSync(wasm, (wasm = join(outDir, "snipped.wasm")));
    snip(wasm, readable);
  }
  bind(wasm, outDir);
  rmSync(join(outDir, "snipped.wasm"), { force: true });
  // The raw exports are nobody's business and have untyped signatures.
  rmSync(join(outDir, "engine_bg.wasm.d.ts"), { force: true });
  const types = join(outDir, "engine.d.ts");
  writeFileSync(types, typedRawExports(readFileSync(types, "utf8")));
  // The Worker is not optimised for size a second time.
  if (release && profile === "widget") await optimise(outDir);
  await glue(outDir);
  return script.out_dir;
}

async function optimise(outDir) {
  const file = join(outDir, "engine_bg.wasm");
  const [opt, small] = [npmBin("binaryen", "wasm-opt"), `${file}.opt`];
  run(process.execPath, [opt, ...WASM_PASSES, ...WASM_FEATURES, file, "-o", small], "Run `npm ci` first.");
  renameSync(small, file);
  const { pack } = await import("./pack.mjs");
  pack(file);
  const { shorten } = await import("./shorten.mjs");
  shorten(file, join(outDir, "engine.js"));
}

/** The languages that are added to the engine, each a script that holds its file in base64. */
function vocabularies(made) {
  const [from, to] = [join(made, "vocabulary"), join(dist, "vocabulary")];
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).filter((name) => name !== "en.bin")) {
    writeFileSync(join(to, `${name}.js`), `export default "${readFileSync(join(from, name), "base64")}";\n`);
  }
}

/**
 * wasm-bindgen's declarations, with the raw exports (which it types with `any`) reduced to `memory`,
 * and with the library that `Symbol.dispose` needs, so that consumers need not name it.
 */
function typedRawExports(source) {
  const reduced = source.replace(
    /export interface InitOutput \{[\s\S]*?\n\}/,
    "export interface InitOutput {\n    readonly memory: WebAssembly.Memory;\n}",
  );
  return `/// <reference lib="esnext.disposable" />\n${reduced}`;
}

async function bundle() {
  await esbuild.build({ ...SCRIPTS, entryPoints: ["js/loader.ts"], outfile: "dist/askwell.js", format: "iife" });
  await esbuild.build({
    ...SCRIPTS,
    entryPoints: ["js/widget.ts"],
    outfile: "dist/widget.js",
    format: "esm",
    external: ["./engine.js", "./vocabulary.js", "./locales/*"],
  });
  await esbuild.build({
    ...SCRIPTS,
    entryPoints: ["js/vocabulary.ts", "js/load.ts"],
    outdir: "dist",
    format: "esm",
    external: ["./engine.js", "./vocabulary/*", "./widget.js"],
  });
  await esbuild.build({
    ...SCRIPTS,
    entryPoints: ["js/locales/*.ts", ...ADAPTERS.map((name) => `js/adapters/${name}.ts`)],
    outbase: "js",
    outdir: "dist",
    format: "esm",
  });
  cpSync(join(here, "js", "engine.node.js"), join(dist, "engine.node.js"));
}

/** The declarations of what the package exports, and of what these name. */
function declarations() {
  const tsc = npmBin("typescript", "tsc");
  const out = join(dist, "types");
  mkdirSync(out, { recursive: true });
  run(process.execPath, [
    tsc, "-p", join(here, "tsconfig.json"), "--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--outDir", out,
  ]);
  writeFileSync(join(out, "engine.d.ts"), 'export * from "../engine.js";\nexport { default } from "../engine.js";\n');
  writeFileSync(join(out, "engine_bg.wasm.d.ts"), WASM_TYPES);
  const { exports } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
  const needed = new Set();
  const need = (file) => {
    if (needed.has(file) || !file.startsWith(out)) return;
    needed.add(file);
    for (const [, path] of readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)\.js"/g)) need(`${join(dirname(file), path)}.d.ts`);
  };
  for (const { types } of Object.values(exports)) if (types) need(join(here, types));
  for (const name of readdirSync(out, { recursive: true }).map((name) => join(out, name))) {
    if (statSync(name).isFile() && !needed.has(name)) rmSync(name);
  }
  for (const name of readdirSync(out)) {
    if (statSync(join(out, name)).isDirectory() && readdirSync(join(out, name)).length === 0) rmSync(join(out, name), { recursive: true });
  }
}

function report() {
  for (const [name, { bytes, gzip }] of Object.entries(parts(dist))) {
    console.log(`${name.padEnd(30)} ${String(bytes).padStart(8)} B ${String(gzip).padStart(7)} B gzip`);
  }
  const all = readdirSync(join(dist, "vocabulary")).map((name) => join("vocabulary", name));
  console.log(`all vocabularies: ${sizes(dist, all).gzip} B gzip`);
}

if (flags.edge) {
  await buildEngine(join(here, "build", "edge"), ["--features", "lines"], "release");
  process.exit();
}
if (flags.scripts) {
  for (const name of readdirSync(dist)) {
    if (!ENGINE.test(name)) rmSync(join(dist, name), { recursive: true });
  }
} else {
  rmSync(dist, { recursive: true, force: true });
  vocabularies(await buildEngine(dist, []));
}
await bundle();
declarations();
cpSync(join(here, "demo"), join(dist, "demo"), { recursive: true });
cpSync(join(here, "_headers"), join(dist, "_headers"));
if (flags.lines) await buildEngine(join(here, "build", "lines"), ["--features", "lines"]);
report();
