// Runs the real Worker in workerd, with its stores in a folder of its own: through Miniflare with what wrangler reads in
// wrangler.toml, or, where several Workers or another configuration are wanted, under `wrangler dev`.
//
// The bundle must have been built (`cargo xtask build worker`). `ASKWELL_TEST_LOG=1` shows what the Worker writes,
// `ASKWELL_KEEP_STATE=1` leaves its folder.

import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { folder } from "./folder.mjs";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const BIN = join(ROOT, "node_modules", ".bin");
const RUNTIME = join(ROOT, "tests", "support", "runtime.mjs");
const WRANGLER = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");

/** A cold start takes 4 s on a free machine; a loaded one with two cores has been seen to need 40 s. */
const START_LIMIT_MS = 120_000;
/** After an error wrangler waits for the code to be changed, which nobody does here. */
const ERROR_LIMIT_MS = 5_000;
const STOP_LIMIT_MS = 5_000;

export const ADMIN_KEY = "operator-key-of-the-tests";
const SECRETS = {
  ADMIN_KEY,
  SIGNING_SECRET: "signing-secret-of-the-tests-0123456789",
  ENCRYPTION_KEYS: `1:${Buffer.alloc(32, 1).toString("base64")}`,
};

const running = new Set();
process.on("exit", () => {
  for (const worker of running) {
    worker.killNow();
    worker.forget();
  }
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => process.exit(1));
}

/** A port that nobody listens on. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * One Worker with its state. `vars` are added to those of wrangler.toml.
 *
 * With `queueDoor`, a second small Worker stands in front that hands raw bytes to any
 * of the queues, as a broken producer would; see queue-door/index.js. With `faultDoor`, its queues, stores
 * and objects can be made to fail; see fault-door.js. `quiet` leaves out of the log what goes well, a line for each
 * request. `config` is that of another Worker, taken as it is.
 */
export class Worker {
  #process;
  #log = "";

  constructor({ vars = {}, queueDoor = false, faultDoor = false, quiet = false, config } = {}) {
    this.vars = vars;
    this.queueDoor = queueDoor;
    this.faultDoor = faultDoor;
    this.quiet = quiet && !process.env.ASKWELL_TEST_LOG;
    this.config = config;
    this.state = folder("askwell-test-");
  }

