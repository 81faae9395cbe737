// A queue message that cannot be read is recorded and set aside, and its batch goes on.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { visit, workspace } from "../support/api.mjs";
import { until } from "../support/until.mjs";
import { Worker } from "../support/worker.mjs";

describe("the queue", () => {
  let worker, space;

  before(async () => {
    worker = await Worker.start({ queueDoor: true });
    space = await workspace(worker);
  });
  after(() => worker?.stop());

  const push = async (body) => {
    const answer = await fetch(`${worker.url}/queue-door`, { method: "POST", body });
    assert.equal(answer.status, 204);
  };

  test("sets aside what it cannot read, and classifies the rest of the batch", async () => {
    const talks = [];
    for (let n = 0; n < 3; n++) {
      const talk = await visit(space);
      await talk.visitor.say(talk.id, "Thank you, all is well");
      talks.push(talk);
    }
    const poison = [
      Buffer.from([0xff, 0xfe, 0x00, 0x7b]),
      Buffer.from("{"),
      Buffer.from("null"),
      Buffer.from('{"workspace_id":"nobody"}'),
      Buffer.from(JSON.stringify({ workspace_id: space.id, conversation_id: "cv_x" })),
      Buffer.alloc(100_000, "["),
    ];
    await Promise.all([
      ...poison.map(push),
      ...talks.map((talk) => talk.visitor.act(talk.id, "close")),
    ]);
    for (const talk of talks) await space.team.classified(talk.id);
    const set = await until("all of it is set aside", async () => {
      const overview = await space.operator.get("/v1/operator/dead-letters").catch(() => undefined);
      return overview;
    });
    assert.ok(set);
  });
});
