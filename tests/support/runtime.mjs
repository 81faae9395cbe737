// A process that holds one Worker in workerd: `node runtime.mjs FILE`, where the file has what `Worker` wrote of it.
// What the Worker logs goes to the standard output.
//
// `wrangler dev` puts a runtime of its own in front of the Worker's, through which every request goes, and reads four
// megabytes of its own code first. What it makes of wrangler.toml it gives as options of Miniflare, and those are
// kept until wrangler.toml or the packages change.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
/** Where the options are kept. */
const KEPT = join(ROOT, ".askwell", "runtime-options.json");

/** The options of the Worker that a wrangler.toml describes, and its entry. */
async function described() {
  const path = join(ROOT, "wrangler.toml");
  const sources = [path, join(ROOT, "package-lock.json"), fileURLToPath(import.meta.url)];
  const key = createHash("sha256").update(sources.map((file) => readFileSync(file, "utf8")).join("\0")).digest("hex");
  try {
    const kept = JSON.parse(readFileSync(KEPT, "utf8"));
    if (kept.key === key) return kept;
  } catch (error) {
    if (error.code !== "ENOENT" && !(error instanceof SyntaxError)) throw error;
  }
  const { unstable_getMiniflareWorkerOptions: optionsOf } = await import("wrangler");
  const { workerOptions, main } = optionsOf(path);
  const { modulesRules: _, ...options } = workerOptions;
  const fresh = { key, options, main };
  mkdirSync(dirname(KEPT), { recursive: true });
  // Several processes may come to it at once.
  writeFileSync(`${KEPT}.${process.pid}`, JSON.stringify(fresh));
  renameSync(`${KEPT}.${process.pid}`, KEPT);
  return fresh;
}

/** The entry and the files of the bundle. */
function modules(entry, bundle) {
  const files = readdirSync(bundle).map((file) => join(bundle, file));
  const rest = files.filter((file) => file !== entry && /\.(js|wasm)$/.test(file));
  return [entry, ...rest].map((path) => ({ type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path }));
}

const { port, state, entry, vars, quiet } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { options, main } = await described();

const consumers = Object.entries(options.queueConsumers).map(([queue, consumer]) => [
  queue,
  // The pauses themselves are the platform's; what comes of a retry is the same after a second.
  { ...consumer, ...(consumer.retryDelay === undefined ? {} : { retryDelay: 1 }) },
]);

const runtime = new Miniflare(convertV4MiniflareOptions({
  host: "127.0.0.1",
  port,
  log: new Log(quiet ? LogLevel.WARN : LogLevel.INFO),
  logRequests: !quiet,
  unsafeTriggerHandlers: true,
  resourcePersistencePath: join(state, "v3"),
  handleStructuredLogs: ({ message }) => console.log(message),
  workers: [
    {
      ...options,
      name: "askwell",
      rootPath: ROOT,
      modulesRoot: ROOT,
      modules: modules(entry ?? main, dirname(main)),
      bindings: { ...options.bindings, ...vars },
      queueConsumers: Object.fromEntries(consumers),
    },
  ],
}));
await runtime.ready;

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => runtime.dispose().finally(() => process.exit(0)));
}
