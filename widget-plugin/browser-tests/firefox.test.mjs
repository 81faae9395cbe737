// The same widget in Firefox, where there is one: FIREFOX, or firefox-esr on PATH. Skipped, and said so,
// elsewhere.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { Firefox, findFirefox } from "../../tests/support/firefox.mjs";
import { SITE_KEY, Stub } from "../tests/support/stub.mjs";
import { eventually } from "./support/visit.mjs";

const path = findFirefox();
const skip = path ? false : "no Firefox: set FIREFOX to its path, or install firefox-esr";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const ENTER = "\uE007";

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 360, height: 740 };

describe("in Firefox", { skip }, () => {
  let firefox, stub, tab;

  before(async () => {
    firefox = await Firefox.start(path);
  });
  after(() => firefox?.stop());
  beforeEach(async () => {
    stub = await Stub.start();
    firefox.troubles = [];
  });
  afterEach(async () => {
    await tab?.close();
    tab = undefined;
    await stub.stop();
  });

  /** A page with the tag under a policy that allows what the widget needs and no more. */
  async function page(size, { attributes = "", policy = "script-src 'nonce-c4n' 'wasm-unsafe-eval'" } = {}) {
    stub.pages["/"] = {
      headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": `default-src 'none'; ${policy}; connect-src 'self' ${stub.url.replace("http", "ws")}; img-src data:` },
      body: `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>A page</title><main><h1>A page</h1></main><script async nonce="c4n" src="/askwell.js" data-key="${SITE_KEY}" ${attributes}></script></html>`,
    };
    tab = await firefox.open(`${stub.url}/`, size);
    const [x, y] = await tab.until("the chat is there", () => {
      const box = document.querySelector("askwell-chat")?.shadowRoot.querySelector(".launcher").getBoundingClientRect();
      return box && [box.x + box.width / 2, box.y + box.height / 2];
    });
    await tab.click(x, y);
    await tab.until("it opens, with the focus where one writes", () => document.querySelector("askwell-chat").shadowRoot.activeElement?.localName === "textarea");
  }

  const shows = (what, selector, text) =>
    tab.until(what, (selector, text) => [...(document.querySelector("askwell-chat")?.shadowRoot.querySelectorAll(selector) ?? [])].some((e) => e.textContent.includes(text)), selector, text);

  for (const [name, size] of [["wide", WIDE], ["phone", PHONE]]) {
    it(`holds a conversation: ${name}`, async () => {
      await page(size);
      await tab.type("I'm Mike. Could you send me the brochure?");
      await shows("the name is noted while it is typed", ".noted", "Mike");
      await tab.type(ENTER);
      await eventually("it is with the server", () => stub.conversations.size === 1 && stub.conversation.messages.length === 2);
      await shows("the question is there", ".line.theirs", stub.conversation.messages[1].text);
      await eventually("the socket is open", () => stub.sockets.size === 1);
      stub.attend({ typing: true });
      await shows("somebody writes", ".typing", "A reply is being written");
      stub.agent("Yes, Ines here.");
      await shows("the team is heard", ".line.theirs", "Yes, Ines here.");
      await tab.until("the name can be taken back", () => document.querySelector("askwell-chat").shadowRoot.querySelector(".drop"));
      await tab.run(() => document.querySelector("askwell-chat").shadowRoot.querySelector(".drop").click());
      await eventually("it is taken back", () => stub.conversation.policy.facts().name === undefined);
      await tab.run(AXE.endsWith(";") ? `() => { ${AXE} }` : `() => { ${AXE}; }`);
      const violations = await tab.run(async () => (await window.axe.run({ include: ["askwell-chat"] })).violations.map((v) => v.id));
      assert.deepEqual(violations, []);
      const { box, wide } = await tab.run(() => {
        const { x, y, right, bottom } = document.querySelector("askwell-chat").shadowRoot.querySelector(".panel").getBoundingClientRect();
        return { box: [x, y, right, bottom], wide: document.documentElement.scrollWidth };
      });
      assert.ok(box[0] >= 0 && box[1] >= 0 && box[2] <= size.width && box[3] <= size.height, JSON.stringify(box));
      assert.ok(wide <= size.width);
      assert.deepEqual(firefox.troubles, []);
    });
  }

  it("has its chat also where the widget's file does not come at first, nor the words of the language at all", async () => {
    let left = 2;
    stub.missing = (path) => path === "/locales/de.js" || (path === "/widget.js" && (left -= 1) >= 0);
    await page(WIDE, { attributes: 'data-locale="de"' });
    await shows("it speaks English then", ".title", "Chat with us");
    assert.ok(left <= 0);
  });

  it("reads from right to left", async () => {
    await page(WIDE, { attributes: 'data-locale="ar"' });
    const left = await tab.run(() => document.querySelector("askwell-chat").shadowRoot.querySelector(".panel").getBoundingClientRect().x);
    assert.ok(left < 100, `the dialog is on the left: ${left}`);
  });

  it("chats where WebAssembly is forbidden", async () => {
    await page(WIDE, { policy: "script-src 'self'" });
    await tab.type("Could you send me the brochure?");
    await tab.type(ENTER);
    await eventually("it is with the server", () => stub.conversations.size === 1 && stub.conversation.messages.length === 2);
    await shows("the server asks", ".line.theirs", stub.conversation.messages[1].text);
  });

  it("goes on after a reload", async () => {
    await page(WIDE);
    await tab.type("Before the reload");
    await tab.type(ENTER);
    await eventually("it is with the server", () => stub.conversations.size === 1 && stub.conversation.replies.size === 1);
    await firefox.send("browsingContext.reload", { context: tab.context, wait: "complete" });
    await shows("the history is there", ".line.mine", "Before the reload");
    assert.equal(stub.conversations.size, 1);
  });
});
