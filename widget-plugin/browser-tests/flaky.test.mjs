// A thousand messages in Chromium over a line that is cut after every twentieth, with a reload while hundreds wait.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Line } from "../tests/support/line.mjs";
import { SITE_KEY } from "../tests/support/stub.mjs";
import { Visit } from "./support/visit.mjs";

const HALF = 500;
/** Each cut costs a pause of a quarter to half a second; there are fifty. */
const LIMIT_MS = 120_000;

describe("a line that is cut again and again", () => {
  const visit = new Visit();

  /** Through the field, one after the other, as fast as the page takes them. */
  const say = (texts) =>
    visit.page.evaluate((texts) => {
      const root = document.querySelector("askwell-chat").shadowRoot;
      for (const text of texts) {
        root.querySelector("textarea").value = text;
        root.querySelector("form.composer").requestSubmit();
      }
    }, texts);
  const waiting = () => visit.page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes(".unsent.")).length);
  const mine = () => visit.stub.conversation.messages.filter((one) => one.role === "customer").map((one) => one.text);

  it("loses none of a thousand messages, doubles none, and keeps their order, over a reload too", async (t) => {
    const line = await Line.lay(visit.stub.url, 20);
    t.after(() => line.stop());
    visit.stub.pages["/"] = {
      headers: { "Content-Type": "text/html; charset=utf-8" },
      body: `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>A page</title><script async src="/askwell.js" data-key="${SITE_KEY}" data-api="${line.url}"></script></html>`,
    };
    await visit.go({ path: "/" });
    const said = Array.from({ length: 2 * HALF }, (_, i) => `Message ${i + 1} of a thousand`);
    await visit.launcher.click();
    await say(said.slice(0, HALF));
    const end = Date.now() + LIMIT_MS;
    const until = async (what, test) => {
      while (!(await test())) {
        if (Date.now() > end) assert.fail(`${what}: ${mine().length} are there after ${LIMIT_MS / 1000} s`);
        await visit.page.waitForTimeout(100);
      }
    };
    await until("a fifth of them", () => visit.stub.conversations.size > 0 && mine().length >= HALF / 5);
    await visit.page.reload();
    const left = await waiting();
    assert.ok(left > HALF / 2, `${left} wait when the page is gone`);
    await visit.launcher.click();
    await say(said.slice(HALF));
    await until("all are accepted", async () => (await waiting()) === 0);
    assert.equal(visit.stub.conversations.size, 1);
    assert.deepEqual(mine(), said, "at the server");
    const shown = await visit.mine.evaluateAll((lines) => lines.map((one) => one.childNodes[1].textContent));
    assert.deepEqual(shown, said, "on the page");
    const { before, after } = line.cuts;
    assert.ok(before + after >= 50 && before > 10 && after > 10, `cut ${before} times before and ${after} times after`);
  });
});
