// Many conversations of one person, closed at the same moment: one profile, and nothing of any of them lost.
//
// ASKWELL_CLOSES=N closes so many.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setUp, tearDown } from "../support/stage.mjs";
import { inParallel } from "../support/play.mjs";
import { until } from "../support/until.mjs";

const CLOSES = Number(process.env.ASKWELL_CLOSES ?? 500);
const PLATFORMS = ["web_widget", "line", "facebook"];
/** The same address, as people write it. */
const WRITTEN = ["ines.rush@example.com", "Ines.Rush@Example.com", "INES.RUSH@EXAMPLE.COM"];
const WIDTH = 16;
const LIMIT_MS = 600_000;

describe(`${CLOSES} closes at once, for one e-mail address on three platforms`, () => {
  let worker, space;

  before(async () => {
    ({ worker, space } = await setUp({ vars: { LIMIT_TEAM: "1000000" } }));
  });
  after(() => tearDown({ worker }));

  test("are one profile with all conversations, and every contribution is there", async () => {
    const numbers = Array.from({ length: CLOSES }, (_, n) => n);
    const talks = await inParallel(numbers, WIDTH, async (n) => {
      const { conversation_id: id } = await space.team.open({ platform: PLATFORMS[n % 3], platform_conversation_id: `rush-${n}` });
      const text = `I am at ${WRITTEN[n % WRITTEN.length]}, it is about order W${1000 + n}`;
      await space.team.say(id, text, { role: "customer", id: `first-${n}` });
      return { id, n, text };
    });
    const begun = performance.now();
    const answers = await Promise.all(talks.map(({ id }) => space.team.act(id, "close")));
    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], ["completed"]);
    await until("all are in the ledger", async () => (await space.team.overview()).classified === CLOSES, LIMIT_MS);
    console.log(`${CLOSES} closes were in the ledger after ${((performance.now() - begun) / 1000).toFixed(1)} s`);

    const customers = await space.team.all("/v1/customers", 500);
    assert.equal(customers.length, 1, "one profile");
    const [{ customer_id: customer, email, conversations, platforms }] = customers;
    assert.deepEqual({ email, conversations, platforms: [...platforms].sort() }, {
      email: WRITTEN[0], conversations: CLOSES, platforms: [...PLATFORMS].sort(),
    });

    const rows = await space.team.all("/v1/conversations", 500);
    assert.deepEqual(rows.map((row) => row.platform_conversation_id).sort(), numbers.map((n) => `rush-${n}`).sort());
    assert.ok(rows.every((row) => row.customer_id === customer && row.revision === 1));
    // Every value that was given stands in the profile, with the conversation that it is from.
    const { values } = await space.team.get(`/v1/customers/${customer}`);
    const from = values.filter(({ kind }) => kind === "email").map(({ source }) => source.conversation_id);
    assert.deepEqual(from.sort(), talks.map(({ id }) => id).sort());
    // And every word, and every answer, once.
    const { fields } = await space.team.get("/v1/fields");
    await inParallel(talks, WIDTH, async ({ id, n, text }) => {
      const detail = await space.team.conversation(id);
      const said = detail.transcript.filter((message) => message.role === "customer");
      assert.deepEqual(said.map((message) => [message.id, message.text]), [[`first-${n}`, text]]);
      assert.equal(detail.answers.length, fields.length);
    });
    const { answers: counts } = await space.team.overview();
    for (const [field, values] of Object.entries(counts)) {
      assert.equal(Object.values(values).reduce((sum, n) => sum + n, 0), CLOSES, field);
    }
  });
});
