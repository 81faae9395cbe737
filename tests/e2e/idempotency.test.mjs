// The same request twice is one request, and what is sent at once is put into one order.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, visit, workspace } from "../support/api.mjs";
import { sharedWorker } from "../support/shared.mjs";

describe("repeats and order", () => {
  let worker, space;

  before(async () => {
    worker = await sharedWorker();
    space = await workspace(worker);
  });
  after(() => worker?.stop());

  const open = (key, body = {}) =>
    space.team.send("POST", "/v1/conversations", { body, headers: { "idempotency-key": key } });

  test("the same idempotency key is the same conversation", async () => {
    const [first, second] = [await open("order-1"), await open("order-1")];
    assert.deepEqual([first.status, second.status], [201, 200]);
    assert.equal(second.json.conversation_id, first.json.conversation_id);
    assert.equal(second.json.visitor_id, first.json.visitor_id);
    const other = await open("order-2");
    assert.notEqual(other.json.conversation_id, first.json.conversation_id);
    const [a, b] = [await space.team.open(), await space.team.open()];
    assert.notEqual(a.conversation_id, b.conversation_id, "without a key each is a new one");
  });

  test("the same idempotency key with another request is refused", async () => {
    await open("order-3", { platform: "line" });
    assertProblem(await open("order-3", { platform: "facebook" }), 409, "idempotency_conflict");
  });

  test("the same idempotency key gives nobody the conversation of another visitor", async () => {
    const { json } = await open("order-4", { visitor_ref: "alice" });
    assertProblem(await open("order-4", { visitor_ref: "bob" }), 409, "idempotency_conflict");
    assert.equal((await open("order-4", { visitor_ref: "alice" })).json.visitor_id, json.visitor_id);
    assert.equal((await open("order-4")).status, 200, "who it is need not be said again");
  });

  test("an idempotency key that is none is refused", async () => {
    for (const key of ["a b", "x".repeat(129)]) assertProblem(await open(key), 422, "invalid_field");
  });

  test("another workspace's idempotency keys are its own", async () => {
    const other = await workspace(worker);
    const [mine, theirs] = await Promise.all([
      open("shared-key"),
      other.team.send("POST", "/v1/conversations", {
        body: {},
        headers: { "idempotency-key": "shared-key" },
      }),
    ]);
    assert.notEqual(mine.json.conversation_id, theirs.json.conversation_id);
  });

  test("the same key ten times at once opens one conversation", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => open("rush")));
    assert.deepEqual(answers.filter((a) => ![200, 201].includes(a.status)).map((a) => a.text), []);
    assert.equal(new Set(answers.map((a) => a.json.conversation_id)).size, 1);
    assert.equal(answers.filter((a) => a.status === 201).length, 1, "new exactly once");
  });

  test("the same message id is the same message", async () => {
    const talk = await visit(space);
    const path = `/v1/conversations/${talk.id}/messages`;
    const body = { id: "m-1", text: "I'm Joan, joan@example.com" };
    const first = await talk.visitor.send("POST", path, { body });
    const again = await talk.visitor.send("POST", path, { body });
    assert.deepEqual([first.status, again.status], [201, 200]);
    assert.deepEqual([first.json.duplicate, again.json.duplicate], [false, true]);
    assert.deepEqual(again.json.message, first.json.message);
    const other = await talk.visitor.send("POST", path, { body: { id: "m-1", text: "I'm Jane" } });
    assertProblem(other, 409, "idempotency_conflict");
    const said = (await talk.visitor.messages(talk.id)).messages.filter((m) => m.role === "customer");
    assert.deepEqual(said.map((m) => m.text), [body.text]);
  });

  test("a repeat after the close is still the same message", async () => {
    const talk = await visit(space);
    const path = `/v1/conversations/${talk.id}/messages`;
    const body = { id: "m-1", text: "What are your opening hours?" };
    const first = await talk.visitor.expect(201, "POST", path, { body });
    await talk.visitor.act(talk.id, "close");
    const again = await talk.visitor.expect(200, "POST", path, { body });
    assert.deepEqual([again.duplicate, again.message], [true, first.message]);
  });

  test("the same message twenty times at once is there once", async () => {
    const talk = await visit(space);
    const path = `/v1/conversations/${talk.id}/messages`;
    const body = { id: "once", text: "Is anybody there?" };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => talk.visitor.send("POST", path, { body })),
    );
    assert.deepEqual(
      answers.map((a) => a.status).sort(),
      [...Array(19).fill(200), 201],
    );
    const { messages } = await talk.visitor.messages(talk.id);
    assert.equal(messages.filter((m) => m.id === "once").length, 1);
  });

  test("what is posted at once is kept in one order without gaps", async () => {
    const talk = await visit(space);
    const post = (client, who, n) => client.say(talk.id, `${who} ${n}`, { id: `${who}-${n}` });
    const numbers = Array.from({ length: 30 }, (_, n) => n);
    const answers = await Promise.all(
      numbers.flatMap((n) => [post(talk.visitor, "visitor", n), post(space.team, "agent", n)]),
    );
    const { messages } = await talk.visitor.messages(talk.id);
    assert.deepEqual(messages.map((m) => m.seq), messages.map((_, i) => i));
    assert.equal(new Set(messages.map((m) => m.id)).size, messages.length);
    for (const { message } of answers) {
      // Who of the team wrote is the team's to know.
      const { by, ...shown } = message;
      assert.equal(by === undefined, message.role === "customer");
      assert.deepEqual(messages[message.seq], shown, "as it was acknowledged");
    }
    assert.ok(messages.every((m, i) => i === 0 || m.at >= messages[i - 1].at), "times never go back");
  });

  test("one sender's messages stay in the order in which they were sent", async () => {
    const talk = await visit(space);
    const sendAll = async (client, who) => {
      for (let n = 0; n < 15; n++) await client.say(talk.id, `${who} says ${n}`);
    };
    await Promise.all([sendAll(talk.visitor, "visitor"), sendAll(space.team, "agent")]);
    const { messages } = await talk.visitor.messages(talk.id);
    for (const [who, role] of [["visitor", "customer"], ["agent", "agent"]]) {
      const own = messages.filter((m) => m.role === role).map((m) => m.text);
      assert.deepEqual(own, Array.from({ length: 15 }, (_, n) => `${who} says ${n}`));
    }
  });

  test("closing twice at once closes once", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "Thanks, bye");
    const path = `/v1/conversations/${talk.id}/actions`;
    const close = () => space.team.send("POST", path, { body: { action: "close" } });
    const answers = await Promise.all([close(), close(), close()]);
    assert.deepEqual(answers.map((a) => a.status).sort(), [200, 409, 409]);
    const detail = await space.team.classified(talk.id);
    assert.equal(detail.revision, 1);
    assert.equal(detail.transcript.filter((m) => m.text === "closed").length, 1);
  });

  test("a recorded conversation played twice adds nothing", async () => {
    const at = Date.now() - 3_600_000;
    const send = async () => {
      const headers = { "idempotency-key": "recorded-1" };
      const opened = await space.team.open({ recorded: true, visitor_ref: "v-1" }, { headers });
      const id = opened.conversation_id;
      await space.team.say(id, "It's Ada, ada@example.org", { id: "t0", role: "customer", at });
      await space.team.say(id, "Hello Ada", { id: "t1", role: "bot", at: at + 1000 });
      return id;
    };
    const id = await send();
    await space.team.act(id, "close", { at: at + 2000 });
    await space.team.classified(id);
    const whole = async () => [
      await space.team.settled(),
      await space.team.conversation(id),
      await space.team.all("/v1/customers"),
    ];
    const earlier = await whole();
    assert.equal(await send(), id);
    assert.deepEqual(await whole(), earlier);
    const [, detail] = earlier;
    assert.deepEqual(detail.transcript.map((m) => m.at), [at, at + 1000, at + 2000], "its own times");
    assert.deepEqual([detail.started_at, detail.ended_at], [at, at + 2000]);
  });

  test("a recorded conversation's times do not go back", async () => {
    const at = Date.now() - 3_600_000;
    const { conversation_id: id } = await space.team.open({ recorded: true });
    await space.team.say(id, "first", { role: "customer", at });
    await space.team.say(id, "earlier", { role: "customer", at: at - 1 });
    await space.team.say(id, "later", { role: "customer", at: at + 1 });
    const { messages } = await space.team.messages(id);
    assert.deepEqual(messages.map((m) => [m.text, m.at]), [["first", at], ["earlier", at], ["later", at + 1]]);
  });

  test("a page's idempotency key must not be guessable", async () => {
    const send = (key) =>
      space.page.send("POST", "/v1/conversations", { body: {}, headers: { "idempotency-key": key } });
    assertProblem(await send("short"), 422, "invalid_field");
    const key = crypto.randomUUID();
    const [first, again] = [await send(key), await send(key)];
    assert.deepEqual([first.status, again.status], [201, 200]);
    assert.equal(again.json.conversation_id, first.json.conversation_id);
  });

  test("a hand-off or transfer stands until a person of the team has spoken", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "Can I speak to a person?");
    const first = await space.team.act(talk.id, "handoff");
    assert.deepEqual(await space.team.act(talk.id, "handoff"), first, "the lost answer, asked for again");
    await talk.visitor.say(talk.id, "Hello?");
    assert.equal((await space.team.act(talk.id, "handoff")).revision, 1);
    const [moved] = [await space.team.act(talk.id, "transfer"), await space.team.act(talk.id, "transfer")];
    assert.deepEqual([moved.transferred, moved.revision], [true, 1]);
    await space.team.say(talk.id, "Kim here, how can I help?");
    assert.equal((await space.team.act(talk.id, "handoff")).revision, 2, "a new one after an answer");
    const { messages } = await space.team.messages(talk.id);
    const markers = messages.filter((m) => m.role === "system").map((m) => m.text);
    assert.deepEqual(markers, ["handoff", "transferred", "handoff"]);
  });

  test("the same action under the same key is done once", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "Thank you");
    const act = (action) =>
      space.team.send("POST", `/v1/conversations/${talk.id}/actions`, {
        body: { action },
        headers: { "idempotency-key": "act-1" },
      });
    const [first, again] = [await act("close"), await act("close")];
    assert.deepEqual([first.status, again.status], [200, 200]);
    assert.deepEqual(again.json, first.json);
    assertProblem(await act("reopen"), 409, "idempotency_conflict");
    const detail = await space.team.classified(talk.id);
    assert.equal(detail.transcript.filter((m) => m.text === "closed").length, 1);
  });
});
