// A queue message that cannot be read is recorded and set aside, and its batch goes on.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { visit, workspace } from "../support/api.mjs";
import { until } from "../support/until.mjs";
import { Worker } from "../support/worker.mjs";

const POISON = [
  ["bytes", Buffer.from([0xff, 0xfe, 0x00, 0x7b])],
  ["text", "{"],
  ["text", ""],
  ["text", "[".repeat(20_000)],
  ["json", "null"],
  ["json", '{"workspace":"nobody"}'],
  ["json", '{"workspace":"nobody","conversation_id":"cv_x","revision":1}'],
  ["json", '{"workspace":"nobody","conversation_id":"cv_00000000000000000000000000","revision":-1}'],
];

describe("the queue", () => {
  let worker, space;

  before(async () => {
    worker = await Worker.start({ queueDoor: true });
    space = await workspace(worker);
  });
  after(() => worker?.stop());

  const door = () => `${worker.url}/queue-door`;

  test("sets aside what it cannot read, and classifies the rest of the batch", async () => {
    const talks = [];
    for (let n = 0; n < 3; n++) {
      const talk = await visit(space);
      await talk.visitor.say(talk.id, "Thank you, all is well");
      talks.push(talk);
    }
    const push = async ([type, body]) => {
      const answer = await fetch(`${door()}?type=${type}`, { method: "POST", body });
      assert.equal(answer.status, 204, `${type} ${body}`);
    };
    const [first, ...others] = talks;
    await first.visitor.act(first.id, "close");
    await Promise.all([...POISON.map(push), ...others.map((t) => t.visitor.act(t.id, "close"))]);
    for (const talk of talks) await space.team.classified(talk.id);

    const aside = await until("all of it is set aside", async () => {
      const found = await (await fetch(door())).json();
      return found.length >= POISON.length && found;
    });
    assert.equal(aside.length, POISON.length, "each once");
    for (const record of aside) {
      assert.ok(record.queue);
      assert.match(record.at, /^\d{4}-/);
    }
    assert.ok(aside.some((record) => record.body === "{"), "as it came");
    const overview = await space.team.settled((o) => o.classified === 3);
    assert.equal(overview.dead_letters, 0, "none of it was this workspace's");
  });

  test("lets a closing of a conversation that is not there go to the dead letters", async () => {
    const notice = {
      workspace: space.id,
      conversation_id: `cv_${"0".repeat(26)}`,
      revision: 1,
    };
    const body = JSON.stringify(notice);
    await fetch(`${door()}?type=json`, { method: "POST", body });
    // Five retries, five seconds apart.
    await until("it is noted", async () => (await space.team.overview()).dead_letters === 1, 90_000);
    assert.equal((await space.team.all("/v1/conversations")).length, 3, "nothing was made up");
  });
});
