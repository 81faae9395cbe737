// Power cuts at random moments while many conversations are held: whatever was acknowledged is there afterwards,
// and nothing is there twice.
//
// ASKWELL_CUTS=N cuts so often; ASKWELL_SEED=N cuts at the same pauses again.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inParallel } from "../support/play.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { RESENT_MS, until } from "../support/until.mjs";

const CUTS = Number(process.env.ASKWELL_CUTS ?? 4);
const SEED = Number(process.env.ASKWELL_SEED ?? Date.now() % 2 ** 31);
const LANES = 8;
const PEOPLE = 7;
/** The load runs for so long between two cuts, at most. */
const MOST_MS = 3_000;
const MESSAGES = 3;

/** Whether a request may be sent again: it was cut off, or met a Worker that was not there or not all there. */
const cut = (error) => error.name !== "AssertionError" || / gave 5\d\d, /.test(error.message);

describe(`${CUTS} power cuts at random moments, seed ${SEED}`, () => {
  let worker, receiver, space;

  before(async () => {
    ({ worker, receiver, space } = await setUp({ receiver: true, vars: { LIMIT_TEAM: "1000000" } }));
  });
  after(() => tearDown({ worker, receiver }));

  test("lose nothing that was acknowledged, and double nothing", async () => {
    let seed = SEED;
    const pause = () => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 1) % MOST_MS;
    const acknowledged = [];
    let [begun, over, repeated] = [0, false, 0];

    /** Sends something until it is answered. It bears an id of its own, so that a repeat is one. */
    const sure = async (work) => {
      for (;;) {
        try {
          const answer = await work();
          acknowledged.push(performance.now());
          return answer;
        } catch (error) {
          if (!cut(error)) throw error;
          repeated += 1;
          await sleep(100);
        }
      }
    };
    const talks = [];
    const lane = async () => {
      while (!over) {
        const n = begun++;
        const key = (what) => ({ headers: { "idempotency-key": `${what}-${n}` } });
        const talk = { n, said: [], email: `person-${n % PEOPLE}@example.com` };
        talks.push(talk);
        const opened = { platform: ["web_widget", "line", "facebook"][n % 3], platform_conversation_id: `cut-${n}` };
        ({ conversation_id: talk.id } = await sure(() => space.team.open(opened, key("open"))));
        for (let m = 0; m < MESSAGES; m++) {
          const text = m === 0 ? `I am at ${talk.email}` : `Line ${m} of ${n}`;
          await sure(() => space.team.say(talk.id, text, { role: "customer", id: `m-${m}` }));
          talk.said.push(text);
        }
        const path = `/v1/conversations/${talk.id}`;
        const known = async () => (await space.team.send("GET", `${path}/marks`)).status === 200;
        // The ledger hears of it a moment after it has begun, and after a cut with the object's next alarm.
        await sure(() => until("the ledger knows it", known, RESENT_MS));
        await sure(() => space.team.expect(200, "POST", `${path}/tags`, { body: { add: [`tag-${n % 3}`] } }));
        await sure(() => space.team.expect(200, "POST", `${path}/actions`, { body: { action: "close" }, ...key("close") }));
      }
    };
    const load = Promise.all(Array.from({ length: LANES }, lane)).finally(() => (over = true));
    load.catch(() => {});
    for (let n = 0; n < CUTS; n++) {
      await sleep(pause());
      const before = acknowledged.length;
      await worker.kill();
      await worker.start();
      // A lane that met what no power cut explains says what it was.
      await Promise.race([load, until("the load goes on", () => acknowledged.length > before + LANES, RESENT_MS)]);
    }
    over = true;
    await load;
    assert.ok(repeated >= CUTS, `only ${repeated} requests were cut off`);

    await until("all are classified", async () => (await space.team.overview()).classified === talks.length, RESENT_MS * 2);
    const overview = await space.team.settled(() => true, RESENT_MS * 2);
    console.log(`${talks.length} conversations, ${acknowledged.length} requests acknowledged, ${repeated} sent again`);
    assert.deepEqual([overview.conversations, overview.open, overview.dead_letters], [talks.length, 0, 0]);

    const rows = await space.team.all("/v1/conversations", 500);
    const row = ({ conversation_id: id, platform_conversation_id: name, revision }) => `${name} ${id} ${revision}`;
    assert.deepEqual(rows.map(row).sort(), talks.map(({ n, id }) => `cut-${n} ${id} 1`).sort());
    await inParallel(talks, LANES, async ({ id, n, said, email }) => {
      const detail = await space.team.conversation(id);
      const theirs = detail.transcript.filter((message) => message.role === "customer");
      assert.deepEqual(theirs.map((message) => message.text), said, `messages of ${n}`);
      assert.equal(detail.facts.email.value, email);
      const { tags } = await space.team.get(`/v1/conversations/${id}/marks`);
      assert.deepEqual(tags, [`tag-${n % 3}`]);
    });

    const customers = await space.team.all("/v1/customers", 500);
    const of = (person) => talks.filter(({ n }) => n % PEOPLE === person).length;
    const people = Array.from({ length: Math.min(PEOPLE, talks.length) }, (_, n) => `person-${n}@example.com ${of(n)}`);
    assert.deepEqual(customers.map((c) => `${c.email} ${c.conversations}`).sort(), people.sort());
    for (const [field, values] of Object.entries(overview.answers)) {
      assert.equal(Object.values(values).reduce((sum, n) => sum + n, 0), talks.length, field);
    }
    const events = await space.team.all("/v1/events", 500);
    assert.equal(new Set(events.map((event) => event.id)).size, events.length);
    const triaged = events.filter((event) => event.name === "ai_triage.completed");
    assert.equal(triaged.length, talks.length, "one for each closing");
    // What the webhook got twice bears the same id.
    const got = new Set(receiver.events.map((event) => event.id));
    assert.deepEqual(events.filter(({ id }) => !got.has(id)), []);
    receiver.assertSound();
  });
});
