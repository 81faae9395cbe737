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

/** `fails`: whether a file cannot be had this time. */
function pageWith(dataset, { fails = () => false, tag = true } = {}) {
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
  widget.identify = (identity) => record("identify")(identity.jwt);
  const listeners = [];
  const waits = [];
  const happen = async (type) => {
    for (const each of listeners.filter((one) => one.type === type)) listeners.splice(listeners.indexOf(each), 1)[0].run();
    for (let i = 0; i < 10; i += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const window = {
    HTMLScriptElement,
    URL,
    console: { error: (...args) => errors.push(args.map(String).join(" ")) },
    document: { currentScript: tag ? new HTMLScriptElement() : null, documentElement: { lang: "sv-SE" }, readyState: "loading", createElement: () => ({}), head: { append: (link) => preloaded.push(link) }, addEventListener: (type, run) => listeners.push({ type, run }) },
    navigator: { languages: ["th"] },
    addEventListener: (type, run) => {
      if (!listeners.some((one) => one.type === type && one.run === run)) listeners.push({ type, run });
    },
    setTimeout: (run, ms) => waits.push({ run, ms }),
    requestIdleCallback: (run) => run(),
  };
  window.window = window;
  const context = vm.createContext(window);
  window.load = async (url) => {
    imported.push(url);
    if (fails(url)) throw new TypeError(`error loading ${url}`);
    return {
      mount: async (options) => {
        mounted.push(options);
        return widget;
      },
    };
  };
  const run = () => new vm.Script(SCRIPT).runInContext(context);
  const load = () => happen("load");
  /** Lets the next wait be over, and says how long it was. */
  const pass = async () => {
    const next = waits.shift();
    next?.run();
    await happen("nothing");
    return next?.ms;
  };
  return { calls, errors, happen, imported, load, mounted, pass, preloaded, run, window };
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

it("tries again when the widget's file did not come, at an address that no failure is remembered for", async () => {
  let left = 2;
  const page = pageWith({ key: "pk_shop" }, { fails: () => (left -= 1) >= 0 });
  page.run();
  page.window.askwell("compose", "Hello");
  await page.load();
  assert.match(page.errors.join(), /could not be loaded.*in a moment.*Content-Security-Policy/);
  for (const [least, most] of [[250, 500], [500, 1000]]) {
    const ms = await page.pass();
    assert.ok(ms >= least && ms <= most, `${ms} ms`);
  }
  assert.deepEqual(page.imported, ["", "?1", "?2"].map((n) => `https://chat.example/widget.js${n}`));
  assert.equal(page.mounted.length, 1);
  assert.deepEqual(plain(page.calls), [["compose", "Hello"]], "what was called meanwhile is done");
  assert.equal(page.errors.length, 1);
  await page.happen("click");
  await page.happen("online");
  assert.equal(await page.pass(), undefined);
  assert.equal(page.mounted.length, 1);
});

it("gives up after half a minute, until the visitor clicks or is back on line", async () => {
  let broken = true;
  const page = pageWith({ key: "pk_shop" }, { fails: () => broken });
  page.run();
  await page.load();
  let waited = 0;
  for (let ms = await page.pass(); ms !== undefined; ms = await page.pass()) waited += ms;
  assert.ok(waited > 10_000 && waited < 60_000, `${waited} ms`);
  assert.equal(page.errors.length, 2);
  assert.match(page.errors[1], /when the visitor clicks/);
  const tried = page.imported.length;
  await page.happen("online");
  assert.equal(page.imported.length, tried + 1);
  broken = false;
  await page.happen("click");
  assert.equal(page.mounted.length, 1);
  await page.happen("click");
  assert.equal(page.imported.length, tried + 2);
});

it("tries no more once it was taken off", async () => {
  const page = pageWith({ key: "pk_shop" }, { fails: () => true });
  page.run();
  await page.load();
  page.window.askwell("destroy");
  await page.pass();
  await page.happen("click");
  assert.equal(page.imported.length, 1);
});

it("does the other calls where one of them is wrong", async () => {
  const page = pageWith({ key: "pk_shop" });
  page.window.askwell = function () {
    (page.window.askwell.q = page.window.askwell.q || []).push(arguments);
  };
  page.window.askwell("identify");
  page.window.askwell("known", ["email"]);
  page.run();
  await page.load();
  assert.deepEqual(plain(page.calls), [["known", ["email"]]]);
  assert.equal(page.mounted.length, 1);
  assert.match(page.errors.join(), /a call failed/);
  page.window.askwell("destroy");
  assert.deepEqual(plain(page.calls.at(-1)), ["destroy"]);
});

it("does not wait for the page's last picture where the chat is called for, nor for ever", async () => {
  for (const early of [true, false]) {
    const page = pageWith({ key: "pk_shop" });
    if (early) page.window.askwell = Object.assign(() => undefined, { q: [["compose", "Hello"]] });
    page.run();
    if (!early) {
      page.window.askwell("known", ["email"]);
      await page.happen("nothing");
      assert.deepEqual(page.imported, [], "what shows nothing can wait");
      page.window.askwell("compose", "Hello");
    }
    await page.happen("nothing");
    assert.deepEqual(plain(page.calls.at(-1)), ["compose", "Hello"]);
    await page.load();
    assert.equal(page.mounted.length, 1, "once");
  }
  const page = pageWith({ key: "pk_shop" });
  page.run();
  await page.happen("DOMContentLoaded");
  assert.deepEqual(page.imported, []);
  assert.equal(await page.pass(), 3000);
  assert.equal(page.mounted.length, 1);
  await page.load();
  assert.equal(page.mounted.length, 1);
});

it("says so where another key is left out", () => {
  const page = pageWith({ key: "pk_shop" });
  page.run();
  page.run();
  assert.deepEqual(page.errors, []);
  page.window.document.currentScript.dataset = { key: "pk_other" };
  page.run();
  assert.match(page.errors.join(), /"pk_shop".*"pk_other" is left out/);
});

it("says what to change where the tag is a module", () => {
  const page = pageWith({ key: "pk_shop" }, { tag: false });
  page.run();
  assert.match(page.errors.join(), /type="module".*data-key.*askwell\/loader/);
  assert.equal(page.window.askwell, undefined);
});
