// Whoever waits for a person is not let go by silence, and an answer that was promised by e-mail comes there.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { visit, workspace } from "../support/api.mjs";
import { Mail } from "../support/platforms.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { ask, publish, replies } from "../support/talk.mjs";
import { until } from "../support/until.mjs";

const IDLE_MS = 2_000;
const MAIL_AFTER_MS = 1_000;

describe("promises", () => {
  let stage, worker, space, mail;

  before(async () => {
    mail = await new Mail().start();
    stage = await setUp({ vars: { IDLE_CLOSE_MS: String(IDLE_MS), ANSWER_MAIL_AFTER_MS: String(MAIL_AFTER_MS) } });
    worker = stage.worker;
  });
  after(async () => {
    await tearDown(stage ?? {});
    await mail?.stop();
  });
  beforeEach(async () => {
    mail.keys.clear();
    space = await workspace(worker);
    await publish(space);
    const today = new Date().toISOString().slice(0, 10);
    await replies(space, { hours: { zone: "", open: [{ day: 1, from: "00:00", to: "00:01" }], closed: [today] } });
    const connection = { kind: "email", address: "help@shop.example", send_url: `${mail.url}/emails`, send_key: mail.key };
    await space.team.expect(201, "POST", "/v1/channels", { body: { name: "Shop", connection } });
  });

  const waiting = async (id) => (await space.team.get("/v1/inbox")).items.some((item) => item.conversation_id === id);
  const status = async (id) => (await space.team.conversation(id)).status;

  /** A visitor who asked for a person while nobody was there, and has left an address. */
  async function promised() {
    const talk = await visit(space);
    assert.match((await ask(talk, "I want to speak to a person about my lamp")).text, /not here right now.*answer here/);
    const noted = await ask(talk, "nora@example.com");
    assert.match(noted.text, /noted.*answer by e-mail/);
    return talk;
  }

  test("are kept when the visitor has been silent for longer than others may be", async () => {
    const [talk, other] = [await promised(), await visit(space)];
    await ask(other, "When are you open?");
    await until("the other one is closed", async () => (await status(other.id)) === "completed");
    await sleep(IDLE_MS);
    assert.equal(await waiting(talk.id), true);
    assert.equal(await status(talk.id), "in-progress");
    await space.team.say(talk.id, "It is on its way.");
    await until("it closes once it is answered", async () => (await status(talk.id)) === "completed");
  });

  test("bring the answer by e-mail, once, though the team ends the conversation", async () => {
    const talk = await promised();
    await space.team.say(talk.id, "Hello Nora, the lamp is here.", { id: "a-1" });
    await space.team.say(talk.id, "It is with the carrier.", { id: "a-2" });
    await space.team.act(talk.id, "resolve");
    const [sent] = await until("the mail", async () => mail.sent.length > 0 && mail.sent);
    assert.deepEqual(sent.to, ["nora@example.com"]);
    assert.equal(sent.text, "Hello Nora, the lamp is here.\n\nIt is with the carrier.");
    assert.equal(sent.subject, "Our answer to your message");
    assert.match(sent.headers["Message-ID"], new RegExp(talk.id));
    const path = `/v1/channels/deliveries?conversation_id=${talk.id}`;
    const told = await until("that it was sent", async () => {
      const { items } = await space.team.get(path);
      return items.length === 2 && items;
    });
    assert.deepEqual(told.map(({ state }) => state), ["sent", "sent"]);
    await sleep(MAIL_AFTER_MS);
    assert.equal(mail.sent.length, 1);
  });

  test("need no mail where the visitor sees the answer in the chat", async () => {
    const talk = await promised();
    const { message } = await space.team.say(talk.id, "Hello Nora, are you there?");
    await talk.visitor.expect(200, "POST", `/v1/conversations/${talk.id}/presence`, { body: { read: message.seq } });
    await sleep(MAIL_AFTER_MS * 2);
    assert.deepEqual(mail.sent, []);
  });
});
