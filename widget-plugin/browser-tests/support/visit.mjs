// The widget in real Chromium, on the demo page, against a server that can fail on purpose.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach } from "node:test";
import { launch } from "../../../tests/support/chromium.mjs";
import { PACKAGE } from "../../tests/support/source.mjs";
import { SITE_KEY, Stub } from "../../tests/support/stub.mjs";

const SHOTS = join(PACKAGE, "build", "screenshots");

export const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/** One browser for the file, one server for each test. */
export class Visit {
  stub;
  context;
  page;
  /** Errors of the page, and what it wrote to the console as one. */
  complaints = [];

  constructor() {
    before(async () => {
      mkdirSync(SHOTS, { recursive: true });
      this.browser = await launch();
    });
    after(() => this.browser?.close());
    beforeEach(async () => {
      this.stub = await Stub.start();
    });
    afterEach(async () => {
      await this.context?.close();
      this.context = undefined;
      await this.stub.stop();
    });
  }

  /** A fresh visitor; `path` is a page of the server, by default the demo shop. */
  async go({ query = "", path = `/demo/?key=${SITE_KEY}${query}`, script, ...options } = {}) {
    await this.context?.close();
    this.context = await this.browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: "reduce",
      locale: "en-US",
      ...options,
    });
    this.page = await this.context.newPage();
    this.complaints = [];
    this.page.on("pageerror", (error) => this.complaints.push(String(error)));
    this.page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    if (script) await this.page.addInitScript(script);
    await this.page.goto(this.stub.url + path);
    return this.page;
  }

  get launcher() {
    return this.page.getByRole("button", { name: "Open chat" });
  }

  get dialog() {
    return this.page.getByRole("dialog");
  }

  get input() {
    return this.page.locator("askwell-chat textarea");
  }

  get log() {
    return this.page.getByRole("log");
  }

  get mine() {
    return this.log.locator("li.line.mine");
  }

  async lines() {
    const all = await this.log.locator("li.line").allInnerTexts();
    return all.map((text) => text.replace(/\s*\(?(Sending)?\)?\s*$/, "").replace(/^\w+: ?/, "").trim());
  }

  async say(text) {
    await this.input.fill(text);
    await this.input.press("Enter");
  }

  /** Opens the chat and says something that the server has taken. */
  async begin(text = "Hi, I'm Mike, mike@fern.example. Could you send me the brochure?") {
    await this.launcher.click();
    await this.say(text);
    await eventually("it is with the server", () => this.stub.conversations.size === 1 && this.stub.conversation.replies.size === 1);
    await eventually("it is shown as sent", async () => (await this.mine.last().getAttribute("data-state")) === "Sent");
  }

  /** What the browser keeps of the page. */
  stored() {
    return this.page.evaluate(() => localStorage.length + sessionStorage.length + document.cookie.length);
  }

  shot(name) {
    return this.page.screenshot({ path: join(SHOTS, `${name}.png`) });
  }
}

/** Waits until something holds. */
export async function eventually(what, test) {
  const end = Date.now() + 8000;
  let last;
  while (Date.now() < end) {
    last = await test();
    if (last) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`not so after 8 s: ${what} (${JSON.stringify(last)})`);
}
