// Little room: zoomed pages, phones in landscape, and everything that may want some of it at once.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Visit, eventually } from "./support/visit.mjs";

const SCREENS = { "1280 × 720 at 200 %": [640, 360], "1366 × 768 at 200 %": [683, 384], "1440 × 900 at 200 %": [720, 450], "a phone in landscape": [740, 340], "1280 × 1024 at 400 %": [320, 256], "a phone": [360, 640] };

describe("little room", () => {
  const visit = new Visit();

  /** The head, the field and the buttons are in view and in the panel, and some of the messages too. */
  async function fits(what) {
    const { width, height } = visit.page.viewportSize();
    const panel = await visit.dialog.boundingBox();
    const inside = (box, outer, name) => {
      assert.ok(box && box.x >= outer.x - 1 && box.y >= outer.y - 1, `${what}: ${name} begins in view: ${JSON.stringify(box)}`);
      assert.ok(box.x + box.width <= outer.x + outer.width + 1 && box.y + box.height <= outer.y + outer.height + 1, `${what}: ${name} ends in view: ${JSON.stringify(box)}`);
    };
    inside(panel, { x: 0, y: 0, width, height }, "the panel");
    for (const name of [".head", ".head .quiet", ".head .round", "textarea", ".send"]) inside(await visit.dialog.locator(name).boundingBox(), panel, name);
    assert.ok((await visit.log.boundingBox()).height >= 40, `${what}: messages are in view`);
    assert.equal(await visit.dialog.evaluate((dialog) => dialog.scrollTop), 0, `${what}: nothing is scrolled out`);
  }

  for (const [name, [width, height]] of Object.entries(SCREENS)) {
    it(`keeps the head and the field in view: ${name}`, async () => {
      await visit.go({ viewport: { width, height }, deviceScaleFactor: 2 });
      await visit.begin("Hi, I'm Mike, mike@fern.example, +44 20 7946 0958. Please send the brochure.");
      await eventually("all is noted", async () => (await visit.dialog.locator(".chip").count()) === 3);
      await fits("noted values");
      await visit.context.setOffline(true);
      await visit.say("Hello?");
      await visit.dialog.locator(".notice:not(:empty)").waitFor();
      await fits("a notice");
      await visit.input.fill("a\nb\nc\nd\ne\nf\ng\nh");
      await fits("a long draft");
      await visit.shot(`room-${width}`);
      await visit.dialog.locator(".head .quiet").click();
      await fits("asked whether to end");
      const keep = visit.dialog.locator(".confirm .button").last();
      await keep.scrollIntoViewIfNeeded();
      await visit.shot(`room-${width}-end`);
      await keep.click();
      await fits("kept");
    });
  }

  for (const [width, height] of [[360, 640], [640, 360]]) {
    it(`shows the owner's words from their beginning, with the button beside them: ${width} × ${height}`, async () => {
      await visit.go({ viewport: { width, height }, query: `&consent=${encodeURIComponent(`First of all. ${"We keep what you write for a year. ".repeat(20)}`)}` });
      await visit.launcher.click();
      const words = visit.dialog.locator(".words");
      await eventually("the focus is at the button", () => visit.dialog.evaluate((dialog) => dialog.getRootNode().activeElement?.className === "button main"));
      assert.equal(await words.evaluate((box) => box.scrollTop), 0);
      assert.ok(await words.evaluate((box) => box.scrollHeight > box.clientHeight), "there is more than room for it");
      const [panel, button] = [await visit.dialog.boundingBox(), await visit.dialog.locator(".consent .button").boundingBox()];
      assert.ok(button.y + button.height <= panel.y + panel.height);
      assert.ok((await words.boundingBox()).height >= 60);
      await visit.shot(`consent-${width}`);
      await visit.page.keyboard.press("Shift+Tab");
      await visit.page.keyboard.press("End");
      await eventually("by the keyboard to its end", () => words.evaluate((box) => box.scrollTop > 50));
    });
  }
});
