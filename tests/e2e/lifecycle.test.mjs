// The life of a conversation: idle close, hand-off, transfer, reopening, revisions.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { visit } from "../support/api.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { RESENT_MS, until } from "../support/until.mjs";

const IDLE_MS = 3_000;

describe("silence", () => {
  let worker, space;

  before(async () => {
    ({ worker, space } = await setUp({ vars: { IDLE_CLOSE_MS: String(IDLE_MS) } }));
  });
  after(() => tearDown({ worker }));

  test("closes a conversation, which is then classified", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "Hi, I'm Clara, clara@example.com. Do you ship to Norway?");
    const detail = await space.team.classified(talk.id);
    assert.equal(detail.status, "completed");
    assert.equal(detail.transcript.at(-1).text, "closed");
    assert.equal(detail.facts.email.value, "clara@example.com");
    const last = detail.transcript.at(-2).at;
    assert.ok(detail.ended_at - last >= IDLE_MS, `closed after ${detail.ended_at - last} ms`);
  });

  test("is broken by every message", async () => {
    const times = await until("nobody was silent for too long", async () => {
      const talk = await visit(space);
      let said = [];
      do {
        const client = said.length % 2 ? space.team : talk.visitor;
        const body = { id: `m-${said.length}`, text: `still here ${said.length}` };
        const answer = await client.send("POST", `/v1/conversations/${talk.id}/messages`, { body });
        // Closed: right if we were held up for so long, and then we begin anew.
        if (answer.status !== 201) {
          assert.ok(Date.now() - said.at(-1) >= IDLE_MS, `closed ${Date.now() - said.at(-1)} ms after a message`);
          return undefined;
        }
        said.push(answer.json.message.at);
        await sleep(IDLE_MS / 3);
      } while (said.at(-1) - said[0] < 2 * IDLE_MS);
      const { transcript } = await space.team.classified(talk.id);
      return [...said, transcript.at(-1).at];
    }, RESENT_MS);
    const pauses = times.slice(1).map((at, n) => at - times[n]);
    assert.ok(pauses.at(-1) >= IDLE_MS, `closed ${pauses.at(-1)} ms after the last message`);
  });

  test("goes on over a restart", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "Back in a minute");
    await space.team.listed(talk.id);
    await worker.kill();
    await worker.start();
    // The overview wakes the ledger alone: the conversation must wake by itself.
    await space.team.settled((o) => o.open === 0, RESENT_MS);
    assert.equal((await space.team.classified(talk.id)).status, "completed");
  });
});

describe("hand-offs and reopenings", () => {
  let worker, space, receiver;

  before(async () => {
    ({ worker, receiver, space } = await setUp({ receiver: true }));
  });
  after(() => tearDown({ worker, receiver }));

  test("a hand-off is classified while the conversation goes on", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "I want to speak to a person, please");
    const state = await space.team.act(talk.id, "handoff");
    assert.deepEqual([state.status, state.transferred, state.revision], ["in-progress", false, 1]);
    await until("the hand-off is classified", async () => {
      const detail = await space.team.conversation(talk.id);
      return detail.sentiment && detail.revision === 1;
    });
    const moved = await space.team.act(talk.id, "transfer");
    assert.deepEqual([moved.status, moved.transferred], ["in-progress", true]);
    await until("the transfer is told while the conversation goes on", () =>
      receiver.events.some((event) =>
        event.type === "askwell.chatti_live.conversation.assigned" && event.subject === talk.id));
    await space.team.say(talk.id, "Hello, this is Kim. What can I do for you?");
    await talk.visitor.say(talk.id, "My name is Paula Reyes, I need a new key card");
    const done = await space.team.act(talk.id, "resolve");
    assert.deepEqual([done.status, done.revision, done.transferred], ["completed", 2, true]);
    const detail = await space.team.classified(talk.id, 2);
    const markers = detail.transcript.filter((m) => m.role === "system").map((m) => m.text);
    assert.deepEqual(markers, ["handoff", "transferred", "resolved"]);
    assert.equal(detail.transferred, true);
    assert.equal(detail.facts.name.value, "Paula Reyes");
    const overview = await space.team.settled((o) => o.classified === 1);
    assert.equal(overview.conversations, 1, "two closings are one conversation");
    assert.equal(overview.customers, 1);
  });

  test("a reopened conversation is classified anew, and the newest revision counts", async () => {
    const earlier = await space.team.settled();
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "Hello, my order 1204 has not come yet");
    await space.team.say(talk.id, "It is on its way.");
    await space.team.act(talk.id, "close");
    await space.team.classified(talk.id, 1);
    const state = await space.team.act(talk.id, "reopen");
    assert.equal(state.status, "in-progress");
    await talk.visitor.say(talk.id, "It's Victor Lund, victor@example.net. It came broken, I am very disappointed!");
    await space.team.act(talk.id, "close");
    const detail = await space.team.classified(talk.id, 2);
    assert.deepEqual([detail.status, detail.revision], ["completed", 2]);
    assert.ok(["negative", "overly-negative"].includes(detail.sentiment), detail.sentiment);
    assert.equal(detail.facts.email.value, "victor@example.net");
    const markers = detail.transcript.filter((m) => m.role === "system").map((m) => m.text);
    assert.deepEqual(markers, ["closed", "reopened", "closed"]);
    const overview = await space.team.settled((o) => o.classified === earlier.classified + 1);
    assert.equal(overview.conversations, earlier.conversations + 1);
    assert.equal(overview.customers, earlier.customers + 1, "the first revision's profile was completed");
    const customer = await space.team.get(`/v1/customers/${detail.customer_id}`);
    assert.deepEqual([customer.email, customer.conversations], ["victor@example.net", 1]);
    await until("the reopening is delivered", () =>
      receiver.events.some(
        (e) => e.subject === talk.id && e.type === "askwell.interaction.outcome_reopened",
      ));
    receiver.assertSound();
    for (const field of Object.values(overview.answers)) {
      const sum = Object.values(field).reduce((a, b) => a + b, 0);
      assert.equal(sum, overview.classified, "each conversation answers each field once");
    }
  });

  test("dial results are for outbound conversations that wait", async () => {
    for (const action of ["busy", "no-answer", "voicemail"]) {
      const { conversation_id: id } = await space.team.open({ direction: "outbound", platform: "phone" });
      assert.equal((await space.team.act(id, action)).status, action);
    }
    const { conversation_id: id } = await space.team.open({ platform: "phone" });
    assert.equal((await space.team.act(id, "fail")).status, "failed");
  });
});

