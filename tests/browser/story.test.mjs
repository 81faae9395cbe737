// The whole story in a real browser: a visitor chats on the demo page; the customer, the answers, the
// delivered events and the sealed export are there.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { Chat, DESKTOP, launch, NOTHING_STORED, PHONE, pictures } from "../support/browser.mjs";
import { day, DAY_S } from "../support/days.mjs";
import { Receiver } from "../support/receiver.mjs";
import { together } from "../support/together.mjs";
import { RESENT_MS, until } from "../support/until.mjs";
import { Worker } from "../support/worker.mjs";

const ASKS_FOR_EMAIL = /e-?mail/i;

describe("the demo page", () => {
  const folder = pictures();
  let worker, receiver, space, browser;

  before(async () => {
    [worker, receiver, browser] = await together(Worker.start(), Receiver.start(), launch());
    space = await workspace(worker, { origins: [worker.url], webhook: receiver });
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
    await receiver?.stop();
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

  const picture = (chat, name) => chat.page.screenshot({ path: join(folder, `${name}.png`) });

  test("plays the whole story", async (t) => {
    t.diagnostic(`pictures are in ${folder}`);
    const chat = await visitor(DESKTOP);
    assert.deepEqual(await chat.stored(), NOTHING_STORED, "before the visitor does anything");
    await chat.launcher.click();
    await picture(chat, "desktop-open");
    assert.deepEqual(await chat.stored(), NOTHING_STORED, "before the visitor says anything");

    const id = await begin(chat, "Hi, I'm Mike. Can you send me the invoice for my lamp?");
    await chat.shows(ASKS_FOR_EMAIL);
    await picture(chat, "desktop-asked");
    await chat.say("Sure, it's mike.hollis@example.com");
    await space.team.say(id, "The invoice is in your inbox, Mike.");
    await chat.shows("The invoice is in your inbox, Mike.");
    await chat.say("Wonderful, thank you so much!");
    await chat.end();
    await picture(chat, "desktop-ended");
    const today = day();

    const detail = await space.team.classified(id);
    assert.equal(detail.status, "completed");
    assert.equal(detail.platform, "web_widget");
    assert.deepEqual(
      [detail.facts.name?.value, detail.facts.email?.value],
      ["Mike", "mike.hollis@example.com"],
    );
    assert.ok(["positive", "overly-positive"].includes(detail.sentiment), detail.sentiment);
    const asked = detail.transcript.filter((m) => m.role === "bot" && ASKS_FOR_EMAIL.test(m.text));
    assert.equal(asked.length, 1, "asked once");
    const { fields } = await space.team.get("/v1/fields");
    assert.equal(detail.answers.length, fields.length);
    assert.ok(detail.answers.some((answer) => answer.state === "value"), "something was answered");

    const { items } = await space.team.customers("mike.hollis@example.com");
    assert.deepEqual(items.map((c) => [c.customer_id, c.name]), [[detail.customer_id, "Mike"]]);

    const event = await until("the outcome is delivered", () =>
      receiver.events.find(
        (e) => e.subject === id && e.type === "askwell.interaction.outcome_resolved",
      ));
    assert.equal(event.data.user_id, detail.customer_id);
    receiver.assertSound();
    assert.deepEqual(chat.troubles, []);
    await chat.page.context().close();

    await worker.restart({ CLOCK_OFFSET_S: String(2 * DAY_S) });
    await worker.cron();
    const file = await until("the day is sealed", async () => {
      const answer = await space.team.send("GET", `/v1/exports/${today}`);
      return answer.status === 200 && answer;
    });
    assert.deepEqual(JSON.parse(file.text).map((row) => row.conversation_id), [id]);
    await worker.restart({ CLOCK_OFFSET_S: "0" });
  });

  test("works on a phone, over the whole page", async () => {
    const chat = await visitor(PHONE);
    await picture(chat, "phone-closed");
    await chat.launcher.tap();
    const box = await chat.dialog.boundingBox();
    assert.ok(box.width >= PHONE.viewport.width - 1, `the dialog is ${box.width} px wide`);
    await chat.say("Hello, my name is Annette Wilkins and I'd like to book a fitting on Friday");
    await chat.shows(/phone|number/i);
    await picture(chat, "phone-chat");
    const wide = await chat.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= PHONE.viewport.width, `the page is ${wide} px wide`);
    const input = await chat.input.boundingBox();
    assert.ok(input.y + input.height <= PHONE.viewport.height, "the field is in view");
    await chat.end();
    assert.deepEqual(chat.troubles, []);
    await chat.page.context().close();
  });

  test("can be used with the keyboard alone", async () => {
    const chat = await visitor(DESKTOP);
    const { page } = chat;
    await chat.launcher.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.type("Is the blue one in stock?");
    await page.keyboard.press("Enter");
    await chat.shows("Is the blue one in stock?");
    await page.keyboard.press("Escape");
    await chat.dialog.waitFor({ state: "hidden" });
    const focused = await page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at?.getAttribute("aria-label") ?? "";
    });
    assert.match(focused, /^Open chat/, "the focus goes back to where it came from");
    assert.deepEqual(chat.troubles, []);
    await page.context().close();
  });

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

  test("shows what was said as text and never as markup", async () => {
    const chat = await visitor(DESKTOP);
    await chat.launcher.click();
    const bad = `<img src=x onerror="document.title='taken'"> I'm <b>Bob</b>`;
    const id = await begin(chat, bad);
    await space.team.say(id, "<script>document.title='taken'</script>");
    await chat.shows("<script>document.title='taken'</script>");
    assert.notEqual(await chat.page.title(), "taken");
    assert.equal(await chat.log.locator("img, b, script").count(), 0);
    await chat.page.context().close();
  });
});
