// The widget in real Chromium, on the demo page, against a server that can fail on purpose.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { chromium } from "playwright-core";
import { PACKAGE } from "../tests/support/source.mjs";
import { SITE_KEY, Stub } from "../tests/support/stub.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const SHOTS = join(PACKAGE, "build", "screenshots");

let browser;
let stub;
let context;
let page;
let complaints;

before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
});
after(() => browser?.close());

beforeEach(async () => {
  stub = await Stub.start();
  await visit();
});
afterEach(async () => {
  await context.close();
  await stub.stop();
});

async function visit(options = {}, query = "") {
  await context?.close();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", locale: "en-US", ...options });
  page = await context.newPage();
  complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(`${stub.url}/demo/?key=${SITE_KEY}${query}`);
}

const launcher = () => page.getByRole("button", { name: "Open chat" });
const dialog = () => page.getByRole("dialog");
const input = () => page.getByRole("textbox");
const log = () => page.getByRole("log");
const lines = () => log().locator("li.line").allInnerTexts().then((all) => all.map((t) => t.replace(/\s*\(?(Sending)?\)?\s*$/, "").replace(/^\w+: ?/, "").trim()));

async function say(text) {
  await input().fill(text);
  await input().press("Enter");
}

/** Waits until something holds. */
async function eventually(what, test) {
  const end = Date.now() + 8000;
  let last;
  while (Date.now() < end) {
    last = await test();
    if (last) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`not so after 8 s: ${what} (${JSON.stringify(last)})`);
}

