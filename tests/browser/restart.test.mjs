// A conversation in a real browser outlives a reload of its page and a killed runtime.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { Chat, DESKTOP, launch } from "../support/browser.mjs";
import { RESENT_MS, until } from "../support/until.mjs";
import { Worker } from "../support/worker.mjs";

describe("a conversation", () => {
  let worker, space, browser;

  before(async () => {
    [worker, browser] = await Promise.all([Worker.start(), launch()]);
    space = await workspace(worker, { origins: [worker.url] });
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
  });

  const listed = async () => (await space.team.all("/v1/conversations")).map((c) => c.conversation_id);

  /** Lets a visitor say something first, and gives the conversation that this began. It is known by
   * the words: one that another page began may be listed only now. */
  async function begin(chat, text) {
    await chat.say(text);
    return until("the new conversation is listed", async () => {
      for (const id of await listed()) {
        const { messages } = await space.team.messages(id);
        if (messages.some((message) => message.text === text)) return id;
      }
    });
  }

  async function visitor(options) {
    const context = await browser.newContext(options);
    const chat = new Chat(await context.newPage());
    await chat.page.goto(`${worker.url}/demo/?key=${space.siteKey}`);
    await chat.launcher.waitFor();
    return chat;
  }

  test("goes on where it was after the page is loaded anew, and over a restart", async () => {
    const chat = await visitor(DESKTOP);
    await chat.launcher.click();
    const id = await begin(chat, "Hello, this is Teodor");
    await chat.page.reload();
    await chat.launcher.or(chat.dialog).first().waitFor();
    if (await chat.launcher.isVisible()) await chat.launcher.click();
    await chat.shows("Hello, this is Teodor");

    await worker.kill();
    await chat.input.fill("Are you still there?");
    await chat.input.press("Enter");
    await worker.start();
    await until("what was written without a connection arrives", async () => {
      const { messages } = await space.team.messages(id);
      return messages.some((m) => m.text === "Are you still there?");
    }, RESENT_MS).catch((error) => {
      assert.fail(`${error.message}: ${chat.troubles.slice(-5).join("; ")}`);
    });
    await space.team.say(id, "Yes, we are back.");
    await chat.shows("Yes, we are back.");
    const { messages } = await space.team.messages(id);
    const own = messages.filter((m) => m.role === "customer").map((m) => m.text);
    assert.deepEqual(own, ["Hello, this is Teodor", "Are you still there?"], "nothing lost, nothing twice");
    await chat.page.context().close();
  });
});
