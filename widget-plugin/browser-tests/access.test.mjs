// For everybody: axe-core, keyboard, screen reader, large text, little motion, both directions, dark.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { PHONE, Visit, eventually } from "./support/visit.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDE = { viewport: { width: 1440, height: 900 } };

describe("accessibility", () => {
  const visit = new Visit();

  /** What axe-core finds wrong inside the widget. */
  async function violations() {
    // Evaluated from outside of the page, whose policy would forbid a script of ours.
    await visit.page.evaluate(AXE);
    const found = await visit.page.evaluate(async () => {
      const { violations } = await window.axe.run({ include: ["askwell-chat"] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html.slice(0, 120) + " " + n.failureSummary).join(" | ")}`);
    });
    return found;
  }

  /** What a live region reads out: nodes that come into it, and texts that change in it, but for what is hidden. */
  const listen = () =>
    visit.log.evaluate((log) => {
      window.read = [];
      new MutationObserver((records) => {
        for (const { type, addedNodes, target } of records) {
          for (const node of type === "characterData" ? [target] : addedNodes) {
            const place = node instanceof Element ? node : node.parentElement;
            // One that has been taken away again before it could be read out has no place.
            if (place && !place.closest("[aria-hidden=true]")) window.read.push(node.textContent);
          }
        }
      }).observe(log, { childList: true, characterData: true, subtree: true });
    });
  /** How often something was read out that holds these words. */
  const readings = async (words) => (await visit.page.evaluate(() => window.read)).filter((text) => text.includes(words)).length;

  const LOOKS = [
    ["wide", WIDE, ""],
    ["phone", PHONE, ""],
    ["dark", { ...PHONE, colorScheme: "dark", dark: true }, ""],
    ["rtl", WIDE, "&locale=ar"],
  ];
  for (const [name, { dark, ...options }, query] of LOOKS) {
    it(`has nothing that axe-core objects to: ${name}`, async () => {
      const page = await visit.go({ ...options, query });
      const { stub } = visit;
      if (dark) await page.evaluate(() => document.documentElement.style.setProperty("color-scheme", "dark"));
      const chat = page.locator("askwell-chat");
      await chat.waitFor({ state: "attached" });
      assert.deepEqual(await violations(), [], "closed");
      await chat.locator(".launcher").click();
      assert.deepEqual(await violations(), [], "open");
      await visit.say("Hi, I'm Mike, mike@fern.example. Could you send me the brochure?");
      await eventually("sent", () => stub.conversations.size === 1 && stub.conversation.replies.size === 1);
      await chat.locator(".chip").first().waitFor();
      stub.attend({ typing: true, read: 0 });
      await chat.locator(".typing:not(:empty)").waitFor();
      assert.deepEqual(await violations(), [], "in conversation");
      await visit.shot(`axe-${name}`);
      await chat.locator(".chip .value").last().click();
      assert.deepEqual(await violations(), [], "correcting");
      await page.keyboard.press("Escape");
      await chat.locator(".head .quiet").click();
      assert.deepEqual(await violations(), [], "asking whether to end");
      await chat.locator(".confirm .main").click();
      await chat.locator(".again").waitFor();
      assert.deepEqual(await violations(), [], "ended");
    });
  }

  it("asks for consent in a way that axe-core does not object to", async () => {
    await visit.go({ ...PHONE, query: "&consent=We+keep+what+you+write." });
    await visit.launcher.click();
    await visit.page.getByText("We keep what you write.").waitFor();
    assert.deepEqual(await violations(), []);
    await visit.shot("consent");
  });

  it("can be used with the keyboard alone", async () => {
    const page = await visit.go(WIDE);
    const focused = () => page.evaluate(() => {
      const inside = document.querySelector("askwell-chat").shadowRoot.activeElement;
      return inside?.getAttribute("aria-label") ?? inside?.textContent ?? null;
    });
    await visit.launcher.focus();
    await page.keyboard.press("Enter");
    await eventually("opening leads to where one writes", async () => (await focused()) === "Write a message");
    await page.keyboard.type("I'm Mike, mike@fern.example. Please send me the brochure.");
    await page.keyboard.press("Enter");
    await visit.dialog.locator(".chip").first().waitFor();
    assert.equal(await focused(), "Write a message");
    await page.keyboard.press("Shift+Tab");
    assert.equal(await focused(), "Remove E-mail address: mike@fern.example");
    await page.keyboard.press("Enter");
    await eventually("removed", async () => (await visit.dialog.locator(".chip").count()) === 1);
    assert.equal(await focused(), "Write a message", "the focus is not lost with the button");
    await page.keyboard.press("Escape");
    await visit.dialog.waitFor({ state: "hidden" });
    assert.equal(await focused(), "Open chat", "closing leads back");
  });

  it("tells a screen reader what is new, and where it is", async () => {
    const page = await visit.go(WIDE);
    await visit.begin("Is anybody there?");
    visit.stub.agent("Yes, Ines here.");
    await visit.log.getByText("Yes, Ines here.").waitFor();
    const tree = await visit.dialog.ariaSnapshot();
    assert.match(tree, /dialog "Fern & Kettle"/);
    assert.match(tree, /log "Messages"/);
    assert.match(tree, /You: Is anybody there\?/);
    assert.match(tree, /Team: Yes, Ines here\./);
    assert.equal(await visit.log.getAttribute("aria-live"), "polite");
    assert.equal(await visit.launcher.count(), 0, "the button says that it hides now");
    assert.equal(await page.getByRole("button", { name: "Hide chat" }).count(), 2);
  });

  /** What the browser's own tree for screen readers has in live regions that say something. */
  async function announced() {
    const cdp = await visit.context.newCDPSession(visit.page);
    const { nodes } = await cdp.send("Accessibility.getFullAXTree");
    await cdp.detach();
    const byId = new Map(nodes.map((node) => [node.nodeId, node]));
    const text = (node) => (node.role?.value === "StaticText" ? node.name.value : (node.childIds ?? []).map((id) => text(byId.get(id))).join(""));
    const live = (node) => node.properties?.find(({ name }) => name === "live")?.value.value;
    return nodes.filter((node) => !node.ignored && node.role?.value === "status").map((node) => [live(node), text(node)]).filter(([, words]) => words !== "");
  }

  it("tells a screen reader of news while the chat is hidden, and of what was noted", async () => {
    const page = await visit.go(WIDE);
    await visit.begin("Is anybody there?");
    assert.deepEqual(await announced(), []);
    await visit.input.pressSequentially("I'm Mike, mike@gmial.com", { delay: 20 });
    const words = "Noted: Name: Mike. E-mail address: mike@gmial.com. Did you mean mike@gmail.com?";
    const said = await page.evaluateHandle(() => {
      const said = [];
      const status = document.querySelector("askwell-chat").shadowRoot.querySelector(".composer [role=status]");
      new MutationObserver(() => said.push(status.textContent)).observe(status, { childList: true });
      return said;
    });
    await eventually("it is read out", async () => (await announced()).some(([live, text]) => live === "polite" && text === words));
    assert.deepEqual(await said.jsonValue(), [words], "once, and not with each letter");
    await visit.input.fill("");
    await page.keyboard.press("Escape");
    await eventually("the socket is open", () => visit.stub.sockets.size === 1);
    visit.stub.agent("Yes, Ines here.");
    await eventually("news are read out", async () => JSON.stringify(await announced()) === JSON.stringify([["polite", "New messages: 1"]]));
    assert.deepEqual(await violations(), []);
    await page.getByRole("button", { name: "Open chat. New messages: 1" }).click();
    await visit.log.getByText("Ines").waitFor();
    assert.ok(!(await announced()).some(([, text]) => text.startsWith("New messages")), "and no more once they are seen");
  });

  it("has a sent message and a predicted question read out once, and says when one was not sent", async () => {
    await visit.go(WIDE);
    await visit.begin("Hello");
    await visit.input.fill("I'm Mike");
    await visit.dialog.locator(".noted").getByText("Mike").waitFor();
    await listen();
    // Held back, so that both are on the page before the server has a word on them.
    let release;
    await visit.page.route("**/messages", async (route) => {
      await new Promise((resolve) => (release = resolve));
      await route.continue();
    });
    await visit.say("I'm Mike. Could you send me the brochure?");
    const question = visit.log.locator("li.line.predicted");
    await question.waitFor();
    const asked = (await question.innerText()).replace(/^\w+:/, "").trim();
    await visit.log.locator("li.line.mine.sending").waitFor();
    assert.match(await visit.dialog.ariaSnapshot(), /brochure\? \(Sending\)/);
    await eventually("it is on its way", () => release);
    release();
    await visit.log.locator("li.line.predicted, li.line.sending").first().waitFor({ state: "detached" });
    await eventually("it is shown as sent", async () => (await visit.mine.last().getAttribute("data-state")) === "Sent");
    assert.equal(await visit.log.getByText(asked).count(), 1, "and the question is the server's");
    assert.deepEqual([await readings("brochure"), await readings(asked)], [1, 1]);
    assert.doesNotMatch(await visit.dialog.ariaSnapshot(), /Sending/);

    await visit.page.unroute("**/messages");
    visit.stub.fault = (method, path, when) =>
      when === "before" && path.endsWith("/messages") ? { type: "about:blank", title: "", status: 403, code: "forbidden", detail: "" } : undefined;
    await visit.say("And the price list");
    await visit.log.getByText("Not sent").waitFor();
    assert.deepEqual([await readings("price list"), await readings("Not sent")], [1, 1]);
    visit.stub.fault = () => undefined;
    await visit.log.getByRole("button", { name: "Try again" }).click();
    await eventually("sent again", () => visit.stub.conversation.messages.some((m) => m.text === "And the price list"));
  });

  for (const [name, options] of [["wide", WIDE], ["phone", { ...PHONE, colorScheme: "dark" }]]) {
    it(`shows a reply while it is written, and has it read out once, when it is: ${name}`, async () => {
      const page = await visit.go(options);
      if (name === "phone") await page.evaluate(() => document.documentElement.style.setProperty("color-scheme", "dark"));
      await visit.begin("How long may I keep it?");
      await listen();
      const words = "You may keep it for 30 days, and send it back free of charge.".split(" ");
      for (let n = 1; n <= words.length; n += 1) {
        visit.stub.draft(words.slice(0, n).join(" "));
        if (n === 6) {
          await visit.log.getByText("You may keep it for 30").waitFor();
          assert.equal(await visit.dialog.locator(".typing").textContent(), "A reply is being written…");
          assert.deepEqual(await violations(), []);
          await visit.shot(`draft-${name}`);
        }
      }
      await visit.log.getByText("free of charge.").waitFor();
      assert.doesNotMatch(await visit.dialog.ariaSnapshot(), /You may keep/, "the draft is for the eye");
      visit.stub.bot("You may keep it for 30 days, and send it back free of charge.");
      await visit.dialog.locator(".typing:empty").waitFor({ state: "attached" });
      assert.match(await visit.dialog.ariaSnapshot(), /You may keep it for 30 days/);
      assert.equal(await visit.log.getByText("You may keep").count(), 1, "in the draft's place");
      const read = await page.evaluate(() => window.read);
      assert.equal(read.filter((text) => text.includes("You may")).length, 1, read.join("\n"));
      visit.stub.draft("And also");
      await visit.log.getByText("And also").waitFor();
      visit.stub.dropSockets();
      await visit.log.getByText("And also").waitFor({ state: "detached" });
    });
  }

  it("fits at 200 % zoom and with text twice as large", async () => {
    // A browser that zooms a page of 1280 × 800 to 200 % lays it out in 640 × 400.
    const page = await visit.go({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
    await visit.begin();
    const fits = async (what) => {
      const view = page.viewportSize();
      const box = await visit.dialog.boundingBox();
      assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= view.width && box.y + box.height <= view.height, what);
      for (const part of [visit.input, page.getByRole("button", { name: "Send" }), page.getByRole("button", { name: "Hide chat" }).first()]) {
        const inner = await part.boundingBox();
        assert.ok(inner.x >= box.x - 1 && inner.x + inner.width <= box.x + box.width + 1, `${what}: across`);
        assert.ok(inner.y >= box.y - 1 && inner.y + inner.height <= box.y + box.height + 1, `${what}: down`);
      }
      assert.ok((await visit.log.boundingBox()).height > 40, `${what}: something of the messages is in view`);
    };
    await fits("zoom");
    await visit.shot("zoom");
    await page.setViewportSize({ width: 360, height: 740 });
    await page.evaluate(() => document.documentElement.style.setProperty("--askwell-font-size", "30px"));
    await fits("large text");
    await visit.shot("large-text");
  });

  for (const [name, options] of [["by itself", {}], ["where the browser does not do it", {
    script: () => {
      const { supports } = CSS;
      CSS.supports = (...args) => args[0] !== "field-sizing" && supports(...args);
      const { replaceSync } = CSSStyleSheet.prototype;
      CSSStyleSheet.prototype.replaceSync = function (text) {
        replaceSync.call(this, text.replace("field-sizing: content;", ""));
      };
    },
  }]]) {
    it(`has a field that grows with its text, within limits: ${name}`, async () => {
      await visit.go({ ...PHONE, ...options });
      await visit.launcher.click();
      const height = async () => (await visit.input.boundingBox()).height;
      const low = await height();
      await visit.input.fill("One\nTwo\nThree");
      const middle = await height();
      assert.ok(low >= 44 && low < 50 && middle > low + 30 && middle < 110, `${low}, ${middle}`);
      assert.equal(await visit.input.evaluate((field) => field.scrollHeight - field.clientHeight), 0, "all of it is in view");
      await visit.input.fill("Line\n".repeat(30));
      assert.equal(await height(), 140);
      await visit.shot(`field-${Object.keys(options).length}`);
      await visit.input.fill("One\nTwo");
      assert.ok((await height()) < middle);
      await visit.input.press("Enter");
      assert.ok(Math.abs((await height()) - low) < 1);
      assert.deepEqual(visit.complaints, []);
    });
  }

  it("moves for those who like it only", async () => {
    for (const [reducedMotion, moves] of [["reduce", false], ["no-preference", true]]) {
      const page = await visit.go({ ...WIDE, reducedMotion });
      await visit.launcher.waitFor();
      const animated = await page.evaluate(() => {
        const root = document.querySelector("askwell-chat").shadowRoot;
        const { transitionDuration } = getComputedStyle(root.querySelector(".launcher"));
        root.querySelector(".launcher").click();
        const { animationName } = getComputedStyle(root.querySelector(".panel"));
        return transitionDuration !== "0s" || animationName !== "none";
      });
      assert.equal(animated, moves, reducedMotion);
    }
  });
});
