// The widget on all kinds of pages: strict policies, no WebAssembly, navigations inside the page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { SITE_KEY } from "../tests/support/stub.mjs";
import { Visit, eventually } from "./support/visit.mjs";

const TURBO = createRequire(import.meta.url).resolve("@hotwired/turbo/dist/turbo.es2017-umd.js");

describe("a page", () => {
  const visit = new Visit();
  const tag = (attributes = "") => `<script async src="/askwell.js" data-key="${SITE_KEY}" ${attributes}></script>`;
  const html = (body, head = "") =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>A page</title>${head}</head><body>${body}</body></html>`;
  const serve = (pages, policy) => {
    visit.stub.pages = Object.fromEntries(Object.entries(pages).map(([path, text]) => [path, {
      body: text,
      headers: { "Content-Type": path.endsWith(".js") ? "text/javascript" : "text/html; charset=utf-8", ...(policy && { "Content-Security-Policy": policy }) },
    }]));
  };
  const engineRuns = async () => {
    await visit.launcher.click();
    await visit.input.fill("I'm Mike");
    await visit.dialog.locator(".noted").getByText("Mike").waitFor();
  };

  it("needs a nonce and 'wasm-unsafe-eval', and nothing else for scripts", async () => {
    const policy = "default-src 'none'; script-src 'nonce-c4n' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'";
    serve({ "/": html(tag('nonce="c4n"')) }, policy);
    await visit.go({ path: "/" });
    await engineRuns();
    assert.deepEqual(visit.complaints, []);
  });

  it("compiles the engine while it comes in", async () => {
    serve({ "/": html(tag()) });
    await visit.go({
      path: "/",
      script: () => {
        const { instantiateStreaming } = WebAssembly;
        WebAssembly.instantiateStreaming = (...args) => ((window.streamed = true), instantiateStreaming(...args));
      },
    });
    await engineRuns();
    assert.equal(await visit.page.evaluate(() => window.streamed), true);
  });

  it("loads its own language and the browser's first, and others when they are written", async () => {
    serve({ "/": html(tag('data-locale="nl-BE"')) });
    await visit.go({
      path: "/",
      script: () => Object.defineProperty(navigator, "languages", { value: ["xx", "fr-CH", "it", "en", "pl"] }),
    });
    const loaded = () =>
      visit.page.evaluate(() => performance.getEntriesByType("resource").flatMap(({ name }) => name.match(/vocabulary\/(\w+)\./)?.[1] ?? []).sort().join());
    const noted = (name) => visit.dialog.locator(".noted").getByText(name, { exact: true }).waitFor();
    await visit.page.getByRole("button", { name: "Chat openen" }).click();
    await visit.input.fill("Bonjour, je m'appelle Zoë Marlow");
    await noted("Zoë Marlow");
    assert.equal(await loaded(), "fr,nl");
    await visit.input.fill("mike@fern.example");
    await noted("mike@fern.example");
    assert.equal(await loaded(), "fr,nl", "an address is in no language");
    await visit.input.fill("Buongiorno, sono Zoë Marlow e cerco una teiera");
    await noted("Zoë Marlow");
    assert.equal(await loaded(), "fr,it,nl,pl");
    await visit.input.fill("ผมชื่อสมชาย");
    await eventually("the language of the script comes", async () => (await loaded()) === "fr,it,nl,pl,th");
  });

  for (const [name, policy, script] of [
    ["without WebAssembly", undefined, () => delete window.WebAssembly],
    ["that forbids WebAssembly", "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:", undefined],
  ]) {
    it(`${name} has a chat all the same`, async () => {
      serve({ "/": html(tag()) }, policy);
      await visit.go({ path: "/", ...(script && { script }) });
      await visit.begin("I'm Mike. Could you send me the brochure?");
      await visit.log.getByText(visit.stub.conversation.messages[1].text).waitFor();
      // What was noted is told by the server then, and can be taken back.
      await visit.page.getByRole("button", { name: "Remove Name: Mike" }).click();
      await eventually("removed", () => visit.stub.conversation.policy.facts().name === undefined);
    });
  }

  it("that forbids storage has a chat too", async () => {
    serve({ "/": html(tag()) });
    await visit.go({
      path: "/",
      script: () => Object.defineProperty(window, "localStorage", { get: () => { throw new DOMException("no", "SecurityError"); } }),
    });
    await visit.begin("Hello");
    assert.deepEqual(visit.complaints, []);
  });

  it("may navigate inside itself: history API and view transitions", async () => {
    serve({ "/": html(`<h1>One</h1>${tag()}`) });
    const page = await visit.go({ path: "/" });
    await visit.begin("Before the navigation");
    await page.evaluate(async () => {
      const next = () => {
        const body = document.createElement("body");
        body.innerHTML = "<h1>Two</h1>";
        document.body.replaceWith(body);
      };
      history.pushState({}, "", "/two");
      await document.startViewTransition(next).finished;
    });
    await page.getByRole("heading", { name: "Two" }).waitFor();
    assert.equal(await visit.log.getByText("Before the navigation").isVisible(), true, "open, with all that was said");
    await visit.say("After the navigation");
    await eventually("both are there", () => visit.stub.conversation.replies.size === 2);
    await page.evaluate(() => document.body.replaceChildren());
    assert.equal(await page.locator("askwell-chat").count(), 1);
  });

  it("may be visited with Turbo, forth and back", async () => {
    const body = (title, to) => html(`<h1>${title}</h1><a href="${to}">Go on</a>${tag()}`, '<script src="/turbo.js"></script>');
    serve({ "/": body("One", "/two"), "/two": body("Two", "/"), "/turbo.js": readFileSync(TURBO, "utf8") });
    const page = await visit.go({ path: "/" });
    await visit.begin("Before the navigation");
    for (const [heading, go] of [["Two", () => page.getByRole("link", { name: "Go on" }).click()], ["One", () => page.goBack()], ["Two", () => page.goForward()]]) {
      await go();
      await page.getByRole("heading", { name: heading }).waitFor();
      assert.equal(await page.evaluate(() => typeof window.Turbo), "object");
      assert.equal(await page.locator("askwell-chat").count(), 1, heading);
      assert.equal(await visit.log.getByText("Before the navigation").isVisible(), true, heading);
    }
    await visit.say("After the navigation");
    await eventually("both are there", () => visit.stub.conversation.replies.size === 2);
    assert.equal(visit.stub.conversations.size, 1);
    assert.deepEqual(visit.complaints, []);
  });

  it("has its chat also where a file does not come at first", async () => {
    serve({ "/": html(tag('data-locale="de"')) });
    const left = { "/widget.js": 2, "/locales/de.js": 1 };
    visit.stub.missing = (path) => (left[path] ?? 0) > 0 && (left[path] -= 1) >= 0;
    await visit.go({ path: "/" });
    await visit.page.getByRole("button", { name: "Chat öffnen" }).click();
    assert.ok(visit.complaints.some((text) => text.includes("could not be loaded. It is tried again")));
    assert.deepEqual(left, { "/widget.js": 0, "/locales/de.js": 0 });
  });

  it("has its engine also where that does not come at first", async () => {
    serve({ "/": html(tag()) });
    let [left, asked] = [1, 0];
    visit.stub.missing = (path) => path === "/engine_bg.wasm" && (asked += 1) && (left -= 1) >= 0;
    await visit.go({ path: "/" });
    await visit.launcher.click();
    await visit.input.pressSequentially("I'm Mike");
    await visit.page.waitForTimeout(1000);
    assert.equal(await visit.dialog.locator(".noted").getByText("Mike").count(), 0);
    assert.equal(asked, 1, "not with each letter");
    await visit.page.waitForTimeout(5000);
    await visit.input.press("End");
    await visit.input.pressSequentially(", hello");
    await visit.dialog.locator(".noted").getByText("Mike").waitFor();
    assert.equal(asked, 2);
  });

  it("is told of a tag that is a module", async () => {
    serve({ "/": html(`<script type="module" src="/askwell.js" data-key="${SITE_KEY}"></script>`) });
    await visit.go({ path: "/" });
    await eventually("it is said", () => visit.complaints.some((text) => text.includes('Take type="module" out of its tag')));
    assert.equal(await visit.page.locator("askwell-chat").count(), 0);
  });

  it("may include the tag twice", async () => {
    serve({ "/": html(tag() + tag()) });
    const page = await visit.go({ path: "/" });
    await visit.launcher.waitFor();
    await page.waitForTimeout(300);
    assert.equal(await page.locator("askwell-chat").count(), 1);
  });

  it("may be themed, in every part", async () => {
    const theme = { accent: "rgb(10, 20, 30)", "accent-text": "rgb(250, 251, 252)", background: "rgb(1, 2, 3)", radius: "3px", font: "monospace", width: "400px", height: "500px", "offset-x": "40px" };
    serve({ "/": html(tag(), `<style>:root { ${Object.entries(theme).map(([k, v]) => `--askwell-${k}: ${v};`).join(" ")} }</style>`) });
    const page = await visit.go({ path: "/" });
    await visit.launcher.click();
    const seen = await page.evaluate(() => {
      const root = document.querySelector("askwell-chat").shadowRoot;
      const style = (part) => getComputedStyle(root.querySelector(part));
      const box = root.querySelector(".panel").getBoundingClientRect();
      return [style(".launcher").backgroundColor, style(".head").color, style(".panel").backgroundColor, style(".panel").borderRadius, style(".input").fontFamily, box.width, box.height, innerWidth - box.right];
    });
    assert.deepEqual(seen, ["rgb(10, 20, 30)", "rgb(250, 251, 252)", "rgb(1, 2, 3)", "3px", "monospace", 400, 500, 40]);
  });

  const heads = (page) => page.locator("askwell-chat").count();
  const add = (page) =>
    page.evaluate((key) => {
      const script = Object.assign(document.createElement("script"), { src: "/askwell.js" });
      script.dataset.key = key;
      document.body.append(script);
    }, SITE_KEY);

  it("may take the chat off and put it on again, at any moment", async () => {
    serve({ "/": html(tag()) });
    const page = await visit.go({ path: "/" });
    await visit.begin("Hello");
    await page.evaluate(() => window.askwell("destroy"));
    assert.equal(await heads(page), 0);
    // Called between the two: for the next one.
    await page.evaluate(() => (window.askwell("destroy"), window.askwell("compose", "Back again")));
    await add(page);
    await visit.dialog.waitFor();
    assert.equal(await visit.input.inputValue(), "Back again");
    await visit.log.getByText("Hello").waitFor();

    // As a framework in its strict mode does it: on, off and on before anything has loaded.
    await page.evaluate(() => window.askwell("destroy"));
    await add(page);
    await page.waitForFunction(() => window.askwell.loaded);
    await page.evaluate(() => window.askwell("destroy"));
    await add(page);
    await visit.launcher.waitFor();
    await page.waitForTimeout(300);
    assert.equal(await heads(page), 1);
    await visit.launcher.click();
    await visit.log.getByText("Hello").waitFor();
    assert.deepEqual(visit.complaints, []);
  });

  it("has one chat for a site key, however often it is put there", async () => {
    serve({ "/": html(tag()) });
    const page = await visit.go({ path: "/" });
    await visit.begin("Hello");
    await eventually("the socket is open", () => visit.stub.sockets.size === 1);
    // A copy of the module, as a bundle brings one.
    await page.evaluate(async (siteKey) => {
      const { mount } = await import("/widget.js?copy");
      window.chats = await Promise.all([1, 2].map(() => mount({ siteKey, api: location.origin })));
    }, SITE_KEY);
    assert.equal(await heads(page), 1);
    await page.evaluate(() => window.chats[0].compose("By another hand"));
    assert.equal(await visit.input.inputValue(), "By another hand");
    assert.equal(visit.stub.sockets.size, 1);
    await page.evaluate(() => window.chats.forEach((chat) => (chat.destroy(), chat.destroy())));
    assert.equal(await heads(page), 1, "the tag's is there still");
    await page.evaluate(() => window.askwell("destroy"));
    assert.equal(await heads(page), 0);
    await eventually("and its socket is closed", () => visit.stub.sockets.size === 0);
  });

  for (const [call, ...args] of [["reset"], ["consent", false]]) {
    it(`leaves nothing of the last visitor after ${call}`, async () => {
      serve({ "/": html(tag()) });
      const page = await visit.go({ path: "/" });
      await page.waitForFunction(() => window.askwell?.q?.length === 0 && document.querySelector("askwell-chat"));
      await page.evaluate(() => (window.askwell("known", ["name", "email", "phone"]), window.askwell("identify", { jwt: "good" })));
      await visit.begin("Hello");
      await visit.input.fill("My secret is");
      await page.evaluate((args) => window.askwell(...args), [call, ...args]);
      assert.equal(await visit.input.inputValue(), "");
      const before = visit.stub.requests.length;
      await visit.say("Could you send me the brochure?");
      await eventually("said by somebody else", () => visit.stub.conversations.size === 2 && [...visit.stub.conversations.values()][1].replies.size === 1);
      const [, next] = [...visit.stub.conversations.values()];
      assert.equal(next.body.known, undefined);
      assert.ok(next.messages.some((m) => m.id.startsWith("ask-")), "and asked");
      assert.ok(!visit.stub.requests.slice(before).some((request) => request.endsWith("/identity")));
    });
  }

  it("forgets the visitor in all windows when one of them does", async () => {
    serve({ "/": html(tag()) });
    const page = await visit.go({ path: "/" });
    await visit.begin("Hello");
    const other = await visit.context.newPage();
    await other.goto(`${visit.stub.url}/`);
    await other.waitForFunction(() => window.askwell?.q?.length === 0 && document.querySelector("askwell-chat"));
    await other.evaluate(() => window.askwell("reset"));
    await eventually("forgotten here", async () => (await visit.mine.count()) === 0);
    assert.equal(await visit.stored(), 0);
    await visit.say("Somebody else");
    await eventually("a conversation of its own", () => visit.stub.conversations.size === 2);
    assert.equal([...visit.stub.conversations.values()][1].body.visitor_token, undefined);
  });
});
