// Calls of an outside voice operator: the statuses of either direction, and the transcript at the end.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { assertProblem } from "../support/api.mjs";
import { setUp, tearDown } from "../support/stage.mjs";

describe("a phone call", () => {
  let worker, receiver, space, channel;
  const at = Date.now() - 3_600_000;

  before(async () => {
    ({ worker, receiver, space } = await setUp({ receiver: true }));
    channel = await space.team.expect(201, "POST", "/v1/channels", {
      body: { name: "Operator", connection: { kind: "phone" } },
    });
  });
  after(() => tearDown({ worker, receiver }));

  const begin = (direction, more = {}) =>
    space.team.expect([200, 201], "POST", "/v1/calls", {
      body: { channel_id: channel.channel_id, reference: randomUUID(), direction, number: "+44 20 7946 0958", ...more },
    });
  const post = (id, what, body) => space.team.send("POST", `/v1/calls/${id}/${what}`, { body });
  const good = async (id, what, body) => {
    const answer = await post(id, what, body);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };

  test("that comes in is queued, held, and completed with its transcript", async () => {
    const reference = "CA-1";
    const call = await begin("inbound", { reference, name: "Ana Lima" });
    assert.deepEqual([call.status, call.direction, call.dials], ["queued", "inbound", 0]);
    const again = await begin("inbound", { reference, name: "Ana Lima" });
    assert.equal(again.conversation_id, call.conversation_id);
    const id = call.conversation_id;
    assertProblem(await post(id, "progress", { status: "dialled" }), 409, "illegal_transition");
    const held = await good(id, "progress", { status: "in-progress", at });
    assert.deepEqual([held.status, held.answered_at], ["in-progress", at]);
    const end = {
      status: "completed",
      at: at + 60_000,
      transcript: [
        { role: "bot", text: "Hello, this is the shop.", at },
        { role: "customer", text: "Hi, my order has not arrived, that is really annoying.", at: at + 5_000 },
        { role: "bot", text: "It comes today.", at: at + 9_000 },
        { role: "customer", text: "Oh wonderful, thank you so much! My e-mail is ana@example.com", at: at + 12_000 },
      ],
    };
    assert.equal((await good(id, "end", end)).status, "completed");
    assert.equal((await good(id, "end", end)).status, "completed", "the same again changes nothing");
    const detail = await space.team.classified(id);
    assert.deepEqual(
      [detail.platform, detail.platform_conversation_id, detail.started_at, detail.ended_at],
      ["phone", reference, at, at + 60_000],
    );
    assert.deepEqual(
      [detail.facts.name.value, detail.facts.phone.value, detail.facts.email.value],
      ["Ana Lima", "+442079460958", "ana@example.com"],
    );
    assert.deepEqual(detail.transcript.map((m) => m.role), ["bot", "customer", "bot", "customer", "system"]);
    const customer = await space.team.get(`/v1/customers/${detail.customer_id}`);
    assert.deepEqual([customer.phone, customer.platforms], ["+442079460958", ["phone"]]);
  });

  test("that comes in cannot be busy, unanswered or end at a voicemail", async () => {
    const { conversation_id: id } = await begin("inbound");
    for (const status of ["busy", "no-answer", "voicemail"]) {
      assertProblem(await post(id, "end", { status }), 409, "illegal_transition");
    }
    assert.equal((await good(id, "end", { status: "failed" })).status, "failed");
    assertProblem(await post(id, "end", { status: "completed" }), 409, "conversation_closed");
  });

  test("that goes out is queued while it is dialled, and ends in each of its ways", async () => {
    for (const status of ["busy", "no-answer", "voicemail", "failed"]) {
      const { conversation_id: id } = await begin("outbound");
      await good(id, "progress", { status: "dialled", at });
      await good(id, "progress", { status: "dialled", at });
      const dialled = await good(id, "progress", { status: "dialled", at: at + 1_000 });
      assert.deepEqual([dialled.status, dialled.dials, dialled.dialled_at], ["queued", 2, at + 1_000]);
      const words = { status, transcript: [{ role: "bot", text: "hello?" }] };
      assertProblem(await post(id, "end", words), 422, "invalid_field");
      assert.equal((await good(id, "end", { status, at: at + 9_000 })).status, status);
      const detail = await space.team.classified(id);
      assert.deepEqual([detail.status, detail.direction, detail.sentiment], [status, "outbound", "not-applicable"]);
      assertProblem(await post(id, "progress", { status: "in-progress" }), 409, "conversation_closed");
    }
  });

  test("that was picked up can neither be dialled again nor have been busy", async () => {
    const { conversation_id: id } = await begin("outbound");
    await good(id, "progress", { status: "in-progress" });
    assertProblem(await post(id, "progress", { status: "dialled" }), 409, "illegal_transition");
    assertProblem(await post(id, "end", { status: "busy" }), 409, "illegal_transition");
    await good(id, "end", { status: "completed" });
  });

  test("that is put through is marked, and over for us", async () => {
    const { conversation_id: id } = await begin("inbound");
    const end = { status: "transferred", transcript: [{ role: "customer", text: "I want to talk to a person", at }] };
    const ended = await good(id, "end", { ...end, at: at + 5_000 });
    assert.deepEqual([ended.status, ended.transferred], ["completed", true]);
    const detail = await space.team.classified(id);
    assert.deepEqual(detail.transcript.map((m) => m.text), ["I want to talk to a person", "transferred", "closed"]);
    await space.team.settled();
    assert.ok(receiver.events.some((e) => e.type === "askwell.chatti_live.conversation.assigned" && e.subject === id));
    receiver.assertSound();
  });

  test("that withholds its number is a call all the same, and nobody's who has called before", async () => {
    const withheld = () => begin("inbound", { number: null });
    const ids = [await withheld(), await withheld()].map((call) => call.conversation_id);
    for (const id of ids) {
      await good(id, "end", { status: "completed", transcript: [{ role: "customer", text: "When are you open?", at }] });
    }
    const details = await Promise.all(ids.map((id) => space.team.classified(id)));
    assert.deepEqual(details.map((detail) => detail.facts.phone), [undefined, undefined]);
    assert.notEqual(details[0].customer_id, details[1].customer_id);
    const outbound = { channel_id: channel.channel_id, reference: randomUUID(), direction: "outbound" };
    assertProblem(await space.team.send("POST", "/v1/calls", { body: outbound }), 422, "invalid_field");
  });

  test("is over now or earlier", async () => {
    const { conversation_id: id } = await begin("inbound");
    const later = Date.now() + 3_600_000;
    assertProblem(await post(id, "progress", { status: "in-progress", at: later }), 422, "invalid_field");
    assertProblem(await post(id, "end", { status: "completed", at: later }), 422, "invalid_field");
    const words = { status: "completed", transcript: [{ role: "customer", text: "Hello?", at: later }] };
    assertProblem(await post(id, "end", words), 422, "invalid_field");
    assert.equal((await good(id, "end", { status: "completed" })).status, "completed");
  });

  test("needs a number, a name and a channel that is connected", async () => {
    const send = (more) => space.team.send("POST", "/v1/calls", {
      body: { channel_id: channel.channel_id, reference: "x", direction: "inbound", number: "+442079460958", ...more },
    });
    assertProblem(await send({ number: "soon" }), 422, "invalid_field");
    assertProblem(await send({ number: "020 7946 0958" }), 422, "invalid_field");
    assertProblem(await send({ reference: "" }), 422, "invalid_field");
    assertProblem(await send({ channel_id: `ch_${"0".repeat(26)}` }), 404, "not_found");
    await send({});
    assertProblem(await send({ number: "+442079460959" }), 409, "idempotency_conflict");
    assertProblem(await space.team.send("GET", `/v1/calls/cv_${"0".repeat(26)}`), 404, "not_found");
  });
});
