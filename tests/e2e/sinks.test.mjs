// Several webhooks, their secrets and the log of their deliveries; the log and Workers Analytics Engine.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { assertProblem, visit, workspace } from "../support/api.mjs";
import { Receiver } from "../support/receiver.mjs";
import { setUp } from "../support/stage.mjs";
import { RESENT_MS, until } from "../support/until.mjs";

const USER = `us_${"01hz".padEnd(26, "x")}`;

describe("the sinks", () => {
  let worker, space;
  const receivers = [];

  before(async () => {
    ({ worker, space } = await setUp({ faultDoor: true, vars: { LOG_EVENTS: "1" } }));
  });
  after(async () => {
    await worker?.stop();
    await Promise.all(receivers.map((receiver) => receiver.stop()));
  });

  async function receiver() {
    const made = await Receiver.start();
    receivers.push(made);
    return made;
  }

  /** Adds a webhook, and gives it with its receiver. */
  async function hook(body = {}, owner = space) {
    const to = await receiver();
    const made = await owner.team.expect(201, "POST", "/v1/webhooks", { body: { url: to.url, ...body } });
    to.secret = made.secret;
    return { to, made, id: made.endpoint_id };
  }

  let next = 0;
  /** Hands events in, by their names, and gives those that are stored. */
  async function happen(...types) {
    const batch = types.map((type) => ({
      specversion: "1.0", id: String(next++), source: "/kb", type: `askwell.${type}`,
      time: new Date(Date.now() - 60_000).toISOString(), data: { user_id: USER },
    }));
    const { taken } = await space.team.expect(200, "POST", "/v1/events", { body: batch });
    assert.equal(taken, types.length);
    return (await space.team.all("/v1/events", 500)).slice(-taken);
  }

  const log = (query) => space.team.all(`/v1/deliveries?${new URLSearchParams(query)}`, 2);
  const named = (to) => to.taken.map((event) => event.type.replace("askwell.", ""));

  test("each webhook gets what it takes, and the log says where each event stands", async () => {
    const all = await hook();
    const gaps = await hook({ names: ["comment_responder.reply.sent"] });
    const events = await happen("comment_responder.reply.generated", "comment_responder.reply.sent");
    await space.team.settled();
    assert.deepEqual(named(all.to).sort(), ["comment_responder.reply.generated", "comment_responder.reply.sent"]);
    assert.deepEqual(named(gaps.to), ["comment_responder.reply.sent"]);
    for (const { to } of [all, gaps]) to.assertSound();
    const rows = await log({ endpoint_id: all.id });
    assert.deepEqual(rows.map((row) => row.seq), events.map((event) => event.seq).reverse());
    for (const row of rows) {
      assert.deepEqual([row.state, row.attempts, row.last_status], ["delivered", 1, 204]);
    }
    assert.equal((await log({ event_id: events[1].id })).length, 2);
    assert.equal((await log({ endpoint_id: gaps.id, state: "waiting" })).length, 0);
    const { items, ...rest } = await space.team.get("/v1/webhooks");
    assert.deepEqual(rest, {});
    assert.deepEqual(items.map(({ endpoint_id, delivered, waiting }) => [endpoint_id, delivered, waiting]), [
      [all.id, 2, 0], [gaps.id, 1, 0],
    ]);
    assert.ok(!JSON.stringify(items).includes("whsec_"), "secrets are shown once");
    // From the log: one event, to one webhook, again.
    const { seq } = rows[0];
    const body = { from: seq, to: seq, endpoint_id: gaps.id };
    await space.team.expect(202, "POST", "/v1/events/replay", { body });
    await until("it came again", () => gaps.to.taken.length === 2);
    await space.team.settled();
    assert.equal(all.to.taken.length, 2);
    for (const { id } of [all, gaps]) await space.team.expect(204, "DELETE", `/v1/webhooks/${id}`);
    assert.equal((await log({})).length, 0);
  });

  test("two secrets sign while one takes the place of the other", async () => {
    const { to, made, id } = await hook();
    const rotate = (body) => space.team.expect(200, "POST", `/v1/webhooks/${id}/secret`, { body });
    const second = await rotate({});
    assert.notEqual(second.secret, made.secret);
    assert.ok(second.old_secret_until > Date.now() + 23 * 3_600_000);
    await happen("comment_responder.reply.sent");
    await until("it came", () => to.taken.length === 1);
    const verify = (secret) => {
      const { text, headers } = to.requests.at(-1);
      return new Webhook(secret).verify(text, headers);
    };
    assert.ok(verify(made.secret) && verify(second.secret), "either is enough");
    to.secret = second.secret;
    const third = await rotate({ keep_s: 0 });
    to.secret = third.secret;
    await happen("comment_responder.reply.sent");
    await until("it came", () => to.taken.length === 2);
    assert.throws(() => verify(second.secret));
    to.assertSound();
    assertProblem(await space.team.send("POST", `/v1/webhooks/${id}/secret`, { body: { secret: "whsec_short" } }), 422, "invalid_field");
    await space.team.expect(204, "DELETE", `/v1/webhooks/${id}`);
  });

  test("a webhook that answers 410 is sent nothing more, and goes on where it was when it is turned on", async () => {
    const { to, id } = await hook();
    to.answer(410);
    await happen("comment_responder.reply.generated");
    const off = await until("it is off", async () => {
      const { items } = await space.team.get("/v1/webhooks");
      return items.find((item) => item.endpoint_id === id && !item.enabled);
    });
    assert.deepEqual([off.disabled_because, off.waiting], ["gone", 1]);
    const [row] = await log({ endpoint_id: id });
    assert.deepEqual([row.state, row.last_status, row.next_try_at], ["waiting", 410, null]);
    await happen("comment_responder.reply.sent");
    await space.team.settled();
    assert.equal(to.requests.length, 1);
    await space.team.expect(200, "PATCH", `/v1/webhooks/${id}`, { body: { enabled: true } });
    await until("it came", () => to.taken.length === 1);
    assert.deepEqual(named(to), ["comment_responder.reply.generated"]);
    await space.team.settled();
    await space.team.expect(204, "DELETE", `/v1/webhooks/${id}`);
  });

  test("a redirect is a failure, and its target is sent nothing", async () => {
    const target = await receiver();
    const { to, id } = await hook();
    to.redirect = target.url;
    await happen("comment_responder.reply.generated");
    const row = await until("it failed", async () => (await log({ endpoint_id: id })).find((r) => r.attempts > 0));
    assert.deepEqual([row.state, row.last_failure, row.last_status], ["waiting", "status", 307]);
    assert.ok(row.next_try_at > row.last_attempt_at && row.next_try_at <= row.last_attempt_at + 2_000);
    to.redirect = undefined;
    await until("it came", () => to.taken.length === 1, RESENT_MS);
    assert.equal(target.requests.length, 0);
    await space.team.settled();
    await space.team.expect(204, "DELETE", `/v1/webhooks/${id}`);
  });

  test("what is no webhook is refused", async () => {
    for (const body of [
      { url: "http://shop.example/hook" },
      { url: "ftp://shop.example/hook" },
      { url: "https://user:password@shop.example/hook" },
      { url: `https://shop.example/${"x".repeat(2_000)}` },
      { url: "https://shop.example/hook", secret: "whsec_AAAA" },
      { url: "https://shop.example/hook", names: ["no.such.event"] },
    ]) {
      assertProblem(await space.team.send("POST", "/v1/webhooks", { body }), 422, "invalid_field");
    }
    const none = `/v1/webhooks/wh_${"0".repeat(26)}`;
    for (const [method, path, body] of [
      ["PATCH", none, {}], ["DELETE", none, undefined], ["POST", `${none}/secret`, {}],
    ]) {
      assertProblem(await space.team.send(method, path, { body }), 404, "not_found");
    }
    const other = await workspace(worker);
    const { id } = await hook({}, other);
    assertProblem(await space.team.send("DELETE", `/v1/webhooks/${id}`), 404, "not_found");
  });

  test("the log and Workers Analytics Engine get each event once, in order", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "I'm Wanda, wanda@example.com. Thank you so much, that works!");
    await talk.visitor.act(talk.id, "close");
    await space.team.classified(talk.id);
    const stored = (await space.team.all("/v1/events", 500)).map((item) => item.event);
    const points = await until("all are there", async () => {
      const found = await worker.behind({ points: "" });
      const own = found.filter((point) => point.indexes[0] === space.id);
      return own.length === stored.length && own;
    });
    assert.deepEqual(points.map((point) => point.blobs[1]), stored.map((event) => event.id));
    for (const [n, event] of stored.entries()) {
      const { indexes, blobs, doubles } = points[n];
      assert.deepEqual([indexes.length, blobs.length, doubles.length], [1, 20, 2]);
      assert.equal(`askwell.${blobs[0]}`, event.type);
      assert.deepEqual([blobs[3], blobs[4], blobs[8]], [
        event.subject ?? "", event.data.channel_type ?? "", event.data.signal_type ?? "",
      ]);
      assert.equal(doubles[0], Date.parse(event.time));
    }
    const lines = worker.log.split("\n").filter((line) => line.startsWith('{"') && line.includes('"specversion"'));
    const logged = lines.map((line) => JSON.parse(line)).filter((event) => event.data.workspace_id === space.id);
    assert.deepEqual(logged, stored);
    assert.ok(!worker.log.includes("wanda@example.com"));
  });
});
