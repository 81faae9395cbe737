// What the team sets on the Actions page, and what a visitor meets then on a page with the widget.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { Chat, DESKTOP, launch } from "../support/browser.mjs";
import { Desk } from "../support/dashboard.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { together } from "../support/together.mjs";
import { until } from "../support/until.mjs";

const WANTS = "Could you email me your brochure?";
const ASKS = /e-?mail address/i;

describe("the Actions page and the widget", () => {
  let worker, browser, space, desk;

  before(async () => {
    [worker, browser] = await together(sharedWorker(), launch());
    space = await workspace(worker, { name: "Fern & Co", origins: [worker.url] });
    desk = await Desk.asMember(browser, worker, space, "admin");
    await desk.page.getByRole("link", { name: "Actions" }).click();
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
  });

  /** A visitor whom nobody has seen before, on a page with the widget. */
  async function visitor() {
    const context = await browser.newContext(DESKTOP);
    const chat = new Chat(await context.newPage());
    await chat.page.goto(`${worker.url}/demo/?key=${space.siteKey}`);
    await chat.launcher.click();
    return chat;
  }

  /** Says something in the widget, and gives the conversation once the Worker has it. */
  async function says(chat, text) {
    await chat.say(text);
    return until("the message is there", async () => {
      for (const { conversation_id: id } of await space.team.all("/v1/conversations")) {
        const { messages } = await space.team.messages(id);
        if (messages.some((message) => message.text === text)) return { id, messages };
      }
    });
  }

  const questions = ({ messages }) => messages.filter(({ id }) => id.startsWith("ask-")).map(({ text }) => text);
  const once = (text) => `${text} (${Math.random().toString(36).slice(2)})`;

  async function isAsked(chat, text = once(WANTS)) {
    const talk = await says(chat, text);
    await chat.shows(ASKS);
    assert.equal(questions(talk).length, 1);
    return talk;
  }

  /** The question comes in the transaction of the message, so that it is there with it, or never comes. */
  async function isNotAsked(chat, text = once(WANTS)) {
    const talk = await says(chat, text);
    assert.deepEqual(questions(talk), []);
    assert.equal(await chat.log.getByText(ASKS).count(), 0, "the widget foretells nothing either");
    return talk;
  }

  const flip = async (word) => {
    await desk.go("/app/actions");
    await desk.page.getByRole("switch").click();
    await desk.shows(word);
  };

  test("switched off, nobody is asked; switched on again, only who begins then", async () => {
    const first = await visitor();
    await isAsked(first);
    await flip("is off. What was collected stays.");
    const second = await visitor();
    await isNotAsked(second);
    await flip("is on: conversations that begin from now on are asked in.");
    await isNotAsked(second, once("I would like to book a fitting, and please email me the price list"));
    const third = await visitor();
    await isAsked(third);
    for (const chat of [first, second, third]) {
      assert.deepEqual(chat.troubles, []);
      await chat.page.context().close();
    }
  });

  test("a share that is held out is never asked, and is shown what it is", async () => {
    const hold = async (percent) => {
      await desk.go("/app/actions/customer-enrichment");
      await desk.page.getByLabel("Visitors who are never asked, in %").fill(String(percent));
      await desk.button("Review").click();
      await desk.shows("Nothing has been changed yet.");
      await desk.button("Save").click();
      await desk.shows("Saved, for conversations that begin from now on.");
    };
    await hold(100);
    const held = await visitor();
    const { id } = await isNotAsked(held);
    await held.end();
    await space.team.classified(id);
    await desk.go(`/app/conversations/${id}`);
    await desk.shows("This visitor is of the group that is asked nothing, to compare with.");
    await hold(0);
    const next = await visitor();
    await isAsked(next);
    for (const chat of [held, next]) await chat.page.context().close();
    assert.deepEqual(desk.troubles, []);
  });
});
