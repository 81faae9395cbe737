// What the other tests judge by must itself be able to say no.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { shortfall } from "../support/cases.mjs";
import { parseCsv } from "../support/csv.mjs";
import { Receiver } from "../support/receiver.mjs";

test("what is expected may be less than what came, but nothing may differ", () => {
  const actual = { id: "a", found: [{ kind: "name", value: "Mike", start: 4 }], ask: {} };
  for (const expected of [{}, { id: "a" }, { found: [{ value: "Mike" }] }, { ask: {} }]) {
    assert.equal(shortfall(expected, actual), undefined);
  }
  for (const expected of [
    { id: "b" },
    { found: [] },
    { found: [{ value: "Mike" }, {}] },
    { found: {} },
    { ask: [] },
    { missing: null },
    { id: null },
    { found: [{ start: "4" }] },
    { toString: {} },
  ]) {
    assert.ok(shortfall(expected, actual), JSON.stringify(expected));
  }
});

test("CSV is read with quotes, commas and line breaks inside cells", () => {
  assert.deepEqual(parseCsv('a,b\r\n"x ""y"", z","1\n2"\r\n,\r\n'), [
    ["a", "b"],
    ['x "y", z', "1\n2"],
    ["", ""],
  ]);
});

describe("the receiver", () => {
  let receiver;
  before(async () => {
    receiver = await Receiver.start();
  });
  after(() => receiver.stop());

  const event = { specversion: "1.0", id: "ev_1", source: "/workspaces/a", type: "askwell.a" };

  async function post(body, { secret = receiver.secret, at = new Date(), headers = {} } = {}) {
    const text = JSON.stringify(body);
    const answer = await fetch(receiver.url, {
      method: "POST",
      body: text,
      headers: {
        "content-type": "application/cloudevents+json",
        "webhook-id": "ev_1",
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": new Webhook(secret).sign("ev_1", at, text),
        ...headers,
      },
    });
    return answer.status;
  }

  test("takes a well-signed event", async () => {
    assert.equal(await post(event), 204);
    receiver.assertSound();
    assert.deepEqual(receiver.events, [event]);
  });

  test("says no to everything else", async () => {
    const other = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
    assert.equal(await post(event, { secret: other }), 400);
    assert.equal(await post(event, { at: new Date(Date.now() - 3_600_000) }), 400);
    assert.equal(await post(event, { headers: { "content-type": "application/json" } }), 400);
    assert.equal(await post({ ...event, specversion: "0.3" }), 400);
    assert.equal(await post({ ...event, type: "" }), 400);
    assert.equal(await post({ ...event, org_id: "a" }), 400, "attribute names have no underscore");
    assert.throws(() => receiver.assertSound());
    assert.equal(receiver.events.length, 1);
  });

  test("fails when it is told to", async () => {
    receiver.fail(1, 503);
    assert.equal(await post(event), 503);
    receiver.fail(1, 0);
    await assert.rejects(post(event));
    assert.equal(await post(event), 204);
  });
});
