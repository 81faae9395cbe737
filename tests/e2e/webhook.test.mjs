// Events reach the webhook at least once each, in spite of a receiver that fails.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { visit, workspace } from "../support/api.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { RESENT_MS, until } from "../support/until.mjs";

/** Longer for a conversation's events together than a queue waits before it tries again. */
const SLOW_MS = 6_000;

describe("the webhook", () => {
  let worker, receiver, space;

  before(async () => {
    ({ worker, receiver, space } = await setUp({ own: true, receiver: true }));
  });
  after(() => tearDown({ worker, receiver }));

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

  test("that fails in the middle gets each conversation's events in their order, and none twice", async () => {
    const earlier = receiver.requests.length;
    // The first is taken, the second is refused twice; a third must wait for it.
    receiver.answer(204, 503, 503);
    const id = await chat();
    await delivered();
    const { items } = await space.team.get("/v1/events?limit=500");
    const expected = items.map((item) => item.event).filter((event) => event.subject === id);
    assert.ok(expected.length >= 3, `${expected.length} events`);
    const [first, second, ...rest] = expected.map((event) => event.id);
    assert.deepEqual(
      receiver.requests.slice(earlier).map((r) => [r.event.id, r.status]),
      [[first, 204], [second, 503], [second, 503], [second, 204], ...rest.map((next) => [next, 204])],
    );
  });

  test("that is slow gets nothing twice", async () => {
    const earlier = receiver.taken.length;
    receiver.slow = SLOW_MS;
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "I want to talk to a person");
    await space.team.act(talk.id, "handoff");
    await space.team.say(talk.id, "Kim here. It should be there now.");
    await talk.visitor.say(talk.id, "Thank you so much, everything works perfectly now!");
    await space.team.act(talk.id, "resolve");
    await space.team.classified(talk.id, 2);
    await delivered();
    receiver.slow = 0;
    const taken = receiver.taken.slice(earlier).map((event) => event.id);
    assert.ok(taken.length * SLOW_MS > 30_000, `${taken.length} events are too few to show it`);
    assert.equal(new Set(taken).size, taken.length, "each came once");
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
