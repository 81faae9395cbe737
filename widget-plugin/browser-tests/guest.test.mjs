// The chat as a guest on pages of others: what their styles, layouts and mistakes do to it, and what it does to them.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SITE_KEY } from "../tests/support/stub.mjs";
import { Visit, eventually } from "./support/visit.mjs";

describe("a guest", () => {
  const visit = new Visit();
  const tag = (attributes = "") => `<script async src="/askwell.js" data-key="${SITE_KEY}" ${attributes}></script>`;
  const page = (body, css = "") =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>A page</title><style>${css}</style></head><body>${body}</body></html>`;
  const serve = (body, css) => {
    visit.stub.pages = { "/": { body: page(body, css), headers: { "Content-Type": "text/html; charset=utf-8" } } };
  };
  const go = (options) => visit.go({ path: "/", ...options });

  /** How the chat looks, and whether a click reaches it. */
  const look = () =>
    visit.page.evaluate(() => {
      const root = document.querySelector("askwell-chat").shadowRoot;
      const box = (part) => Object.values(root.querySelector(part).getBoundingClientRect().toJSON()).map(Math.round).join();
      const style = (part) => {
        const all = getComputedStyle(root.querySelector(part));
        const names = ["fontFamily", "fontSize", "fontWeight", "fontStyle", "fontVariant", "color", "textTransform", "letterSpacing", "wordSpacing", "lineHeight", "textAlign", "textIndent", "textShadow", "direction", "visibility", "pointerEvents", "userSelect", "cursor", "whiteSpace", "wordBreak", "hyphens", "tabSize", "quotes", "backgroundColor", "accentColor", "listStyle", "borderCollapse", "zoom"];
        return names.map((name) => `${name}: ${all[name]}`).join("; ");
      };
      const { x, y, width, height } = root.querySelector(".launcher").getBoundingClientRect();
      return {
        boxes: [".launcher", ".panel", ".head", "textarea", ".line"].map(box),
        styles: [".launcher", ".panel", ".title", ".line", "textarea", ".send"].map(style),
        on: document.elementFromPoint(x + width / 2, y + height / 2)?.localName,
      };
    });

  const FOREIGN = {
    "a reset of type": '* { font: italic 900 22px/3 "Courier New"; color: #888; text-transform: uppercase; letter-spacing: 3px; word-spacing: 9px; text-align: center; text-indent: 20px; text-shadow: 1px 1px red; white-space: nowrap; word-break: break-all }',
    "everything unset": "* { all: unset }",
    "everything unset, and important": "* { all: unset !important }",
    "the direction": "* { direction: rtl; unicode-bidi: bidi-override }",
    "no pointer": "* { pointer-events: none; user-select: none; cursor: crosshair }",
    "hidden children": "body > :not(main) { display: none !important; visibility: hidden; opacity: 0; content-visibility: hidden }",
    "layers": "body > * { position: relative; z-index: 1 } body > .over { position: fixed; inset: 0; z-index: 5 }",
    "transforms": "body > * { transform: translateZ(0); filter: blur(0); perspective: 10px; contain: paint; will-change: transform; zoom: 1.5; clip-path: circle(0) }",
    "boxes": "body > * { margin: 20px auto !important; padding: 20px; border: 9px solid; width: 50% !important; float: left; overflow: hidden }",
    "variables": "* { --accent: red; --text: red; --surface: red; --edge-x: 300px; --radius: 0px; --font: cursive }",
  };
  it("looks the same whatever the page's styles do to its element", async () => {
    serve(`<main>Page</main><div class="over"></div>${tag()}`);
    await go();
    await visit.launcher.waitFor();
    await visit.page.evaluate(() => window.askwell("open"));
    const own = await look();
    assert.equal(own.on, "askwell-chat");
    for (const [name, css] of Object.entries(FOREIGN)) {
      await visit.page.evaluate((css) => (document.querySelector("style").textContent = css), css);
      assert.deepEqual(await look(), own, name);
    }
  });

  const LAYOUTS = {
    "a flex column": "body { display: flex; flex-direction: column; gap: 40px; justify-content: space-between; min-height: 100vh; margin: 0 }",
    "a flex row": "body { display: flex; justify-content: space-between; margin: 0 }",
    "a grid": "body { display: grid; grid-template-rows: auto 1fr auto; gap: 30px; min-height: 100vh; margin: 0 }",
    "a flow": "body > * { display: block !important; margin: 20px; min-height: 60px }",
  };
  for (const [name, css] of Object.entries(LAYOUTS)) {
    it(`moves nothing of a page that is ${name}`, async () => {
      serve("<header>H</header><main>M</main><footer>F</footer>", css);
      await go();
      const boxes = () =>
        visit.page.evaluate(() =>
          ["header", "main", "footer"].map((part) => JSON.stringify(document.querySelector(part).getBoundingClientRect())).concat(document.documentElement.scrollHeight));
      const before = await boxes();
      await visit.page.evaluate((key) => {
        const script = Object.assign(document.createElement("script"), { src: "/askwell.js" });
        script.dataset.key = key;
        document.head.append(script);
      }, SITE_KEY);
      await visit.launcher.waitFor();
      assert.deepEqual(await boxes(), before);
      await visit.launcher.click();
      assert.deepEqual(await boxes(), before);
    });
  }

  it("chats in spite of a wrong region, and says what is wrong with it", async () => {
    serve(tag('data-region="Germany" data-locale="!"'));
    await go();
    await visit.begin("Hi, I'm Mike");
    await visit.dialog.locator(".noted").getByText("Mike").waitFor();
    assert.equal(visit.stub.conversation.body.region, undefined);
    assert.deepEqual(visit.complaints.filter((text) => !text.includes('"Germany" is no region')), []);
    assert.equal(visit.complaints.length, 1);
  });

  it("sends nothing to the page's own site where the address of the API has no scheme", async () => {
    serve(tag(`data-api="chat.example"`));
    const asked = [];
    const page = await visit.go({ path: "/" });
    await page.route("https://chat.example/**", (route) => (asked.push(route.request().url()), route.abort()));
    await visit.launcher.click();
    await visit.say("Hello");
    await eventually("asked at the other host", () => asked.length > 0);
    assert.deepEqual(visit.stub.requests, []);
    assert.ok(visit.complaints.some((text) => text.includes('write "https://chat.example"')), visit.complaints.join("\n"));
  });

  it("passes over calls that cannot be, and says how they go", async () => {
    serve(tag());
    const page = await go();
    await page.waitForFunction(() => window.askwell?.q?.length === 0 && document.querySelector("askwell-chat"));
    await page.evaluate(() => {
      for (const call of [["compose"], ["identify", "jwt"], ["identify"], ["known", "email"], ["known", ["e-mail"]], ["consent"], ["on", "open"]]) window.askwell(...call);
    });
    assert.equal(await visit.dialog.count(), 0, "nothing is written where there are no words");
    for (const said of ["compose takes", "identify takes", "what is known", "consent takes", "on takes"]) {
      assert.ok(visit.complaints.some((text) => text.includes(said)), said);
    }
    await visit.begin("Hello");
    assert.equal(visit.stub.conversation.body.known, undefined);
  });

  it("comes when it is called, though a picture of the page does not", async () => {
    serve(`<button onclick="askwell('open')">Ask us</button><img src="/slow.png">${tag()}`);
    let release;
    const held = new Promise((resolve) => (release = resolve));
    await visit.go({ path: "/demo/" });
    await visit.page.route("**/slow.png", async (route) => (await held, route.abort()));
    await visit.page.goto(`${visit.stub.url}/`, { waitUntil: "commit" });
    await visit.page.waitForFunction(() => window.askwell);
    await visit.page.getByRole("button", { name: "Ask us" }).click();
    await visit.dialog.waitFor({ timeout: 2000 });
    assert.notEqual(await visit.page.evaluate(() => document.readyState), "complete");
    release();
  });

  it("lets the visitor write on in the page, and leads back to what opened it", async () => {
    serve(`<input aria-label="Search"><button onclick="askwell('compose', 'About this')">Ask us</button>${tag()}`);
    const page = await go();
    await visit.launcher.waitFor();
    const search = page.getByLabel("Search");
    await search.pressSequentially("my se");
    await page.evaluate(() => window.askwell("open"));
    await search.pressSequentially("arch");
    await page.keyboard.type(" words");
    assert.equal(await search.inputValue(), "my search words");
    await page.evaluate(() => window.askwell("close"));
    const button = page.getByRole("button", { name: "Ask us" });
    await button.focus();
    await page.keyboard.press("Enter");
    await eventually("one writes in it", () => visit.input.evaluate((field) => field.getRootNode().activeElement === field));
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Ask us");
  });

  it("keeps the page behind it where it is, and is modal only while it covers that", async () => {
    serve(`<div style="height: 4000px">Page</div>${tag()}`);
    const page = await go({ viewport: { width: 360, height: 740 } });
    await visit.launcher.click();
    for (const y of [20, 300, 710]) {
      await page.mouse.move(180, y);
      await page.mouse.wheel(0, 600);
    }
    await page.waitForTimeout(300);
    assert.equal(await page.evaluate(() => scrollY), 0);
    assert.equal(await visit.dialog.getAttribute("aria-modal"), "true");
    await page.setViewportSize({ width: 740, height: 360 });
    await eventually("beside it", async () => (await visit.dialog.getAttribute("aria-modal")) === null);
  });

  it("does not let a file that is dropped on its button take the page away", async () => {
    serve(tag());
    await go();
    const prevented = await visit.launcher.evaluate((launcher) => {
      const data = new DataTransfer();
      data.items.add(new File(["x"], "invoice.pdf", { type: "application/pdf" }));
      return ["dragover", "drop"].map((type) => {
        const event = new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
        launcher.dispatchEvent(event);
        return event.defaultPrevented;
      });
    });
    assert.deepEqual(prevented, [true, true]);
  });
});
