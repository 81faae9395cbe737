// What is neither said nor done: corrections of what was noted, who is writing, and what was seen.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, visit, workspace } from "../support/api.mjs";
import { Socket } from "../support/socket.mjs";
import { sharedWorker } from "../support/shared.mjs";

describe("what was noted, and who is there", () => {
  let worker, space;

  before(async () => {
    worker = await sharedWorker();
    space = await workspace(worker);
  });
  after(() => worker?.stop());

  const post = (client, id, what, body) => client.send("POST", `/v1/conversations/${id}/${what}`, { body });
  const valueOf = (facts, kind) => facts[kind]?.value;

  test("the visitor corrects and removes, and the customer is what they left standing", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "I'm Sunniva Lund, sunniva@example.com, +44 20 7946 0958");
    const corrected = await post(talk.visitor, talk.id, "facts", { field: "email", value: "Sunniva.Lund@example.com" });
    assert.equal(corrected.status, 200, corrected.text);
    assert.equal(corrected.json.messages, 1);
    assert.equal(valueOf(corrected.json.session.facts, "email"), "sunniva.lund@example.com");
    for (let i = 0; i < 2; i += 1) {
      const removed = await post(talk.visitor, talk.id, "facts", { field: "phone", value: null });
      assert.equal(removed.status, 200, "twice is the same");
      assert.equal(removed.json.session.facts.phone, undefined);
    }
    const reopened = await space.team.get(`/v1/conversations/${talk.id}`);
    assert.equal(valueOf(reopened.facts, "name"), "Sunniva Lund");
    await talk.visitor.act(talk.id, "close");
    await space.team.classified(talk.id);
    const { items } = await space.team.customers("sunniva.lund@example.com");
    assert.deepEqual(items.map(({ name, phone }) => [name, phone]), [["Sunniva Lund", null]]);
    const old = await space.team.customers("sunniva@example.com");
    assert.deepEqual(old.items, []);
    assertProblem(await post(talk.visitor, talk.id, "facts", { field: "email", value: null }), 409, "conversation_closed");
  });

  test("what is removed is not asked for again", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "My e-mail is tiril@example.com");
    await post(talk.visitor, talk.id, "facts", { field: "email", value: null });
    for (const text of ["Could you send me the brochure?", "And the price list?", "Please mail me the invoice too"]) {
      const { ask } = await talk.visitor.say(talk.id, text);
      assert.notEqual(ask?.field, "email");
    }
  });

  test("bad corrections change nothing", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "My e-mail is vigdis@example.com");
    for (const [body, code] of [
      [{ field: "email", value: "nonsense" }, "invalid_field"],
      [{ field: "age", value: "4" }, "invalid_field"],
      [{ field: "email", value: "a@example.com", note: "x" }, "unknown_field"],
    ]) {
      assertProblem(await post(talk.visitor, talk.id, "facts", body), 422, code);
    }
    const other = await visit(space);
    assertProblem(await post(other.visitor, talk.id, "facts", { field: "email", value: null }), 403, "forbidden");
    assertProblem(await post(talk.visitor.as("vt_nobody"), talk.id, "facts", { field: "email", value: null }), 401, "unauthorized");
    assert.equal(valueOf((await space.team.get(`/v1/conversations/${talk.id}`)).facts, "email"), "vigdis@example.com");
  });

  test("both sides hear who writes and what was seen, and a page without a socket reads it", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "Is anybody there?");
    const socket = await Socket.open(worker, talk.id, talk.visitor.key);
    const presence = (role, check) => (frame) => frame.type === "presence" && frame.role === role && check(frame);
    await post(space.team, talk.id, "presence", { typing: true, read: 0 });
    const heard = await socket.next("the team writes", presence("agent", (f) => f.typing));
    assert.deepEqual(heard.read, { customer: null, agent: 0 });
    await space.team.say(talk.id, "Yes, Ragna here.");
    socket.send({ type: "presence", read: 1 });
    const seen = await socket.next("the visitor has seen it", presence("customer", (f) => f.read.customer === 1));
    assert.equal(seen.typing, false);
    await post(space.team, talk.id, "presence", { read: 99 });
    const clamped = await socket.next("no further than there are messages", presence("agent", (f) => f.read.agent === 1));
    assert.equal(clamped.read.customer, 1);
    await post(talk.visitor, talk.id, "presence", { read: 0 });
    const page = await talk.visitor.messages(talk.id);
    assert.deepEqual(page.read, { customer: 1, agent: 1 }, "never back");
    socket.send({ type: "presence", read: "all" });
    await socket.next("nonsense is refused", (f) => f.type === "problem" && f.problem.code === "invalid_field");
    socket.close();
    const other = await visit(space);
    assertProblem(await post(other.visitor, talk.id, "presence", { typing: true }), 403, "forbidden");
  });
});
