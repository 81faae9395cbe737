// What a test needs is started together, and ended when one of it cannot start.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { together } from "../support/together.mjs";
import { until } from "../support/until.mjs";

test("what was started beside something that cannot start is ended, and the failure shows at once", async () => {
  const ended = [];
  const starts = (name, end, pause) => sleep(pause).then(() => ({ [end]: () => void ended.push(name) }));
  const begun = performance.now();
  await assert.rejects(
    together(starts("early", "stop", 1), Promise.reject(new Error("no Worker")), starts("late", "close", 400), undefined),
    /no Worker/,
  );
  assert.ok(performance.now() - begun < 300, "it is not waited for what is slower");
  await until("all of it is ended", () => ended.length === 2);
  assert.deepEqual(ended, ["early", "late"]);
  assert.deepEqual(await together(Promise.resolve(1), undefined), [1, undefined]);
});
