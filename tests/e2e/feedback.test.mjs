// What the team thinks of conversations is found and counted.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, visit } from "../support/api.mjs";
import { day } from "../support/days.mjs";
import { setUp, tearDown } from "../support/stage.mjs";

describe("feedback on conversations", () => {
  let worker, space;
  const talks = [];

  before(async () => {
    ({ worker, space } = await setUp());
    for (const said of ["Thank you, it works!", "This is the third time.", "Hello?"]) {
      const talk = await visit(space);
      await talk.visitor.say(talk.id, said);
      await talk.visitor.act(talk.id, "close");
      await space.team.classified(talk.id);
      talks.push(talk.id);
    }
  });
  after(() => tearDown({ worker }));

  const leave = (id, good, text = "") =>
    space.team.expect(204, "PUT", `/v1/conversations/${id}/feedback`, { body: { good, text } });
  const found = async (search) =>
    (await space.team.expect(200, "POST", "/v1/conversations/search", { body: search })).items.map((row) => row.conversation_id);
  const counted = (more = "") => space.team.get(`/v1/feedback?first=${day(-6)}&last=${day(0)}${more}`);

  test("leads to the conversations, and is counted with its share", async () => {
    assert.deepEqual((await counted()).left, { now: 0, before: 0, change: null });
    assert.equal((await counted()).good_rate, null, "of nothing there is no share");
    await leave(talks[0], true, "kind");
    await leave(talks[1], false, "too slow");
    assert.deepEqual(await found({ feedback: "good" }), [talks[0]]);
    assert.deepEqual(await found({ feedback: "not_good" }), [talks[1]]);
    assert.deepEqual(await found({ feedback: "not_good", sentiment: "overly-positive" }), []);
    const report = await counted();
    assert.deepEqual([report.left.now, report.good.now, report.not_good.now, report.good_rate], [2, 1, 1, 0.5]);
    assert.deepEqual(report.trend.at(-1), { day: day(0), good: 1, not_good: 1 });
    assert.equal(report.trend.length, 7);
    assert.equal((await counted("&channel=web_widget")).left.now, 2);
    assert.equal((await counted("&channel=line")).left.now, 0);
  });

  test("is one for each person: what they think now", async () => {
    await leave(talks[1], true, "I was wrong");
    assert.deepEqual((await found({ feedback: "good" })).sort(), talks.slice(0, 2).sort());
    assert.deepEqual(await found({ feedback: "not_good" }), []);
    assert.equal((await counted()).good_rate, 1);
  });

  test("is refused where it is none", async () => {
    for (const body of [{ feedback: "great" }, { feedback: true }]) {
      assertProblem(await space.team.send("POST", "/v1/conversations/search", { body }), 422, "invalid_field");
    }
    assertProblem(await space.team.send("GET", `/v1/feedback?first=${day(0)}&last=${day(-1)}`), 422, "invalid_field");
  });
});