  static async start(options) {
    const worker = new Worker(options);
    await worker.start();
    return worker;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The group of its processes; none while it does not run. */
  get group() {
    return this.#process?.pid;
  }

  /** What the Worker and wrangler have written so far, of this and earlier starts. */
  get log() {
    return this.#log;
  }

  async start() {
    if (this.#process) throw new Error("the Worker is running already");
    // The same port after a restart: pages and sockets come back to where they were.
    this.port ??= await freePort();
    const given = Object.entries({ ...SECRETS, ...this.vars });
    const vars = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
    const env = {
      PATH: `${BIN}:${process.env.PATH}`,
      HOME: process.env.HOME ?? this.state,
      ASKWELL_PREBUILT: "1",
      // A sixth of a start is the reading of wrangler's own code.
      NODE_COMPILE_CACHE: join(ROOT, ".askwell", "compile-cache"),
      WRANGLER_SEND_METRICS: "false",
      CI: "true",
      // Wrangler would keep a trace of every call for its own explorer, which takes a third of the runtime's time.
      X_LOCAL_OBSERVABILITY: "false",
      X_LOCAL_EXPLORER: "false",
      NO_COLOR: "1",
      ...(this.queueDoor ? { ...vars, CLOUDFLARE_INCLUDE_PROCESS_ENV: "true" } : {}),
    };
    const args = this.queueDoor || this.config ? this.#underWrangler(vars) : this.#directly(vars);
    // A process group of its own, so that workerd dies with what started it.
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    running.add(this);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        this.#log += text;
        if (process.env.ASKWELL_TEST_LOG) process.stderr.write(text);
      });
    }
    await this.#healthy(child);
  }

  /** The command that runs it by itself. */
  #directly(vars) {
    const path = join(this.state, "runtime.json");
    const entry = this.faultDoor ? join(ROOT, "tests", "support", "fault-door.js") : undefined;
    writeFileSync(path, JSON.stringify({ port: this.port, state: this.state, entry, vars, quiet: this.quiet }));
    return [RUNTIME, path];
  }

  /** The command that runs it as developers do. */
  #underWrangler(vars) {
    const own = this.config ?? this.#configuration();
    const door = join(ROOT, "tests", "support", "queue-door", "wrangler.toml");
    return [
      WRANGLER,
      "dev",
      ...(this.queueDoor ? ["--config", door, "--config", own] : ["--config", own]),
      ...["--ip", "127.0.0.1", "--port", String(this.port), "--inspector-port", "0"],
      ...["--persist-to", this.state, "--show-interactive-dev-session=false"],
      ...(this.quiet ? ["--log-level", "warn"] : []),
      // Only the first Worker of several takes `--var`; all of them take the environment.
      ...(this.queueDoor ? [] : Object.entries(vars).flatMap(([k, v]) => ["--var", `${k}:${v}`])),
    ];
  }

  /**
   * Writes the real configuration into the state's folder, with its entry and without its build, and gives
   * its path. Beside the real one, the secrets of `cargo xtask dev` would take the place of the tests' own.
   */
  #configuration() {
    const path = join(this.state, "wrangler.toml");
    const entry = this.faultDoor ? "tests/support/fault-door.js" : "worker/build/index.js";
    const text = readFileSync(join(ROOT, "wrangler.toml"), "utf8")
      .replace(/^main = .*$/m, `main = "${join(ROOT, entry)}"`)
      .replace(/^directory = "(.*)"$/m, (_, folder) => `directory = "${join(ROOT, folder)}"`)
      .replace(/^\[build\]\ncommand = .*$/m, "")
      // The pauses themselves are the platform's; what comes of a retry is the same after a second.
      .replace(/^retry_delay = .*$/gm, "retry_delay = 1");
    writeFileSync(path, text);
    return path;
  }

  /** Lets the next `times` calls of a point fail. */
  async fail(point, times = 1, match = "") {
    const body = JSON.stringify({ point, times, match });
    await fetch(`${this.url}/fault-door`, { method: "POST", body });
  }

  /** What the fault door shows; see fault-door.js. */
  async behind(query, method = "GET") {
    const answer = await fetch(`${this.url}/fault-door?${new URLSearchParams(query)}`, { method });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (query.object) return answer.ok ? bytes : undefined;
    return JSON.parse(bytes.toString("utf8"));
  }

  async #healthy(child) {
    const until = Date.now() + START_LIMIT_MS;
    const before = this.#log.length;
    let wrong;
    while (Date.now() < until) {
      if (child.exitCode !== null || child.signalCode !== null) {
        running.delete(this);
        this.#process = undefined;
        const how = child.signalCode ?? `exit status ${child.exitCode}`;
        throw new Error(`the runtime ended before it was ready (${how}):\n${this.#log}`);
      }
      const ok = await fetch(`${this.url}/health`, { signal: AbortSignal.timeout(5_000) })
        .then(async (answer) => (await answer.arrayBuffer(), answer.ok))
        .catch(() => false);
      if (ok) return;
      if (/\[ERROR\]/.test(stripVTControlCharacters(this.#log.slice(before)))) wrong ??= Date.now();
      if (wrong && Date.now() > wrong + ERROR_LIMIT_MS) {
        await this.kill();
        throw new Error(`the Worker does not start:\n${this.#log}`);
      }
      await sleep(150);
    }
    await this.kill();
    throw new Error(`the Worker was not ready within ${START_LIMIT_MS / 1000} s:\n${this.#log}`);
  }

  /** Ends all processes at once, as a power cut would. The state stays. */
  async kill() {
    const child = this.#process;
    if (!child) return;
    const gone = exited(child);
    this.killNow();
    await gone;
    this.#process = undefined;
    running.delete(this);
  }

  killNow() {
    signal(this.#process, "SIGKILL");
  }

  /** Ends it in the ordinary way. The state stays. */
  async halt() {
    const child = this.#process;
    if (!child) return;
    const gone = exited(child);
    signal(child, "SIGTERM");
    await Promise.race([gone, sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
    await this.kill();
  }

  /** Ends it and starts it again on the same state, with other variables where given. */
  async restart(vars = {}) {
    await this.halt();
    this.vars = { ...this.vars, ...vars };
    await this.start();
  }

  /** Ends it and removes its state. */
  async stop() {
    await this.halt();
    this.forget();
  }

  forget() {
    if (process.env.ASKWELL_KEEP_STATE) return;
    rmSync(this.state, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Lets the cron trigger fire. */
  async cron() {
    const answer = await fetch(`${this.url}/cdn-cgi/local/scheduled`);
    const text = await answer.text();
    if (text !== "ok") throw new Error(`the cron handler answered ${answer.status} ${text}`);
  }
}

function exited(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", resolve));
}

function signal(child, name) {
  if (!child?.pid) return;
  try {
    process.kill(-child.pid, name);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
