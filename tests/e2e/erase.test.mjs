// Who is erased is gone: from every row of every store at once, and from the files as far as the platform's
// SQLite lets anybody see to it. What docs/privacy.md says of the rest is tested here as well.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { assertProblem, visit, workspace } from "../support/api.mjs";
import { until } from "../support/until.mjs";
import { Worker } from "../support/worker.mjs";

const PERSON = ["zacharina", "quillfeather", "zq.quill@example.com", "2025550187", "xylophone", "turquoise-axolotl"];
/** The files of an object; beside them stands one of the runtime's own. */
const OBJECT = /askwell-(Workspace|Conversation).[0-9a-f]{64}\.sqlite$/;
const LEDGER = /askwell-Workspace.[0-9a-f]{64}\.sqlite(-wal|-shm)?$/;
/** The runtime closes an object's files some seconds after its last request and alarm. */
const IDLE_MS = 90_000;

const holds = (text) => PERSON.filter((word) => text.toLowerCase().includes(word));

describe("an erased customer", () => {
  let worker, space, talk, open, queued, customer;

  before(async () => {
    worker = await Worker.start();
    space = await workspace(worker);
  });
  after(() => worker?.stop());

  const note = { text: "Zacharina collects turquoise-axolotl figures" };
  const noted = (body) =>
    space.team.send("POST", `/v1/customers/${customer}/notes`, { body, headers: { "idempotency-key": "note-1" } });

  /** The files of all stores, by path. An object may close its own meanwhile. */
  function files() {
    const paths = readdirSync(worker.state, { recursive: true, withFileTypes: true });
    return paths.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  }

  /** The files whose bytes hold anything of the person. */
  function found() {
    return files().filter((path) => {
      try {
        return holds(readFileSync(path).toString("latin1")).length > 0;
      } catch (error) {
        if (error.code === "ENOENT") return false;
        throw error;
      }
    });
  }

  /** What any row of any table of the closed files holds of the person. */
  function rows() {
    const hits = [];
    let tables = 0;
    for (const path of files().filter((path) => OBJECT.test(path))) {
      const store = new DatabaseSync(path, { readOnly: true, readBigInts: true });
      for (const { name } of store.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()) {
        tables += 1;
        for (const row of store.prepare(`SELECT * FROM "${name}"`).all()) {
          const text = Object.values(row).map((value) =>
            value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value)).join("\n");
          hits.push(...holds(text).map((word) => `${name}: ${word}`));
        }
      }
      store.close();
    }
    assert.ok(tables > 50, `only ${tables} tables were read`);
    return [...new Set(hits)];
  }

  test("was in the stores, so that there is something to look for", async () => {
    for (let n = 0; n < 4; n += 1) {
      const other = await visit(space);
      await other.visitor.say(other.id, `I am Other Person, other-${n}@example.com. My parcel is late.`);
      await other.visitor.act(other.id, "close");
      await space.team.classified(other.id);
    }
    talk = await visit(space);
    await talk.visitor.say(talk.id, "I'm Zacharina Quillfeather, zq.quill@example.com, +1 202 555 0187. The xylophone arrived broken.");
    await talk.visitor.act(talk.id, "close");
    customer = (await space.team.classified(talk.id)).customer_id;
    // Another page of the same browser, where they go on to talk.
    open = await visit(space, { visitor_token: talk.opened.visitor_token });
    await open.visitor.say(open.id, "Zacharina again, zq.quill@example.com: where is my new xylophone?");
    await space.team.listed(open.id);
    const written = await noted(note);
    assert.equal(written.status, 201);
    assert.equal((await noted(note)).text, written.text, "the answer is kept, in case it got lost");
    await space.team.settled();
    assert.deepEqual((await space.team.customers("zq.quill@example.com")).items.map((c) => c.customer_id), [customer]);
    const paths = found();
    assert.ok(paths.some((path) => LEDGER.test(path)), "the ledger's files hold the person");
    assert.ok(paths.some((path) => /Conversation/.test(path)), "so do the conversation's");
    assert.deepEqual(holds(JSON.stringify(await space.team.messages(open.id))), ["zacharina", "zq.quill@example.com", "xylophone"]);
  });

  test("leaves no byte in any file but the ledger's", async () => {
    // One whose closing is on its way, and one that has hardly begun: the ledger may not have heard of it.
    queued = await visit(space, { visitor_token: talk.opened.visitor_token });
    await queued.visitor.say(queued.id, "Zacharina Quillfeather here, +1 202 555 0187, zq.quill@example.com.");
    await queued.visitor.act(queued.id, "close");
    const begun = await visit(space, { visitor_token: talk.opened.visitor_token });
    await begun.visitor.say(begun.id, "And Zacharina once more, zq.quill@example.com");
    const { erasure } = await space.team.expect(200, "DELETE", `/v1/customers/${customer}`);
    assert.ok([talk, open].every(({ id }) => erasure.conversation_ids.includes(id)), "it says that the open one went as well");
    for (const { id, visitor } of [open, queued, begun]) {
      await until("its object is empty", async () => (await visitor.send("GET", `/v1/conversations/${id}/messages`)).status === 410);
      assertProblem(await visitor.send("POST", `/v1/conversations/${id}/messages`, { body: { id: "more", text: "I am Zacharina" } }), 410, "gone");
      assertProblem(await space.team.send("GET", `/v1/conversations/${id}`), 410, "gone");
    }
    await until("all copies are gone", async () =>
      (await space.team.get("/v1/erasures")).every((receipt) => receipt.pending === 0));
    assert.deepEqual(found().filter((path) => !LEDGER.test(path)), []);
    assert.deepEqual(holds(worker.log), []);
    assertProblem(await space.team.send("GET", `/v1/customers/${customer}`), 410, "gone");
    const again = await noted(note);
    assertProblem(again, 409, "already_done");
    assert.deepEqual(holds(again.text), []);
    assertProblem(await talk.visitor.send("POST", `/v1/conversations/${talk.id}/messages`, { body: { id: "late", text: "Hello?" } }), 410, "gone");
  });

  test("stands in no row, and once the ledger has been idle in no journal", async () => {
    await until("the ledger's files are closed", () => !files().some((path) => LEDGER.test(path) && path.endsWith("-wal")), IDLE_MS);
    assert.deepEqual(rows(), []);
  });

  test("begins anew with the same token", async () => {
    const anew = await visit(space, { visitor_token: talk.opened.visitor_token });
    assert.equal(anew.opened.visitor_id, talk.opened.visitor_id);
    await anew.visitor.say(anew.id, "Is anybody there?");
    await anew.visitor.act(anew.id, "close");
    const closed = await space.team.classified(anew.id);
    assert.ok(closed.customer_id && closed.customer_id !== customer);
    await space.team.expect(200, "DELETE", `/v1/customers/${closed.customer_id}`);
  });

  test("stays away after a restart", async () => {
    await worker.restart();
    assert.deepEqual((await space.team.customers("zq.quill@example.com")).items, []);
    for (const text of ["zacharina", "quillf", "5550187", "axolotl"]) {
      const { items } = await space.team.expect(200, "POST", "/v1/customers/search", { body: { text } });
      assert.deepEqual(items, [], text);
    }
    assert.equal((await space.team.all("/v1/customers")).length, 4);
    await worker.halt();
    assert.deepEqual(rows(), []);
    assert.deepEqual(found().filter((path) => !LEDGER.test(path)), []);
  });
});
