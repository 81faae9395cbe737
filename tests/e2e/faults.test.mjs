// What a queue, a store or an object fails to do is done later, and nothing else waits for it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { visit } from "../support/api.mjs";
import { day, instant } from "../support/days.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { RESENT_MS, until } from "../support/until.mjs";

/** That a document can be read by nobody without the customer's key, and names that. */
function assertSealed(document, customer, secrets) {
  const [header, wrapped, nonce, text, tag] = document.sealed.split(".");
  const { alg, enc, kid } = JSON.parse(Buffer.from(header, "base64url"));
  assert.deepEqual([alg, enc, kid, wrapped], ["dir", "A256GCM", customer, ""]);
  assert.deepEqual([nonce, tag].map((part) => Buffer.from(part, "base64url").length), [12, 16]);
  const raw = `${JSON.stringify(document)}${Buffer.from(text, "base64url").toString("latin1")}`.toLowerCase();
  for (const secret of secrets) assert.ok(!raw.includes(secret), `it shows “${secret}”`);
}

describe("failures inside", () => {
  let worker, receiver, space;

  before(async () => {
    ({ worker, receiver, space } = await setUp({ receiver: true, faultDoor: true }));
  });
  after(() => tearDown({ worker, receiver }));

  async function chat(text = "I'm Wanda, wanda@example.com. Thank you so much, that works!") {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, text);
    await talk.visitor.act(talk.id, "close");
    return talk;
  }

  const failed = (point) => worker.behind({ point });
  const delivered = () =>
    until("every event is delivered", async () => {
      const { events, events_undelivered } = await space.team.overview();
      const recorded = Object.values(events).reduce((sum, n) => sum + n, 0);
      return events_undelivered === 0 && receiver.events.length === recorded;
    }, RESENT_MS);

  test("a closing gets through when its queue fails", async () => {
    await worker.fail("CLOSED.send");
    const talk = await chat();
    const detail = await space.team.classified(talk.id, 1, RESENT_MS);
    assert.equal(detail.status, "completed");
    assert.equal((await failed("CLOSED.send")).length, 1, "it did fail");
  });

  test("a closing gets through when the ledger fails", async () => {
    await worker.fail("WORKSPACE.conversations.register");
    await worker.fail("WORKSPACE.record", 2);
    const talk = await chat();
    await space.team.classified(talk.id, 1, RESENT_MS);
    assert.equal((await failed("WORKSPACE.record")).length, 2, "it did fail");
    await until("the list was told after a failure", async () => (await failed("WORKSPACE.conversations.register")).length === 1);
    assert.equal((await space.team.settled()).dead_letters, 0);
  });

  test("a closing is recorded once when its confirmation fails", async () => {
    await worker.fail("CONVERSATION.confirm");
    const talk = await chat();
    await space.team.classified(talk.id, 1, RESENT_MS);
    await until("the confirmation fails and comes again", async () => {
      const { status, json } = await space.team.send("GET", `/v1/conversations/${talk.id}`);
      return (await failed("CONVERSATION.confirm")).length === 1 && status === 200 && json.revision === 1;
    });
    const { customer_id } = await space.team.conversation(talk.id);
    const customer = await space.team.get(`/v1/customers/${customer_id}`);
    const own = (await space.team.all("/v1/conversations")).filter((c) => c.customer_id === customer_id);
    assert.equal(customer.conversations, own.length);
  });

  test("events get through when their queue fails", async () => {
    await worker.fail("EVENTS.sendBatch", 2);
    const talk = await chat();
    await space.team.classified(talk.id, 1, RESENT_MS);
    await delivered();
    assert.equal((await failed("EVENTS.sendBatch")).length, 2, "it did fail");
    assert.ok(receiver.events.some((event) => event.subject === talk.id));
    receiver.assertSound();
  });

  test("events get through when the ledger cannot confirm them", async () => {
    await worker.fail("WORKSPACE.lanes.report", 2);
    await worker.fail("WORKSPACE.lanes.take", 1);
    await chat().then((talk) => space.team.classified(talk.id, 1, RESENT_MS));
    await delivered();
    assert.equal((await failed("WORKSPACE.lanes.report")).length, 2, "it did fail");
    receiver.assertSound();
  });

  test("a document that cannot be written is tried again with growing pauses, and holds up no other", async () => {
    await space.team.settled();
    await worker.fail("DOCUMENTS.put", 1_000, "transcript/");
    const talk = await chat("It's Yoko, yoko@example.net, thanks!");
    const { customer_id } = await space.team.classified(talk.id);
    const customer = `customer/${space.id}/${customer_id}`;
    const documents = await until("the customer's document is there", async () => {
      const found = await worker.behind({ prefix: customer });
      return found[customer] && found;
    });
    assertSealed(documents[customer], customer_id, ["yoko"]);
    const times = await until("it was tried three times", async () => {
      const found = await failed("DOCUMENTS.put");
      return found.length >= 3 && found;
    });
    const pauses = [times[1] - times[0], times[2] - times[1]];
    assert.ok(pauses[0] >= 1_900 && pauses[1] >= 3_900, `pauses of ${pauses} ms`);
    assert.equal((await space.team.overview()).outbox, 1, "all else is written");
    await worker.fail("DOCUMENTS.put", 0);
    await space.team.settled();
    const transcript = `transcript/${space.id}/${talk.id}`;
    const written = (await worker.behind({ prefix: transcript }))[transcript];
    assertSealed(written, customer_id, ["yoko", "thanks"]);
  });

  test("every document bears the version of its form", async () => {
    await space.team.settled();
    for (const kind of ["workspace", "customer", "visitor", "transcript"]) {
      const found = Object.entries(await worker.behind({ prefix: `${kind}/` }));
      assert.ok(found.length > 0, `no ${kind} documents`);
      for (const [key, value] of found) assert.equal(value.version, 1, key);
    }
  });

  test("a day whose sealing is interrupted is sealed to the same bytes by the next try", async () => {
    const date = day(-3);
    const at = instant(date, "10:00:00");
    const { conversation_id: id } = await space.team.open({ recorded: true });
    await space.team.say(id, "Do you ship to Oslo?", { role: "customer", at });
    await space.team.act(id, "close", { at: at + 1000 });
    await space.team.classified(id);
    const get = () => space.team.send("GET", `/v1/exports/${date}`);
    const object = `${space.id}/${date}.json`;

    await worker.fail("EXPORTS.put", 1, ".manifest.json");
    assert.equal((await get()).status, 500, "the manifest could not be written");
    const first = await worker.behind({ object });
    assert.ok(first.length > 0, "the file is there without its manifest");
    assert.equal((await space.team.all("/v1/exports")).find((e) => e.day === date).sealed_at, null);

    await worker.fail("EXPORTS.put", 1, ".manifest.json");
    await fetch(`${worker.url}/fault-door?${new URLSearchParams({ object })}`, { method: "DELETE" });
    assert.equal((await get()).status, 500);
    assert.deepEqual(await worker.behind({ object }), first, "written anew, the same bytes");

    const sealed = await get();
    assert.equal(sealed.status, 200);
    assert.deepEqual(sealed.bytes, first);
    const manifest = JSON.parse(await worker.behind({ object: object.replace(".json", ".manifest.json") }));
    assert.equal(manifest.sha256, createHash("sha256").update(first).digest("hex"));
    assert.deepEqual([manifest.bytes, manifest.rows], [first.length, 1]);
  });

  test("a day that cannot be sealed holds up no other, says why, and is sealed by the next round", async () => {
    const [bad, good] = [day(-4), day(-3)];
    for (const date of [bad, good]) {
      const { conversation_id: id } = await space.team.open({ recorded: true });
      const at = instant(date, "12:00:00");
      await space.team.say(id, "Do you ship to Bergen?", { role: "customer", at });
      await space.team.act(id, "close", { at: at + 1000 });
      await space.team.classified(id);
    }
    const entry = async (date) => (await space.team.all("/v1/exports")).find((e) => e.day === date);
    await worker.fail("EXPORTS.put", 2, bad);
    await worker.cron();
    await worker.cron();
    assert.ok((await entry(good)).sealed_at, "the later day is sealed");
    const failed = await entry(bad);
    assert.deepEqual([failed.sealed_at, failed.conversations], [null, 1]);
    assert.deepEqual([failed.problem.code, failed.problem.attempts], ["internal", 2]);
    assert.equal((await space.team.overview()).exports_failed, 1);
    assert.ok(worker.log.includes(`${bad} of ${space.id} could not be sealed`), "the operator is told");
    await worker.cron();
    const mended = await entry(bad);
    assert.ok(mended.sealed_at && mended.problem === null);
    assert.equal((await space.team.overview()).exports_failed, 0);
  });

  test("a sealed day that is missing from the bucket is made again with the same bytes", async () => {
    const date = day(-3);
    const remove = (object) =>
      fetch(`${worker.url}/fault-door?${new URLSearchParams({ object })}`, { method: "DELETE" });
    for (const [path, name] of [["", "json"], ["/manifest", "manifest.json"], ["?form=ndjson", "ndjson"]]) {
      const get = () => space.team.send("GET", `/v1/exports/${date}${path}`);
      const before = await get();
      assert.equal(before.status, 200);
      await remove(`${space.id}/${date}.${name}`);
      const after = await get();
      assert.deepEqual([after.status, after.bytes], [200, before.bytes], name);
      assert.equal(after.headers.get("etag"), before.headers.get("etag"));
    }
    await remove(`${space.id}/${date}.json`);
    const { metrics } = await space.team.get(`/v1/exports/metrics?first=${date}&last=${date}`);
    assert.ok(metrics, "whoever counts has it made again as well");
  });
});
