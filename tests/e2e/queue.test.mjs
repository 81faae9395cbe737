// A queue message that cannot be read is recorded and set aside, and its batch goes on.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { visit } from "../support/api.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { until } from "../support/until.mjs";

/** What no queue can read. */
const POISON = [
  ["bytes", Buffer.from([0xff, 0xfe, 0x00, 0x7b])],
  ["text", "{"],
  ["text", ""],
  ["text", "[".repeat(20_000)],
  ["json", "null"],
  ["json", '{"workspace":"nobody"}'],
];

/** What each of the queues cannot read, by its binding: its name, and what is nearly one of its notices. */
const CLOSINGS = [
  ["json", '{"workspace":"nobody","conversation_id":"cv_x","revision":1}'],
  ["json", '{"workspace":"nobody","conversation_id":"cv_00000000000000000000000000","revision":-1}'],
];
const LANES = [
  ["json", '{"workspace":"Not An Id","endpoint":"wh_00000000000000000000000000","lane":"cv_00000000000000000000000000"}'],
  ["json", '{"workspace":"nobody","endpoint":"https://a.example","lane":"cv_00000000000000000000000000"}'],
];
const ASKS = [
  ["json", '{"workspace":"Not An Id","ask":"x"}'],
  ["json", '{"workspace":"nobody","ask":7}'],
];
const QUEUES = {
  CLOSED: ["askwell-closed", CLOSINGS],
  EVENTS: ["askwell-events", LANES],
  ASKS: ["askwell-asks", ASKS],
  CLOSED_DEAD: ["askwell-closed-dead", CLOSINGS],
  EVENTS_DEAD: ["askwell-events-dead", LANES],
  ASKS_DEAD: ["askwell-asks-dead", ASKS],
};

describe("the queues", () => {
  let worker, receiver, space;

  before(async () => {
    ({ worker, receiver, space } = await setUp({ receiver: true, queueDoor: true }));
  });
  after(() => tearDown({ worker, receiver }));

  const door = () => `${worker.url}/queue-door`;

  async function push(queue, [type, body]) {
    const answer = await fetch(`${door()}?queue=${queue}&type=${type}`, { method: "POST", body });
    assert.equal(answer.status, 204, `${queue} ${type} ${body}`);
  }

  test("set aside what they cannot read, and work off the rest", async () => {
    const talks = [];
    for (let n = 0; n < 3; n++) {
      const talk = await visit(space);
      await talk.visitor.say(talk.id, "Thank you, all is well");
      talks.push(talk);
    }
    const poison = Object.entries(QUEUES).flatMap(([queue, [, own]]) =>
      [...POISON, ...own].map((message) => [queue, message]));
    const [first, ...others] = talks;
    await first.visitor.act(first.id, "close");
    await Promise.all([
      ...poison.map(([queue, message]) => push(queue, message)),
      ...others.map((t) => t.visitor.act(t.id, "close")),
    ]);
    for (const talk of talks) await space.team.classified(talk.id);

    const aside = await until("all of it is set aside", async () => {
      const found = await (await fetch(door())).json();
      return found.length >= poison.length && found;
    });
    assert.equal(aside.length, poison.length, "each once");
    for (const [name, own] of Object.values(QUEUES)) {
      const records = aside.filter((record) => record.queue === name);
      assert.equal(records.length, POISON.length + own.length, name);
      for (const record of records) assert.match(record.at, /^\d{4}-/);
      for (const text of ["{", "", own[0][1]]) {
        assert.ok(records.some((record) => record.body === text), `${name}: “${text}” as it came`);
      }
    }
    const listed = [];
    for (let cursor = ""; cursor !== undefined; ) {
      const page = await space.operator.get(`/v1/operator/poison?limit=10${cursor && `&cursor=${cursor}`}`);
      listed.push(...page.items);
      cursor = page.next;
    }
    assert.equal(listed.length, poison.length, "the operator sees each once");
    assert.equal(listed.filter((item) => item.bytes === 20_000).length, 6, "the longest, once a queue");
    assert.equal((await space.team.send("GET", "/v1/operator/poison")).status, 403);
    const overview = await space.team.settled((o) => o.classified === 3);
    assert.equal(overview.dead_letters, 0, "none of it was this workspace's");
    const recorded = Object.values(overview.events).reduce((sum, n) => sum + n, 0);
    assert.ok(recorded > 0);
    await until("every event is delivered", () => receiver.events.length === recorded);
  });

  test("let a closing of a conversation that is not there go to the dead letters", async () => {
    const notice = {
      workspace: space.id,
      conversation_id: `cv_${"0".repeat(26)}`,
      revision: 1,
    };
    await push("CLOSED", ["json", JSON.stringify(notice)]);
    // Five retries, five seconds apart.
    await until("it is noted", async () => (await space.team.overview()).dead_letters === 1, 90_000);
    assert.equal((await space.team.all("/v1/conversations")).length, 3, "nothing was made up");
  });

  test("of dead letters note each once, however often it comes", async () => {
    const { dead_letters: earlier } = await space.team.overview();
    const closing = { workspace: space.id, conversation_id: `cv_${"1".repeat(26)}`, revision: 2 };
    const endpoint = `wh_${"0".repeat(26)}`;
    const lane = { workspace: space.id, endpoint, lane: `cv_${"2".repeat(26)}` };
    for (let n = 0; n < 2; n++) {
      await push("CLOSED_DEAD", ["json", JSON.stringify(closing)]);
      await push("EVENTS_DEAD", ["json", JSON.stringify(lane)]);
    }
    // In the order of the queue: what comes after both repeats.
    await push("CLOSED_DEAD", ["json", JSON.stringify({ ...closing, revision: 3 })]);
    await push("EVENTS_DEAD", ["json", JSON.stringify({ ...lane, lane: `cv_${"3".repeat(26)}` })]);
    const noted = await until("all are noted", async () => {
      const { dead_letters } = await space.team.overview();
      return dead_letters >= earlier + 4 && dead_letters;
    });
    assert.equal(noted, earlier + 4);
    const { items } = await space.team.get("/v1/dead-letters");
    assert.equal(items.length, noted);
    assert.ok(items.some((item) =>
      item.queue === "askwell-events-dead" && item.subject === `${endpoint} ${lane.lane}`));
  });
});
