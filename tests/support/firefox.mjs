// Firefox as Debian ships it, over the protocol that it speaks itself: WebDriver BiDi
// (https://www.w3.org/TR/webdriver-bidi/). Only what the tests need.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const START_LIMIT_MS = 60_000;

/** Where it is: FIREFOX, else what is on PATH; null without one. */
export function findFirefox() {
  if (process.env.FIREFOX) return process.env.FIREFOX;
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.flatMap((folder) => ["firefox-esr", "firefox"].map((name) => join(folder, name))).find((file) => existsSync(file)) ?? null;
}

export class Firefox {
  /** What pages wrote to the console as errors, and what they threw. */
  troubles = [];
  #next = 0;
  #waiting = new Map();

  static async start(path) {
    const firefox = new Firefox();
    firefox.profile = mkdtempSync(join(tmpdir(), "askwell-firefox-"));
    // Nothing is fetched that a page has not asked for.
    const off = ["app.normandy.enabled", "browser.safebrowsing.downloads.remote.enabled", "network.captive-portal-service.enabled", "network.connectivity-service.enabled", "app.update.enabled", "extensions.update.enabled", "browser.shell.checkDefaultBrowser"];
    writeFileSync(join(firefox.profile, "user.js"), off.map((name) => `user_pref("${name}", false);`).join("\n"));
    const args = ["--headless", "--no-remote", "--profile", firefox.profile, "--remote-debugging-port", "0", "about:blank"];
    firefox.process = spawn(path, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, HOME: firefox.profile } });
    const url = await new Promise((resolve, reject) => {
      let said = "";
      const timer = setTimeout(() => reject(new Error(`Firefox was not ready in time:\n${said}`)), START_LIMIT_MS);
      firefox.process.stderr.setEncoding("utf8").on("data", (text) => {
        said += text;
        const [, found] = said.match(/WebDriver BiDi listening on (ws:\S+)/) ?? [];
        if (found) clearTimeout(timer), resolve(found);
      });
      firefox.process.once("exit", (code) => reject(new Error(`Firefox ended with ${code}:\n${said}`)));
    });
    await firefox.#connect(`${url}/session`);
    const { capabilities } = await firefox.send("session.new", { capabilities: {} });
    firefox.version = capabilities.browserVersion;
    await firefox.send("session.subscribe", { events: ["log.entryAdded"] });
    return firefox;
  }

  async stop() {
    this.socket?.close();
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGKILL");
    await gone;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async #connect(url) {
    this.socket = new WebSocket(url);
    this.socket.addEventListener("message", ({ data }) => {
      const { id, type, result, error, message, method, params } = JSON.parse(data);
      if (type === "event" && method === "log.entryAdded" && params.level === "error") this.troubles.push(params.text);
      const { resolve, reject } = this.#waiting.get(id) ?? {};
      this.#waiting.delete(id);
      if (type === "success") resolve?.(result);
      else if (type === "error") reject?.(new Error(`${error}: ${message}`));
    });
    await new Promise((resolve, reject) => {
      this.socket.addEventListener("open", resolve, { once: true });
      this.socket.addEventListener("error", reject, { once: true });
    });
  }

  send(method, params) {
    const id = (this.#next += 1);
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** A tab of its own that shows an address. */
  async open(url, { width, height }) {
    const { context } = await this.send("browsingContext.create", { type: "tab" });
    await this.send("browsingContext.setViewport", { context, viewport: { width, height } });
    await this.send("browsingContext.navigate", { context, url, wait: "complete" });
    return new Tab(this, context);
  }
}

class Tab {
  constructor(firefox, context) {
    this.firefox = firefox;
    this.context = context;
  }

  /** Runs a function in the page; its arguments and its answer are JSON. */
  async run(body, ...args) {
    const expression = `Promise.resolve((${body})(...${JSON.stringify(args)})).then((value) => JSON.stringify(value) ?? "null")`;
    const answer = await this.firefox.send("script.evaluate", { expression, target: { context: this.context }, awaitPromise: true });
    if (answer.type === "exception") throw new Error(answer.exceptionDetails.text);
    return JSON.parse(answer.result.value);
  }

  /** Waits until a function in the page gives something true, and gives that. */
  async until(what, body, ...args) {
    const end = Date.now() + 15_000;
    for (;;) {
      const value = await this.run(body, ...args);
      if (value) return value;
      if (Date.now() > end) throw new Error(`not so after 15 s: ${what}; ${this.firefox.troubles.join("; ")}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Presses keys one after the other. */
  async type(text) {
    const actions = [...text].flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
    await this.firefox.send("input.performActions", { context: this.context, actions: [{ type: "key", id: "keyboard", actions }] });
  }

  /** Presses the mouse's button on a place. */
  async click(x, y) {
    const actions = [{ type: "pointerMove", x: Math.round(x), y: Math.round(y) }, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }];
    await this.firefox.send("input.performActions", { context: this.context, actions: [{ type: "pointer", id: "mouse", actions }] });
  }

  async close() {
    await this.firefox.send("browsingContext.close", { context: this.context });
  }
}
