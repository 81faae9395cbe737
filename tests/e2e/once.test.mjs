// What the team sends again under the same `Idempotency-Key` is done once, whatever it is and whatever happened
// to the first.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { ApiDocument, address, members } from "../support/api-document.mjs";
import { assertProblem, Client, visit, workspace } from "../support/api.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { held } from "../support/talk.mjs";

const MANY = 20;

describe("a request under an idempotency key", () => {
  let worker, space, document;
  const ids = {};

  before(async () => {
    worker = await sharedWorker();
    space = await workspace(worker);
    document = await ApiDocument.of(worker);
    const email = "nora@example.com";
    const [first, second, other] = [
      await held(space, [`I'm Nora, ${email}`], "close", { visitor_ref: "nora" }),
      await held(space, ["It's me again"], "close", { visitor_ref: "nora" }),
      await held(space, ["I'm Finn, finn@example.com"]),
    ];
    const customer = async (id) => (await space.team.conversation(id)).customer_id;
    Object.assign(ids, {
      conversation_id: first, second, customer_id: await customer(first), other: await customer(other),
      field_id: (await space.team.get("/v1/fields")).fields[0].id,
    });
  });
  after(() => worker?.stop());

  const send = (path, body, key, who = space.team) =>
    who.send("POST", path, { body, headers: { "idempotency-key": key } });

  const article = (title) => ({ title, body: "We are open from nine to five." });
  const items = (path) => async () => (await space.team.get(path)).items.length;
  const links = async () => (await space.team.get(`/v1/customers/${ids.customer_id}/links`)).length;

  /** How many there are of what each request makes; two of the same body would be two. `secret` names what is shown once. */
  const MAKES = {
    "/v1/articles": { body: () => article("Hours"), count: items("/v1/articles") },
    "/v1/automations": { body: () => ({ name: "Mark", on: "closed", then: [{ do: "tag", tag: "seen" }] }), count: items("/v1/automations") },
    "/v1/backfills": { body: () => ({ field_ids: [ids.field_id] }), count: async () => (await space.team.get("/v1/backfills")).backfills.length },
    "/v1/channels": { body: () => ({ name: "Operator", connection: { kind: "phone" } }), count: items("/v1/channels") },
    "/v1/fields": {
      body: () => ({ name: "Matter", prompt: "What is it about?", possible_values: ["yes", "no"] }),
      count: async () => (await space.team.get("/v1/fields/details")).fields.length,
    },
    "/v1/customers/{customer_id}/notes": {
      body: () => ({ text: "Likes kites" }),
      count: async () => (await space.team.get(`/v1/customers/${ids.customer_id}`)).notes.length,
    },
    "/v1/conversations/{conversation_id}/notes": {
      body: () => ({ text: "Called back" }),
      count: async () => (await space.team.get(`/v1/conversations/${ids.conversation_id}/marks`)).notes.length,
    },
    "/v1/customers/{customer_id}/split": { body: () => ({ conversation_ids: [ids.second] }), count: links },
    "/v1/customers/{customer_id}/merge": { body: () => ({ customer_id: ids.other }), count: links },
    "/v1/keys": { body: () => ({ name: "Till", kind: "secret", scopes: [] }), count: items("/v1/keys"), secret: "key_id" },
    "/v1/members": { body: () => ({ name: "Ada", email: "ada@example.com", role: "agent" }), count: items("/v1/members"), secret: "member_id" },
    "/v1/webhooks": { body: () => ({ url: "https://hooks.example/in" }), count: items("/v1/webhooks"), secret: "endpoint_id" },
  };

  for (const [path, { body, count, secret }] of Object.entries(MAKES)) {
    test(`POST ${path} twice makes one`, async () => {
      const before = await count();
      const key = randomUUID();
      const [first, again] = [
        await send(address(path, ids), body(), key),
        await send(address(path, ids), body(), key),
      ];
      assert.ok([200, 201].includes(first.status), first.text);
      assert.equal(await count(), before + 1);
      if (secret) {
        const { detail } = assertProblem(again, 409, "already_done");
        assert.ok(detail.includes(first.json[secret]), detail);
        const hidden = Object.entries(first.json).filter(([name]) => /key$|secret$/.test(name));
        assert.ok(hidden.length > 0 && hidden.every(([, value]) => !again.text.includes(value)));
        return;
      }
      for (const name of ["content-type", "etag", "location", "cache-control"]) {
        assert.equal(again.headers.get(name), first.headers.get(name), name);
      }
      assert.deepEqual([again.status, again.text], [first.status, first.text]);
      const other = { ...body(), colour: 1 };
      assertProblem(await send(address(path, ids), other, key), 409, "idempotency_conflict");
    });
  }

  test("whatever it is that the document says takes a key, is answered again, or was refused", async () => {
    const keyed = document.operations().filter(({ method, operation }) =>
      method === "POST" && operation.parameters?.some((p) => p.name === "Idempotency-Key" && /24 hours/.test(p.description)));
    const names = keyed.map(({ id }) => id);
    assert.ok(names.length >= 40, `${names.length} operations`);
    for (const id of ["customers.search", "preview.detect", "fields.lint", "workspaces.create", "session.create", "conversations.open"]) {
      assert.ok(!names.includes(id), id);
    }
    const own = await workspace(worker);
    const values = { conversation_id: await held(own, ["I'm Nora, nora@example.com"]), action: "customer-enrichment" };
    values.customer_id = (await own.team.conversation(values.conversation_id)).customer_id;
    values.field_id = (await own.team.get("/v1/fields")).fields[0].id;
    // Of what there is none here, and what is refused so, there is nothing to find.
    const none = ["au", "ch", "ev", "ka", "kg", "ky", "us", "vi", "wh"].map((kind) => `${kind}_${"0".repeat(26)}`);
    const known = [...Object.values(values), ...none, "2020-01-01", "shop", "GB"];
    const seen = { done: [], refused: [] };
    for (const { id, path, operation } of keyed) {
      const schema = document.body(operation);
      const body = schema && document.sample(schema, known);
      const key = randomUUID();
      const first = await send(address(path, values), body, key, own.team);
      const again = await send(address(path, values), body, key, own.team);
      if (first.status >= 300) {
        assert.deepEqual([again.status, again.json?.code], [first.status, first.json?.code], id);
        seen.refused.push(id);
        continue;
      }
      seen.done.push(id);
      if (again.status === 409) assertProblem(again, 409, "already_done");
      else assert.deepEqual([again.status, again.text], [first.status, first.text], id);
    }
    assert.ok(seen.done.length >= 12, `done: ${seen.done}; refused: ${seen.refused}`);
  });

  test(`${MANY} times at once is done once`, async () => {
    const count = items("/v1/articles");
    const before = await count();
    const answers = await Promise.all(Array.from({ length: MANY }, () => send("/v1/articles", article("Rush"), "rush")));
    assert.equal(await count(), before + 1);
    const done = answers.filter((answer) => answer.status === 201);
    assert.ok(done.length >= 1);
    assert.equal(new Set(done.map((answer) => answer.text)).size, 1);
    for (const answer of answers.filter((answer) => answer.status !== 201)) {
      assertProblem(answer, 409, "request_in_progress");
      assert.equal(answer.headers.get("retry-after"), "1");
    }
    assert.equal((await send("/v1/articles", article("Rush"), "rush")).text, done[0].text);
  });

  test("is another one with another body, address or query, and another's with another sender", async () => {
    const path = `/v1/customers/${ids.customer_id}/notes`;
    const body = { text: "Mine" };
    const first = await send(path, body, "whose");
    assert.equal(first.status, 201, first.text);
    assertProblem(await send(path, { text: "Yours" }, "whose"), 409, "idempotency_conflict");
    assertProblem(await send(`/v1/conversations/${ids.conversation_id}/notes`, body, "whose"), 409, "idempotency_conflict");
    const people = await members(worker, space);
    const admin = new Client(worker);
    const theirs = () => admin.send("POST", path, { body, headers: { ...people.admin.headers, "idempotency-key": "whose" } });
    const [second, again] = [await theirs(), await theirs()];
    assert.deepEqual([second.status, again.text], [201, second.text]);
    assert.notEqual(second.json.id, first.json.id);
    const { notes } = await space.team.get(`/v1/customers/${ids.customer_id}`);
    assert.equal(notes.filter((note) => note.text === "Mine").length, 2);
  });

  test("that was refused has its key back", async () => {
    const count = items("/v1/articles");
    const before = await count();
    assertProblem(await send("/v1/articles", { title: "" }, "again"), 422, "invalid_field");
    assert.equal((await send("/v1/articles", article("Right"), "again")).status, 201);
    assert.equal(await count(), before + 1);
  });

  test("is read no further than a megabyte, and under no key that is none", async () => {
    const big = JSON.stringify({ ...article("Big"), body: "x".repeat(1_100_000) });
    const pieces = async function* () {
      for (let at = 0; at < big.length; at += 65_536) yield Buffer.from(big.slice(at, at + 65_536));
    };
    const headers = { "idempotency-key": "big" };
    for (const raw of [big, ReadableStream.from(pieces())]) {
      assertProblem(await space.team.send("POST", "/v1/articles", { raw, headers }), 413, "body_too_large");
    }
    for (const key of ["a b", "x".repeat(129)]) {
      assertProblem(await send("/v1/articles", article("None"), key), 422, "invalid_field");
    }
    assert.equal((await send("/v1/articles", article("Fits"), "big")).status, 201);
  });

  test("is nobody's who only looks, or is a visitor", async () => {
    for (const text of ["nora", "finn"]) {
      const { json } = await send("/v1/customers/search", { text }, "look");
      assert.equal(json.items.length, 1, text);
    }
    const talk = await visit(space);
    const path = `/v1/conversations/${talk.id}/messages`;
    for (const id of ["a", "b"]) {
      assert.equal((await send(path, { id, text: `Message ${id}` }, "said", talk.visitor)).status, 201);
    }
  });

  test("does not make a second secret where the first answer was lost", async () => {
    const { key_id: id } = await space.team.expect(201, "POST", "/v1/keys", { body: { name: "Old", kind: "secret", scopes: ["reports:read"] } });
    const path = `/v1/keys/${id}/regenerate`;
    const first = await send(path, undefined, "turn");
    assert.equal(first.status, 200, first.text);
    assertProblem(await send(path, undefined, "turn"), 409, "already_done");
    await space.team.as(first.json.key).expect(200, "GET", "/v1/overview");
    const secret = () => send("/v1/settings/identity/secret", {}, "identity");
    assert.equal((await secret()).status, 201);
    const { made_at } = await space.team.get("/v1/settings/identity");
    assert.doesNotMatch(assertProblem(await secret(), 409, "already_done").detail, /null|undefined/);
    assert.equal((await space.team.get("/v1/settings/identity")).made_at, made_at);
  });

  test("says that it was done, and no more, once anybody is erased", async () => {
    const id = await held(space, ["I'm Gus, gus@example.com"]);
    const { customer_id: gus } = await space.team.conversation(id);
    const path = `/v1/customers/${gus}/notes`;
    const first = await send(path, { text: "Gus has a quokka" }, "gone");
    assert.equal(first.status, 201);
    assert.match((await send(path, { text: "Gus has a quokka" }, "gone")).text, /quokka/);
    await space.team.expect(200, "DELETE", `/v1/customers/${gus}`);
    const again = await send(path, { text: "Gus has a quokka" }, "gone");
    assertProblem(again, 409, "already_done");
    assert.doesNotMatch(again.text, /quokka/);
  });
});
