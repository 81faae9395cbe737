// Other parts of the platform hand their events in; they are delivered like any other.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setUp, tearDown } from "../support/stage.mjs";
import { RESENT_MS, until } from "../support/until.mjs";

const USER = `us_${"01hz".padEnd(26, "x")}`;

describe("events that are handed in", () => {
  let worker, receiver, space;

  before(async () => {
    ({ worker, receiver, space } = await setUp({ receiver: true }));
  });
  after(() => tearDown({ worker, receiver }));

  const event = (id, type, data = {}) => ({
    specversion: "1.0", id, source: "/kb", type: `askwell.${type}`,
    time: new Date(Date.now() - 60_000).toISOString(), data: { user_id: USER, ...data },
  });

  const post = (path, body) => space.team.expect([200, 202], "POST", path, { body });

  test("are judged one by one, known when they come again, delivered, and sent again on demand", async () => {
    const batch = [
      event("1", "comment_responder.reply.sent"),
      event("2", "billing.plan_changed"),
      event("3", "ai_reply.kb_gap_detected", { kb_gap_type: "missing", app_surface: "comments" }),
      event("4", "comment_responder.reply.generated", { user_id: "ana@example.org" }),
    ];
    const first = await post("/v1/events", batch);
    assert.equal(first.taken, 2);
    assert.deepEqual(
      first.refusals.map(({ index, code }) => [index, code]),
      [[1, "forbidden"], [3, "invalid_field"]],
    );
    assert.doesNotMatch(JSON.stringify(first), /ana@/);
    const again = await post("/v1/events", batch);
    assert.deepEqual([again.taken, again.repeats], [0, 2]);

    const published = () => receiver.taken.filter((e) => e.type === "askwell.comment_responder.reply.sent").length;
    await until("it is delivered", () => published() === 1, RESENT_MS);
    const delivered = async () => (await space.team.overview()).events_undelivered === 0;
    await until("all is confirmed", delivered, RESENT_MS);
    const { events } = await post("/v1/events/replay", { from: 1, to: 99 });
    assert.equal(events, 3, "both, and that the workspace was made");
    await until("it is delivered again", () => published() === 2, RESENT_MS);
    receiver.assertSound();

    const today = new Date(Date.now() - 60_000).toISOString().slice(0, 10);
    const { modules } = await space.team.get(`/v1/signals?first=${today}&last=${today}`);
    const gaps = modules.find(({ module }) => module === "kb_gaps");
    assert.equal(gaps.state, "ready");
    assert.deepEqual(gaps.figures.map(({ key, count }) => [key, count.now]), [
      ["gaps", 1], ["missing", 1], ["weak", 0],
    ]);
    const reopened = modules.find(({ module }) => module === "reopened_issues");
    assert.deepEqual(
      [reopened.state, reopened.missing],
      ["not_enough_data", ["interaction.outcome_reopened"]],
    );
  });
});
