// What is handed over of a person is everything, and who has read it is noted.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { visit, workspace } from "../support/api.mjs";
import { until } from "../support/until.mjs";
import { Worker } from "../support/worker.mjs";

describe("what is kept of one person", () => {
  let worker, space, talk, open, customer;

  before(async () => {
    worker = await Worker.start();
    space = await workspace(worker);
    const other = await visit(space);
    await other.visitor.say(other.id, "I am Li, li@example.com. My parcel is late.");
    await other.visitor.act(other.id, "close");
    await space.team.classified(other.id);
    talk = await visit(space);
    await talk.visitor.say(talk.id, "I am Noor Haddad, noor@example.com. The kettle arrived broken.");
    await talk.visitor.act(talk.id, "close");
    customer = (await space.team.classified(talk.id)).customer_id;
    open = await visit(space, { visitor_token: talk.opened.visitor_token });
    await open.visitor.say(open.id, "And where is my teapot?");
    await space.team.listed(open.id);
  });
  after(() => worker?.stop());

  const accesses = async (path = `/v1/customers/${customer}/accesses`) => {
    const answer = await space.team.get(path);
    return (answer.items ?? answer).map(({ what, conversation_id, customer_id, filters, rows }) =>
      ({ what, conversation_id, customer_id, filters, rows }));
  };
  const entry = (more) => ({ what: "conversation", conversation_id: null, customer_id: customer, filters: [], rows: null, ...more });

  test("is in the package, also what is being said", async () => {
    const body = { add: ["vip"], remove: [] };
    await space.team.expect(200, "POST", `/v1/conversations/${talk.id}/tags`, { body });
    await space.team.expect([200, 204], "PUT", `/v1/conversations/${talk.id}/feedback`, { body: { good: true, text: "well done" } });
    const seen = (await accesses()).length;
    const everything = await space.team.get(`/v1/customers/${customer}/package`);
    assert.deepEqual(everything.conversations.map((c) => c.conversation_id), [talk.id, open.id]);
    const said = everything.conversations.map((c) => c.transcript.map((message) => message.text).join("\n"));
    assert.match(said[0], /kettle arrived broken/);
    assert.match(said[1], /where is my teapot/);
    const { records } = everything;
    assert.deepEqual(records.tags.map(({ subject, tag }) => [subject, tag]), [[talk.id, "vip"]]);
    assert.deepEqual(records.feedback.map(({ text, good }) => [text, good]), [["well done", 1]]);
    assert.ok(records.revisions.every((row) => row.conversation_id === talk.id));
    assert.equal(records.accesses.length, seen + 1, "also that it is taken now");
    assert.ok(!JSON.stringify(everything).includes("li@example.com"));
  });

  test("is noted when it is read, once for whoever goes on reading", async () => {
    const before = await accesses();
    for (let n = 0; n < 3; n += 1) await space.team.messages(open.id);
    await talk.visitor.messages(talk.id);
    const after = await accesses();
    assert.deepEqual(after.slice(0, after.length - before.length), [entry({ conversation_id: open.id })]);
    assert.ok(after.some((look) => look.what === "package"));
    assert.ok(after.some((look) => look.conversation_id === talk.id), "it was read to be awaited");
  });

  test("is noted when it goes out in a file of many", async () => {
    const csv = await space.team.send("GET", "/v1/customers.csv");
    assert.equal(csv.status, 200);
    const search = { text: "noor", missing: ["phone"] };
    await space.team.send("POST", "/v1/customers.csv", { body: search });
    const exports = (await accesses("/v1/accesses")).filter((look) => look.what === "export");
    assert.deepEqual(exports, [
      entry({ what: "export", customer_id: null, filters: ["text", "missing=phone"], rows: 1 }),
      entry({ what: "export", customer_id: null, rows: 2 }),
    ]);
    assert.ok(!JSON.stringify(await space.team.get("/v1/accesses")).includes("noor"));
  });

  test("is gone with the person, who has looked included", async () => {
    await space.team.expect(200, "DELETE", `/v1/customers/${customer}`);
    await until("all copies are gone", async () =>
      (await space.team.get("/v1/erasures")).every((receipt) => receipt.pending === 0));
    assert.ok((await accesses("/v1/accesses")).every((look) => look.customer_id !== customer));
  });
});
