import assert from "node:assert/strict";
import { it } from "node:test";
import { Clock } from "./support/clock.mjs";
import { source } from "./support/source.mjs";

const { Draft } = await source("draft");

function harness() {
  const clock = new Clock();
  let changes = 0;
  const draft = new Draft({ changed: () => (changes += 1), now: () => clock.now, delay: clock.delay });
  return { clock, draft, changes: () => changes };
}

it("grows in its place until the message comes", () => {
  const { draft, changes } = harness();
  draft.heard("auto-1", "You have");
  draft.heard("auto-1", "You have 30 days");
  assert.deepEqual([draft.line.id, draft.line.role, draft.line.text, draft.line.state, draft.line.seq], ["auto-1", "bot", "You have 30 days", "draft", null]);
  assert.equal(changes(), 2);
  draft.said("another");
  assert.notEqual(draft.line, null, "another message does not end it");
  draft.said("auto-1");
  assert.equal(draft.line, null);
});

it("goes when it is taken back, when nobody is left to tell of it, and when it comes to nothing", async () => {
  const { clock, draft, changes } = harness();
  draft.heard("auto-1", "You");
  draft.heard("auto-1", null);
  assert.equal(draft.line, null);
  draft.heard("auto-1", "You");
  draft.lost();
  assert.deepEqual([draft.line, changes()], [null, 4]);
  draft.lost();
  assert.equal(changes(), 4, "there was nothing to lose");
  draft.heard("auto-1", "You");
  await clock.pass(19_000);
  draft.heard("auto-1", "You have");
  await clock.pass(19_999);
  assert.notEqual(draft.line, null);
  await clock.pass(1);
  assert.equal(draft.line, null);
});