describe("who is who", () => {
  let worker, space;

  before(async () => {
    ({ worker, space } = await setUp());
  });
  after(() => tearDown({ worker }));

  async function chat(body, text, client = space.team) {
    const opened = await client.open(body);
    const id = opened.conversation_id;
    const visitor = space.page.as(opened.visitor_token, { origin: space.origin });
    await visitor.say(id, text);
    await space.team.act(id, "close");
    return { opened, detail: await space.team.classified(id) };
  }

  test("the same e-mail on two platforms is one customer", async () => {
    const web = await chat({ platform: "web_widget" }, "I'm Rosa Blum, rosa@example.com");
    const line = await chat({ platform: "line" }, "Rosa here again, my email is ROSA@example.com");
    assert.equal(line.detail.customer_id, web.detail.customer_id);
    const customer = await space.team.get(`/v1/customers/${web.detail.customer_id}`);
    assert.deepEqual([...customer.platforms].sort(), ["line", "web_widget"]);
    assert.equal(customer.conversations, 2);
  });

  test("different e-mails are different customers, whatever else matches", async () => {
    const one = await chat({}, "I'm Sam Reed, sam@example.com, 555-0134");
    const two = await chat({}, "I'm Sam Reed, sam.reed@example.org, 555-0134");
    assert.notEqual(one.detail.customer_id, two.detail.customer_id);
  });

  test("the same browser comes back as the same visitor and is not asked again", async () => {
    const first = await visit(space);
    await first.visitor.say(first.id, "Hello, I'm Lena, lena@example.com");
    await first.visitor.act(first.id, "close");
    const before = await space.team.classified(first.id);
    await space.team.settled();
    const second = await space.page.open({ visitor_token: first.opened.visitor_token });
    assert.equal(second.visitor_id, first.opened.visitor_id);
    assert.notEqual(second.conversation_id, first.id);
    const visitor = space.page.as(second.visitor_token, { origin: space.origin });
    const answer = await visitor.say(second.conversation_id, "Can you send me the receipt by email?");
    assert.notEqual(answer.ask?.field, "email", "the profile holds it");
    await visitor.act(second.conversation_id, "close");
    const detail = await space.team.classified(second.conversation_id);
    assert.equal(detail.customer_id, before.customer_id);
    const customer = await space.team.get(`/v1/customers/${detail.customer_id}`);
    assert.deepEqual([customer.name, customer.conversations], ["Lena", 2]);
  });

  test("what the site knows is not asked for", async () => {
    const talk = await visit(space, { known: ["email"] });
    const answer = await talk.visitor.say(talk.id, "Could you email me the contract?");
    assert.notEqual(answer.ask?.field, "email");
  });

  test("pages of a list hold every row once", async () => {
    const all = await space.team.all("/v1/customers");
    const paged = await space.team.all("/v1/customers", 2);
    assert.ok(all.length >= 4);
    assert.deepEqual(paged, all);
    assert.deepEqual(
      (await space.team.all("/v1/conversations", 2)).map((c) => c.conversation_id).sort(),
      (await space.team.all("/v1/conversations")).map((c) => c.conversation_id).sort(),
    );
  });
});
