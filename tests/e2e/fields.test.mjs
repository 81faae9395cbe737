// The owner's questions: put as a whole list, with ids and versions that history can rely on.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, visit } from "../support/api.mjs";
import { setUp, tearDown } from "../support/stage.mjs";

describe("fields", () => {
  let worker, space;

  before(async () => {
    ({ worker, space } = await setUp());
  });
  after(() => tearDown({ worker }));

  const get = async () => (await space.team.get("/v1/fields")).fields;
  const send = (fields) => space.team.send("PUT", "/v1/fields", { body: { fields } });
  const put = async (fields) => {
    const answer = await send(fields);
    assert.equal(answer.status, 200, answer.text);
    return answer.json.fields;
  };
  const fresh = (name, more = {}) => ({
    id: "",
    name,
    prompt: "Did the customer ask for a refund?",
    possible_values: ["yes", "no"],
    ...more,
  });

  test("are put, in their order, and read back", async () => {
    const before = await get();
    const after = await put([fresh("refund wanted"), ...before]);
    assert.deepEqual(after.map((f) => f.name), ["refund wanted", ...before.map((f) => f.name)]);
    assert.match(after[0].id, /^fd_/);
    assert.equal(after[0].version, 1);
    assert.deepEqual(after.slice(1), before, "what did not change stays as it was");
    assert.deepEqual(await get(), after);
    assert.deepEqual(await put(after), after, "putting the same list changes nothing");
  });

  test("that change keep their id and become a new version", async () => {
    const before = await get();
    const [first, ...rest] = before;
    const changed = { ...first, prompt: "Did the customer ask for their money back?" };
    const after = await put([...rest, changed]);
    assert.deepEqual(after.slice(0, -1), rest);
    const { id, version, prompt } = after.at(-1);
    assert.deepEqual([id, version, prompt], [first.id, first.version + 1, changed.prompt]);
  });

  test("that are put are answered from then on, and no others", async () => {
    const [only] = await put([(await get()).at(-1)]);
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "The lamp is broken, I want my money back, please refund me.");
    await talk.visitor.act(talk.id, "close");
    const { answers } = await space.team.classified(talk.id);
    assert.deepEqual(
      answers.map((a) => [a.field_id, a.field_version, a.field_name]),
      [[only.id, only.version, only.name]],
    );
    await space.team.settled();
  });

  test("that are taken away are put no more, and come back by their id", async () => {
    const [only] = await get();
    assert.deepEqual(await put([]), []);
    assert.deepEqual(await put([only]), [only]);
    const fields = await put([fresh("kept"), fresh("also kept")]);
    assert.deepEqual(fields.map((f) => f.name), ["kept", "also kept"]);
    assert.deepEqual(await put([fresh("kept"), fresh("also kept")]), fields, "without ids, again");
  });

  test("that somebody else has changed meanwhile are not overwritten", async () => {
    const read = await space.team.send("GET", "/v1/fields");
    const list = { fields: read.json.fields.toReversed() };
    const send = (tag) =>
      space.team.send("PUT", "/v1/fields", { body: list, headers: { "if-match": tag } });
    const first = await send(read.headers.get("etag"));
    assert.equal(first.status, 200, first.text);
    assertProblem(await send(read.headers.get("etag")), 412, "precondition_failed");
    assert.equal((await send(first.headers.get("etag"))).status, 200);
    assertProblem(await send("W/1"), 412, "precondition_failed");
  });

  test("that cannot be are refused, and nothing is changed", async () => {
    const before = await get();
    const known = before[0];
    for (const [why, fields, code] of [
      ["two of one name", [fresh("a"), fresh("a")], "invalid_field"],
      ["an id that is not ours", [fresh("a", { id: "fd_0" })], "invalid_field"],
      ["one id twice", [known, { ...known, name: "another" }], "invalid_field"],
      ["no name", [fresh("")], "invalid_field"],
      ["more than 100", Array.from({ length: 101 }, (_, n) => fresh(`field ${n}`)), "invalid_field"],
      ["a key that is none", [fresh("a", { colour: "red" })], "unknown_field"],
    ]) {
      const answer = await send(fields);
      assertProblem(answer, 422, code);
      assert.deepEqual(await get(), before, why);
    }
    assertProblem(await space.team.send("PUT", "/v1/fields", { raw: "{" }), 400, "malformed_json");
    assertProblem(await space.page.send("PUT", "/v1/fields", { body: { fields: [] } }), 403, "forbidden");
    assert.deepEqual(await get(), before);
  });
});
