import assert from "node:assert/strict";
import { it } from "node:test";
import { Clock } from "./support/clock.mjs";
import { source } from "./support/source.mjs";

const { Presence } = await source("presence");

function harness() {
  const clock = new Clock();
  const told = [];
  const presence = new Presence({ tell: (one) => told.push(one), changed: () => undefined, now: () => clock.now, delay: clock.delay });
  return { clock, presence, told };
}

const NOTHING_READ = { customer: null, agent: null };

it("counts somebody as writing for six seconds, or until they have said it", async () => {
  const { clock, presence } = harness();
  presence.heard("agent", true, NOTHING_READ);
  await clock.pass(5999);
  assert.equal(presence.typing, true);
  await clock.pass(1);
  assert.equal(presence.typing, false);
  presence.heard("agent", true, NOTHING_READ);
  presence.said();
  assert.equal(presence.typing, false);
  presence.heard("customer", true, NOTHING_READ);
  assert.equal(presence.typing, false, "the visitor's other window");
});

it("tells of the visitor's writing every three seconds at most", async () => {
  const { clock, presence, told } = harness();
  for (let i = 0; i < 100; i += 1) {
    presence.write();
    await clock.pass(100);
  }
  assert.deepEqual(told, Array(4).fill({ typing: true }));
});

it("knows what was seen, and never goes back", () => {
  const { presence, told } = harness();
  presence.see(3);
  presence.see(2);
  presence.see(3);
  assert.deepEqual(told, [{ read: 3 }]);
  presence.marks({ customer: 7, agent: 5 });
  presence.marks({ customer: 1, agent: 1 });
  presence.marks(undefined);
  presence.see(7);
  assert.deepEqual([presence.seen, told.length], [5, 1], "another window has told of it");
  presence.clear();
  assert.equal(presence.seen, -1);
});
