import assert from "node:assert/strict";
import { it } from "node:test";
import { Clock, settled } from "./support/clock.mjs";
import { source } from "./support/source.mjs";

const { ApiError, Outbox, backoff } = await source("outbox", "api", "backoff");

const lost = () => new ApiError(0, "network", "no answer");
const item = (id) => ({ id, text: id, at: 0 });

function harness(deliver) {
  const clock = new Clock();
  const log = { attempts: [], delivered: [], refused: [], drained: 0 };
  const outbox = new Outbox({
    deliver: async (one) => {
      log.attempts.push(one.id);
      await deliver(one);
      log.delivered.push(one.id);
    },
    refused: (one, error) => log.refused.push([one.id, error.code]),
    waiting: () => undefined,
    drained: () => (log.drained += 1),
    delay: clock.delay,
    random: () => 0,
  });
  return { clock, log, outbox };
}

it("keeps the order while the line is down, and sends each once when it is back", async () => {
  let down = true;
  const { clock, log, outbox } = harness(() => {
    if (down) throw lost();
  });
  for (const id of ["a", "b", "c"]) outbox.add(item(id));
  await clock.pass(1600);
  assert.deepEqual(log.attempts, ["a", "a", "a"], "nothing overtakes");
  assert.deepEqual(clock.waits, [500, 1000, 2000]);
  down = false;
  await clock.pass(2000);
  assert.deepEqual(log.delivered, ["a", "b", "c"]);
  assert.equal(log.drained, 1);
  assert.equal(outbox.items.length, 0);
});

it("tries at once when the line may be back, and only once at a time", async () => {
  let down = true;
  let running = 0;
  const { clock, log, outbox } = harness(async () => {
    running += 1;
    assert.equal(running, 1);
    await settled();
    running -= 1;
    if (down) throw lost();
  });
  outbox.add(item("a"));
  await clock.pass(0);
  down = false;
  outbox.wake();
  outbox.wake();
  await clock.pass(0);
  assert.deepEqual(log.delivered, ["a"]);
});

it("sets aside what is refused for good and goes on", async () => {
  const { clock, log, outbox } = harness(({ id }) => {
    if (id === "long") throw new ApiError(413, "message_too_large", "too long");
    if (id === "odd") throw new TypeError("a mistake of ours");
  });
  for (const id of ["long", "odd", "b"]) outbox.add(item(id));
  await clock.pass(0);
  assert.deepEqual(log.refused, [["long", "message_too_large"], ["odd", "internal"]]);
  assert.deepEqual(log.delivered, ["b"]);
});

it("waits as long as the server says", async () => {
  let refused = false;
  const { clock, log, outbox } = harness(() => {
    if (!refused) {
      refused = true;
      throw new ApiError(429, "unknown", "slow down", 7000);
    }
  });
  outbox.add(item("a"));
  await clock.pass(6999);
  assert.deepEqual(log.delivered, []);
  await clock.pass(1);
  assert.deepEqual(log.delivered, ["a"]);
});

it("takes the same message once", async () => {
  const { clock, log, outbox } = harness(() => undefined);
  outbox.add(item("a"));
  outbox.add(item("a"));
  await clock.pass(0);
  assert.deepEqual(log.delivered, ["a"]);
});

it("delivers nothing that was cleared while it waited or was under way", async () => {
  let release;
  const { clock, log, outbox } = harness(({ id }) => (id === "a" ? new Promise((_, reject) => (release = () => reject(lost()))) : undefined));
  outbox.add(item("a"));
  outbox.add(item("b"));
  await settled();
  assert.deepEqual(outbox.clear().map((i) => i.id), ["a", "b"]);
  release();
  outbox.add(item("c"));
  await clock.pass(60_000);
  assert.deepEqual(log.attempts, ["a", "c"]);
});

it("waits half a second at first, half a minute at most, and by chance half of it", () => {
  assert.equal(backoff(0, 0), 500);
  assert.equal(backoff(3, 0), 4000);
  assert.equal(backoff(1e9, 0), 30_000);
  assert.equal(backoff(0, 1), 250);
});
