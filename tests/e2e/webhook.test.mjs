// Events reach the webhook at least once each, in spite of a receiver that fails.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { visit, workspace } from "../support/api.mjs";
import { Receiver } from "../support/receiver.mjs";
import { RESENT_MS, until } from "../support/until.mjs";
import { Worker } from "../support/worker.mjs";

describe("the webhook", () => {
  let worker, receiver, space;

  before(async () => {
    [worker, receiver] = await Promise.all([Worker.start(), Receiver.start()]);
    space = await workspace(worker, { webhook: receiver });
  });
  after(async () => {
    await worker?.stop();
    await receiver?.stop();
  });

  async function chat(text = "Thank you so much, everything works perfectly now!") {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "My order 77 does not show up");
    await space.team.say(talk.id, "It should be there now.");
    await talk.visitor.say(talk.id, text);
    await talk.visitor.act(talk.id, "close");
    await space.team.classified(talk.id);
    return talk.id;
  }

  const of = (id) => receiver.events.filter((event) => event.subject === id);
  const recorded = async () =>
    Object.values((await space.team.overview()).events).reduce((sum, n) => sum + n, 0);
  const delivered = () =>
    until("every recorded event is delivered", async () => {
      const overview = await space.team.overview();
      return overview.events_undelivered === 0 && receiver.events.length === (await recorded());
    }, RESENT_MS);

  test("gets each event, signed, as a CloudEvent with an id of its own", async () => {
    const id = await chat();
    await delivered();
    receiver.assertSound();
    const events = of(id);
    assert.ok(events.length >= 2, `${events.length} events`);
    assert.equal(new Set(events.map((e) => e.id)).size, events.length);
    for (const request of receiver.requests) {
      assert.equal(request.headers["webhook-id"], request.event.id, "what to de-duplicate by");
    }
    const times = events.map((e) => Date.parse(e.time));
    assert.ok(times.every((t) => Math.abs(t - Date.now()) < 60_000), "times are now");
  });

  test("that answers 503, then cuts the line, gets everything in the end", async () => {
    const earlier = receiver.requests.length;
    receiver.fail(2, 503);
    receiver.fail(1, 0);
    receiver.fail(1, 500);
    const id = await chat();
    await delivered();
    receiver.assertSound();
    const attempts = receiver.requests.slice(earlier);
    const failed = attempts.filter((r) => r.status !== 204);
    assert.equal(failed.length, 4, "it did fail");
    assert.ok(of(id).length >= 2);
    for (const { event, text } of failed) {
      const taken = attempts.find((r) => r.status === 204 && r.event.id === event.id);
      assert.ok(taken, `event ${event.id} never came again`);
      assert.equal(taken.text, text, "the same event, byte for byte");
    }
  });

  test("that was away while the Worker was killed gets everything in the end", async () => {
    receiver.away = true;
    const id = await chat();
    await until("an attempt failed", () => receiver.requests.at(-1)?.status === 503);
    await worker.kill();
    await worker.start();
    receiver.away = false;
    await delivered();
    receiver.assertSound();
    assert.ok(of(id).length >= 2);
  });

  test("of one workspace gets nothing of another", async () => {
    const other = await workspace(worker);
    const talk = await visit(other);
    await talk.visitor.say(talk.id, "You are great, thank you!");
    await talk.visitor.act(talk.id, "close");
    await other.team.classified(talk.id);
    await other.team.settled();
    assert.deepEqual(of(talk.id), []);
    assert.ok(receiver.events.every((event) => event.data.workspace_id === space.id));
  });
});
