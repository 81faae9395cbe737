// What the team sends again under the same `Idempotency-Key` is not done twice where the first came to no end: the
// runtime was killed, something failed, or the sender hung up.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertProblem, visit, workspace } from "../support/api.mjs";
import { Bot, completion } from "../support/bot.mjs";
import { publish, replies } from "../support/talk.mjs";
import { until } from "../support/until.mjs";
import { Worker } from "../support/worker.mjs";

const MANY = 20;
const CUTS = 3;
const LANES = 6;
/** The load runs for so long between two cuts, at most. */
const MOST_MS = 1_500;
const DAY_S = 24 * 60 * 60;

describe("a request under an idempotency key that was cut off", () => {
  let worker, bot, space;

  before(async () => {
    [worker, bot] = await Promise.all([Worker.start({ faultDoor: true, vars: { LIMIT_TEAM: "1000000" } }), Bot.start()]);
    space = await workspace(worker);
  });
  after(async () => {
    await worker?.stop();
    await bot?.stop();
  });

  const send = (path, body, key, more = {}) =>
    space.team.send("POST", path, { body, headers: { "idempotency-key": key, ...more } });
  const article = (title) => ({ title, body: "We are open from nine to five." });
  const titles = async (title) =>
    (await space.team.all("/v1/articles", 500)).filter((found) => found.title === title).length;

  /** A conversation that a person has, in which a visitor has asked something that an article answers. */
  async function asked() {
    const talk = await visit(space);
    await space.team.say(talk.id, "Kim here, how can I help?");
    await talk.visitor.say(talk.id, "How do returns work, how long do I have?");
    bot.requests = [];
    return `/v1/conversations/${talk.id}/suggestion`;
  }

  test("is answered again after the runtime was killed", async () => {
    const first = await send("/v1/articles", article("Acknowledged"), "acknowledged");
    assert.equal(first.status, 201);
    await worker.kill();
    await worker.start();
    const again = await send("/v1/articles", article("Acknowledged"), "acknowledged");
    assert.deepEqual([again.status, again.text], [201, first.text]);
    assert.equal(await titles("Acknowledged"), 1);
  });

  test("is finished, and answered again, where its sender hung up", async () => {
    await publish(space);
    const body = { provider: "openai_compatible", base_url: bot.base, model: "m", key: "k-1", classify: "off" };
    await space.team.expect(200, "PUT", "/v1/llm", { body });
    await replies(space, { answerer: "llm" });
    bot.script = () => ({ ...completion({ articles: [1], reply: "You have 30 days to send it back." }), wait: 1_000 });
    const path = await asked();
    const call = new AbortController();
    const cut = fetch(new URL(path, worker.url), {
      method: "POST",
      headers: { authorization: `Bearer ${space.secretKey}`, "idempotency-key": "hung-up" },
      signal: call.signal,
    });
    await until("the model is asked", () => bot.requests.length === 1);
    call.abort();
    await assert.rejects(cut);
    const answer = await until("it is finished", async () => {
      const again = await send(path, undefined, "hung-up");
      if (again.status === 200) return again;
      assertProblem(again, 409, "request_in_progress");
    }, 20_000);
    assert.match(answer.json.text, /30 days/);
    assert.equal(bot.requests.length, 1, "the model was asked once");
  });

  test(`is not done by ${MANY} others that come while it is being done`, async () => {
    const path = await asked();
    const first = send(path, undefined, "slow");
    await until("the model is asked", () => bot.requests.length === 1);
    const others = await Promise.all(Array.from({ length: MANY }, () => send(path, undefined, "slow")));
    for (const answer of others) {
      assertProblem(answer, 409, "request_in_progress");
      assert.equal(answer.headers.get("retry-after"), "1");
    }
    const { status, text } = await first;
    assert.deepEqual([status, (await send(path, undefined, "slow")).text], [200, text]);
    assert.equal(bot.requests.length, 1, "the model was asked once");
  });

  test("is not done again where the runtime was killed in the middle, and done anew after a day", async () => {
    bot.script = () => undefined;
    const path = await asked();
    const cut = send(path, undefined, "killed");
    cut.catch(() => {});
    await until("the model is asked", () => bot.requests.length === 1);
    await worker.kill();
    await assert.rejects(cut);
    await worker.start();
    const early = await send(path, undefined, "killed");
    assertProblem(early, 409, "request_in_progress");
    assert.equal(early.headers.get("retry-after"), "1");
    await worker.restart({ CLOCK_OFFSET_S: "61" });
    assertProblem(await send(path, undefined, "killed"), 409, "outcome_unknown");
    assertProblem(await send(path, undefined, "killed", { "if-match": "*" }), 409, "idempotency_conflict");
    assert.equal(bot.requests.length, 1, "nobody asked again");
    bot.script = () => completion({ articles: [1], reply: "You have 30 days to send it back." });
    await worker.restart({ CLOCK_OFFSET_S: String(DAY_S + 60) });
    assert.equal((await send(path, undefined, "killed")).status, 200);
    assert.equal(bot.requests.length, 2);
    assert.equal((await send("/v1/articles", article("Acknowledged"), "acknowledged")).status, 201);
    assert.equal(await titles("Acknowledged"), 2, "a key is known for a day");
  });

  test("is not done again where something of ours failed, before it was done or after", async () => {
    await worker.fail("WORKSPACE.knowledge.create");
    const failed = await send("/v1/articles", article("Failed"), "failed");
    assert.match(assertProblem(failed, 500, "internal").detail, /not known/);
    assertProblem(await send("/v1/articles", article("Failed"), "failed"), 409, "outcome_unknown");
    assert.equal(await titles("Failed"), 0);

    await worker.fail("WORKSPACE.idempotency.finish");
    assert.equal((await send("/v1/articles", article("Unwritten"), "unwritten")).status, 201);
    assertProblem(await send("/v1/articles", article("Unwritten"), "unwritten"), 409, "request_in_progress");
    assert.equal(await titles("Unwritten"), 1);

    await worker.fail("WORKSPACE.idempotency.begin");
    assertProblem(await send("/v1/articles", article("Unbegun"), "unbegun"), 500, "internal");
    assert.equal((await send("/v1/articles", article("Unbegun"), "unbegun")).status, 201);
    assert.equal(await titles("Unbegun"), 1);
  });

  test(`is done once at most under ${CUTS} power cuts at random moments`, async () => {
    const sent = new Map();
    let [n, over] = [0, false];
    const lane = async () => {
      while (!over) {
        const title = `cut-${n++}`;
        while (!sent.has(title)) {
          const answer = await send("/v1/articles", article(title), title).catch(() => undefined);
          // What was under way when the power was cut counts as that for a minute.
          if (answer?.status === 201) sent.set(title, "done");
          else if (answer?.status === 409) sent.set(title, "unsure");
          else assert.ok(!answer || answer.status >= 500, answer?.text);
          if (answer?.status !== 201) await sleep(50);
        }
      }
    };
    const load = Promise.all(Array.from({ length: LANES }, lane));
    load.catch(() => {});
    try {
      for (let cut = 0; cut < CUTS; cut++) {
        const before = sent.size;
        await Promise.race([load, until("the load goes on", () => sent.size > before + LANES)]);
        await sleep(Math.random() * MOST_MS);
        await worker.kill();
        await worker.start();
      }
    } finally {
      over = true;
      await load;
    }
    const made = (await space.team.all("/v1/articles", 500)).map(({ title }) => title);
    const times = (title) => made.filter((found) => found === title).length;
    const ends = { done: 0, unsure: 0 };
    for (const [title, end] of sent) {
      ends[end] += 1;
      assert.ok(end === "done" ? times(title) === 1 : times(title) <= 1, `${title}: ${end}, there ${times(title)} times`);
    }
    console.log(`${ends.done} done, ${ends.unsure} of which nobody knows`);
    assert.ok(ends.done > CUTS * LANES);
  });
});
