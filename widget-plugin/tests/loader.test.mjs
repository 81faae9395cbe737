// The loader as a page runs it: a classic script with a queue before it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import vm from "node:vm";
import { DIST } from "./support/source.mjs";

// A script that Node runs in a context of its own cannot import; the one import is made a call.
const SCRIPT = readFileSync(join(DIST, "askwell.js"), "utf8").replace(/\bimport\(/g, "load(");
assert.equal(SCRIPT.split("load(").length, 2);

function pageWith(dataset) {
  class HTMLScriptElement {
    dataset = dataset;
    src = "https://chat.example/askwell.js";
    nonce = "c4n";
  }
  const errors = [];
  const calls = [];
  const imported = [];
  const preloaded = [];
  const mounted = [];
  const record = (name) => (...args) => calls.push([name, ...args]);
  const widget = Object.fromEntries(["open", "close", "compose", "known", "consent", "on", "destroy"].map((n) => [n, record(n)]));
  const loads = [];
  const window = {
    HTMLScriptElement,
    URL,
    console: { error: (...args) => errors.push(args.map(String).join(" ")) },
    document: { currentScript: new HTMLScriptElement(), documentElement: { lang: "sv-SE" }, readyState: "loading", createElement: () => ({}), head: { append: (link) => preloaded.push(link) } },
    navigator: { languages: ["th"] },
    addEventListener: (type, run) => type === "load" && loads.push(run),
    setTimeout: (run) => run(),
  };
  window.window = window;
  const context = vm.createContext(window);
  window.load = async (url) => {
    imported.push(url);
    return {
      mount: async (options) => {
        mounted.push(options);
        return widget;
      },
    };
  };
  const run = () => new vm.Script(SCRIPT).runInContext(context);
  const load = async () => {
    for (const each of loads.splice(0)) each();
    for (let i = 0; i < 10; i += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return { calls, errors, imported, load, mounted, preloaded, run, window };
}

const plain = (value) => JSON.parse(JSON.stringify(value));

it("waits for the page, then mounts with what the tag says", async () => {
  const page = pageWith({ key: "pk_shop", locale: "de", region: "AT" });
  page.run();
  assert.deepEqual(page.imported, [], "nothing runs before the page has loaded");
  const preload = { rel: "modulepreload", fetchPriority: "low", nonce: "c4n" };
  assert.deepEqual(page.preloaded, [
    { ...preload, href: "https://chat.example/widget.js" },
    { ...preload, href: "https://chat.example/locales/de.js" },
  ]);
  await page.load();
  assert.deepEqual(page.imported, ["https://chat.example/widget.js"]);
  assert.deepEqual(plain(page.mounted), [{ siteKey: "pk_shop", api: "https://chat.example", locale: "de", region: "AT" }]);
  assert.deepEqual(page.errors, []);
});

it("takes the page's language, and the owner's words before the first message", async () => {
  const page = pageWith({ key: "pk_shop", consent: "We keep what you write.", consentLink: "/privacy" });
  page.run();
  await page.load();
  assert.equal(page.preloaded[1].href, "https://chat.example/locales/sv.js");
  assert.deepEqual(plain(page.mounted[0].consent), { text: "We keep what you write.", link: "/privacy" });
});

it("runs queued calls in their order, those of the snippet and those made while it loads", async () => {
  const page = pageWith({ key: "pk_shop", api: "https://api.example" });
  const { window } = page;
  window.askwell = function () {
    (window.askwell.q = window.askwell.q || []).push(arguments);
  };
  window.askwell("known", ["email"]);
  page.run();
  window.askwell("compose", "Hello");
  await page.load();
  window.askwell("open");
  assert.deepEqual(plain(page.calls), [["known", ["email"]], ["compose", "Hello"], ["open"]]);
  assert.equal(page.mounted[0].api, "https://api.example");
});

it("does nothing the second time", async () => {
  const page = pageWith({ key: "pk_shop" });
  page.run();
  page.run();
  await page.load();
  assert.equal(page.mounted.length, 1);
});

it("starts again after it was taken off, and gives the next one what is called from then on", async () => {
  const page = pageWith({ key: "pk_shop" });
  page.run();
  await page.load();
  page.window.askwell("destroy");
  page.window.askwell("destroy");
  page.window.askwell("compose", "Later");
  assert.deepEqual(plain(page.calls), [["destroy"]]);
  page.run();
  await page.load();
  assert.equal(page.mounted.length, 2);
  assert.deepEqual(plain(page.calls), [["destroy"], ["compose", "Later"]]);
});

it("is taken off also before it was there, with what had been called", async () => {
  const page = pageWith({ key: "pk_shop" });
  page.run();
  page.window.askwell("open");
  page.window.askwell("destroy");
  page.run();
  page.window.askwell("close");
  await page.load();
  assert.equal(page.mounted.length, 1);
  assert.deepEqual(plain(page.calls), [["close"]]);
});

it("tells the developer what is missing", () => {
  const page = pageWith({});
  page.run();
  assert.match(page.errors.join(), /data-key/);
  page.window.askwell("opne");
  assert.match(page.errors.join(), /no command "opne"/);
});