describe("the widget", { concurrency: false }, () => {
  it("asks and stores nothing before the visitor has sent a message", async () => {
    await launcher().click();
    await input().fill("Hi, I'm Mike");
    await page.waitForTimeout(400);
    assert.deepEqual(stub.requests, []);
    assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length + document.cookie.length), 0);
    assert.deepEqual(complaints, []);
  });

  it("holds a conversation under a strict security policy", async () => {
    await launcher().click();
    await say("Hi, I'm Mike. Could you send me the brochure?");
    await eventually("the message is with the server", () => stub.conversation.messages[0]?.text.startsWith("Hi, I'm Mike"));
    await eventually("the question is shown", async () => (await lines()).length === 1 + stub.conversation.messages.length);
    assert.deepEqual(await lines(), ["Hi! How can we help?", ...stub.conversation.messages.map((m) => m.text)]);
    await page.screenshot({ path: join(SHOTS, "wide.png") });
    assert.deepEqual(complaints, []);
  });

  it("shows what a person of the team says, and counts it while closed", async () => {
    await launcher().click();
    await say("Is anybody there?");
    await eventually("the socket is open", () => stub.sockets.size === 1);
    await page.keyboard.press("Escape");
    await assert.doesNotReject(dialog().waitFor({ state: "hidden" }));
    assert.equal(await page.evaluate(() => document.activeElement?.tagName.toLowerCase()), "askwell-chat");
    stub.agent("Yes, Ines here.");
    await page.getByRole("button", { name: "Open chat. New messages: 1" }).click();
    assert.equal((await lines()).at(-1), "Yes, Ines here.");
  });

  it("hears without sockets too", async () => {
    stub.refuseSockets = true;
    await launcher().click();
    await say("Is anybody there?");
    await eventually("sent", () => stub.conversations.size === 1 && stub.conversation.messages.length > 0);
    stub.agent("Yes, by asking.");
    await eventually("heard", async () => (await lines()).includes("Yes, by asking."));
  });

  it("neither loses nor doubles a message when answers are lost", async () => {
    let n = 0;
    // Every second request is lost, in turn before and after it took effect.
    stub.fault = (method, path, when) => {
      if (method !== "POST" || when === "after") return (n % 4 === 3 && method === "POST") ? "drop" : undefined;
      n += 1;
      return n % 4 === 1 ? "drop" : undefined;
    };
    await launcher().click();
    const said = Array.from({ length: 6 }, (_, i) => `Message number ${i + 1} about my order`);
    for (const text of said) await say(text);
    await eventually("all are there", () => stub.conversations.size > 0 && stub.conversation.messages.filter((m) => m.role === "customer").length === said.length);
    assert.deepEqual(stub.conversation.messages.filter((m) => m.role === "customer").map((m) => m.text), said);
    await eventually("nothing is kept any longer", () => page.evaluate(() => Object.keys(localStorage).filter((k) => k.includes(".unsent.")).length === 0));
    const shown = await log().locator("li.line.mine").allInnerTexts();
    assert.equal(shown.length, said.length);
  });

  it("goes on after a reload, unsent messages included", async () => {
    await launcher().click();
    await say("First of all, hello");
    await eventually("sent", () => stub.conversations.size === 1 && stub.conversation.messages.length > 0);
    stub.fault = () => "drop";
    await say("Written while the line was down");
    await page.reload();
    stub.fault = () => undefined;
    await launcher().click();
    await eventually("both are there", () => stub.conversation.messages.filter((m) => m.role === "customer").length === 2);
    await eventually("both are shown", async () => (await log().locator("li.line.mine").count()) === 2);
    assert.equal(stub.conversations.size, 1);
  });

  it("ends a chat and begins another as the same visitor", async () => {
    await launcher().click();
    await say("Thanks, that is all");
    await eventually("sent", () => stub.conversations.size === 1 && stub.conversation.status === "in-progress");
    await page.getByRole("button", { name: "End chat" }).click();
    await page.getByRole("group").getByRole("button", { name: "End chat" }).click();
    await eventually("ended", () => stub.conversation.status === "completed");
    await page.getByRole("button", { name: "Start a new chat" }).click();
    await say("One more thing");
    await eventually("a second one", () => stub.conversations.size === 2);
    const [first, second] = [...stub.conversations.values()];
    assert.equal(second.body.visitor_token, first.token);
  });

  it("says plainly what to do when a chat cannot be had", async () => {
    stub.fault = (method, path, when) =>
      when === "before" ? { type: "about:blank", title: "Forbidden", status: 403, code: "origin_not_allowed", detail: "add the origin" } : undefined;
    await launcher().click();
    await say("Hello");
    await page.getByText("This chat isn't available here.").waitFor();
    await page.getByText("Not sent").waitFor();
  });

  it("survives a new body and a second script", async () => {
    await launcher().click();
    await say("Before the navigation");
    await page.keyboard.press("Escape");
    await page.evaluate(() => {
      const body = document.createElement("body");
      body.append(Object.assign(document.createElement("h1"), { textContent: "Another page" }));
      document.documentElement.replaceChild(body, document.body);
      const script = document.createElement("script");
      script.src = "/askwell.js";
      script.dataset.key = "pk_other";
      document.body.append(script);
    });
    await page.waitForTimeout(300);
    assert.equal(await page.locator("askwell-chat").count(), 1);
    await launcher().click();
    assert.ok((await lines()).includes("Before the navigation"));
  });

  it("runs calls that were made before it was there", async () => {
    await page.evaluate(() => localStorage.clear());
    await page.addInitScript(() => {
      window.askwell = function () {
        (window.askwell.q = window.askwell.q || []).push(arguments);
      };
      window.askwell("compose", "Written early");
    });
    await page.reload();
    await dialog().waitFor();
    assert.equal(await input().inputValue(), "Written early");
  });

  it("fills a small screen, and keeps the focus in it", async () => {
    await visit({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    await page.screenshot({ path: join(SHOTS, "narrow-page.png"), fullPage: true });
    await launcher().click();
    await say("Hi, I'm Mike. Could you send me the brochure?");
    await eventually("sent", () => stub.conversations.size === 1 && stub.conversation.messages.length > 0);
    await input().fill("sure, it's mike@fern.example");
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(SHOTS, "narrow.png") });
    const box = await dialog().boundingBox();
    assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, 360, 740]);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    for (let i = 0; i < 12; i += 1) await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.tagName.toLowerCase()), "askwell-chat");
  });

  it("speaks the page's language from right to left", async () => {
    await visit({ viewport: { width: 1440, height: 900 } }, "&locale=ar");
    await page.getByRole("button", { name: "فتح المحادثة" }).click();
    await page.screenshot({ path: join(SHOTS, "rtl.png") });
    const box = await dialog().boundingBox();
    assert.ok(box.x < 100, `the dialog is on the left: ${box.x}`);
  });
});
