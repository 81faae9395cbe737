// Who says who they are in an open chat is among the customers while they talk, as what they said stands.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, visit } from "../support/api.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { RESENT_MS, until } from "../support/until.mjs";

describe("what is said in an open chat", () => {
  let worker, receiver, space;

  before(async () => {
    ({ worker, receiver, space } = await setUp({ receiver: true, faultDoor: true }));
  });
  after(() => tearDown({ worker, receiver }));

  const named = async (email) => (await space.team.customers(email)).items;
  const there = (email, limit) => until(`${email} is a customer`, async () => (await named(email))[0], limit);
  const gone = (email) => until(`${email} is no customer`, async () => (await named(email)).length === 0);

  test("shows its visitor within seconds, once, and its closing adds nothing", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "Where is my parcel?");
    await space.team.listed(talk.id, (row) => row.status === "in-progress");
    const silent = (await space.team.overview()).customers;
    await talk.visitor.say(talk.id, "I'm Ana Ruiz, ana.ruiz@example.com");
    const began = Date.now();
    const shown = await there("ana.ruiz@example.com");
    assert.ok(Date.now() - began < 10_000, `it took ${Date.now() - began} ms`);
    assert.deepEqual([shown.name, shown.conversations, shown.verified], ["Ana Ruiz", 1, []]);
    assert.equal((await space.team.overview()).customers, silent + 1, "nobody was there before");
    const open = await space.team.conversation(talk.id);
    assert.deepEqual([open.customer_id, open.status, open.revision], [shown.customer_id, "in-progress", 0]);
    assert.deepEqual((await space.team.overview()).events, { "workspace.created": 1 }, "nothing is told of it before it ends");
    const document = `customer/${space.id}/${shown.customer_id}`;
    await until("a copy is in KV", async () => (await worker.behind({ prefix: document }))[document]);

    await talk.visitor.act(talk.id, "close");
    assert.equal((await space.team.classified(talk.id)).customer_id, shown.customer_id);
    const closed = (await named("ana.ruiz@example.com"))[0];
    assert.deepEqual([closed.conversations, closed.first_at], [1, shown.first_at]);
    assert.ok(closed.last_at >= shown.last_at);
    await space.team.settled();
    receiver.assertSound();
    // Who is known now is not asked in the next chat.
    const next = await visit(space, { visitor_token: talk.opened.visitor_token });
    assert.ok(next.opened.session.policy.known.includes("email"));
  });

  test("is corrected, taken back and put right as it is in the chat", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "my email is bo@exampel.com");
    const first = await there("bo@exampel.com");
    const amend = (field, value) =>
      talk.visitor.expect(200, "POST", `/v1/conversations/${talk.id}/facts`, { body: { field, value } });
    await amend("email", "bo@example.com");
    const second = await there("bo@example.com");
    assert.equal(second.customer_id, first.customer_id);
    await gone("bo@exampel.com");
    await amend("email", null);
    await gone("bo@example.com");
    assertProblem(await space.team.send("GET", `/v1/customers/${first.customer_id}`), 404, "not_found");
    assert.equal((await space.team.conversation(talk.id)).customer_id, null);
    await talk.visitor.say(talk.id, "OK, call me on +1 202 555 0143");
    const numbered = await until("the number is a customer's", async () => {
      const body = { text: "2025550143" };
      return (await space.team.expect(200, "POST", "/v1/customers/search", { body })).items[0];
    });
    assert.deepEqual([numbered.phone, numbered.email], ["+12025550143", null]);
  });

  test("joins whoever has the address, from whatever platform, and no other", async () => {
    const first = await visit(space);
    await first.visitor.say(first.id, "li.wei@example.com is my address");
    const li = await there("li.wei@example.com");
    const second = await space.team.open({ platform: "line", visitor_ref: "li" });
    await space.team.say(second.conversation_id, "Hi, li.wei@example.com again", { role: "customer" });
    const both = await until("both are there", async () =>
      (await named("li.wei@example.com")).find((customer) => customer.conversations === 2));
    assert.deepEqual([both.customer_id, both.platforms], [li.customer_id, ["line", "web_widget"]]);
    const third = await visit(space);
    await third.visitor.say(third.id, "I am Li Wei, li.other@example.com");
    assert.notEqual((await there("li.other@example.com")).customer_id, li.customer_id);
  });

  test("brings nobody back who was erased meanwhile", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "I am Zara, zara@example.com");
    const { customer_id } = await there("zara@example.com");
    const { erasure } = await space.team.expect(200, "DELETE", `/v1/customers/${customer_id}`);
    assert.deepEqual(erasure.conversation_ids, [talk.id]);
    await until("its object is empty", async () =>
      (await talk.visitor.send("POST", `/v1/conversations/${talk.id}/messages`, { body: { id: "m", text: "zara@example.com" } })).status === 410);
    assert.deepEqual(await named("zara@example.com"), []);
  });

  test("is told again when the ledger fails", async () => {
    const talk = await visit(space);
    await space.team.listed(talk.id);
    await worker.fail("WORKSPACE.conversations.register");
    await talk.visitor.say(talk.id, "I am Fay, fay@example.com");
    await there("fay@example.com", RESENT_MS);
    assert.equal((await worker.behind({ point: "WORKSPACE.conversations.register" })).length, 1, "it did fail");
  });

  test("is told although the power is cut", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "I am Kai, kai@example.com");
    await worker.kill();
    await worker.start();
    const kai = await there("kai@example.com", RESENT_MS);
    assert.deepEqual([kai.name, kai.conversations], ["Kai", 1]);
  });
});
