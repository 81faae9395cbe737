// Closes conversations through the public API, so many at a time, and waits until the ledger has all of them;
// beside a Worker that keeps the same in KV by reading, changing and writing, handed the same conversations:
// `node tests/bench/store.mjs CLOSES`. Prints one line of JSON.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { workspace } from "../support/api.mjs";
import { inParallel } from "../support/play.mjs";
import { ROOT, Worker } from "../support/worker.mjs";

const CLOSES = Number(process.argv[2] ?? 640);
const AT_A_TIME = [1, 8, 64];
/** Conversations of each person. */
const EACH = 3;
const WAIT_MS = 600_000;

const seconds = (begun) => (performance.now() - begun) / 1000;
const email = (round, n) => `closer-${round}-${Math.floor(n / EACH)}@example.com`;
const numbers = Array.from({ length: CLOSES }, (_, n) => n);

/** Through the ledger: opened and told of before, closed while it is timed. */
async function ledger(space, round, width) {
  const open = await inParallel(numbers, 16, async (n) => {
    const { conversation_id: id } = await space.team.open();
    await space.team.say(id, `My order has not arrived. I am at ${email(round, n)}`, { role: "customer" });
    return id;
  });
  const { classified } = await space.team.settled();
  const begun = performance.now();
  await inParallel(open, width, (id) => space.team.act(id, "close"));
  const acknowledged = seconds(begun);
  for (const until = Date.now() + WAIT_MS; ; await sleep(100)) {
    const overview = await space.team.overview();
    if (overview.classified >= classified + CLOSES) break;
    if (Date.now() > until) throw new Error(`${overview.classified - classified} of ${CLOSES} closings were recorded`);
  }
  return { acknowledged, recorded: seconds(begun) };
}

/** Through KV. What was overwritten is counted: contributions of which the documents know nothing. */
async function naive(worker, round, width) {
  const post = async (path, body) => {
    const answer = await fetch(new URL(path, worker.url), { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`the naive Worker answered ${answer.status}`);
    return answer.json();
  };
  const closing = (n) => ({
    round, id: `cv_${round}_${n}`, email: email(round, n),
    messages: [{ role: "customer", text: `My order has not arrived. I am at ${email(round, n)}` }],
    answers: Object.fromEntries(Array.from({ length: 6 }, (_, field) => [`field-${field}`, `value ${(n * 7 + field) % 5}`])),
  });
  const begun = performance.now();
  await inParallel(numbers, width, (n) => post("/close", closing(n)));
  const took = seconds(begun);
  const emails = [...new Set(numbers.map((n) => email(round, n)))];
  const { counted, conversations } = await post("/count", { round, emails });
  return { took, lost_counts: CLOSES * 6 - counted, lost_conversations: CLOSES - conversations };
}

const rounds = [];
const worker = await Worker.start({ vars: { LIMIT_TEAM: "10000000" } });
try {
  const space = await workspace(worker);
  for (const width of AT_A_TIME) {
    const found = await ledger(space, `w${width}`, width);
    const customers = (await space.team.all("/v1/customers", 500)).filter((c) => c.email?.startsWith(`closer-w${width}-`));
    const conversations = customers.reduce((sum, c) => sum + c.conversations, 0);
    rounds.push({ width, ...found, lost_conversations: CLOSES - conversations });
  }
} finally {
  await worker.stop();
}
const door = await Worker.start({ config: join(ROOT, "tests", "bench", "naive", "wrangler.toml") });
try {
  for (const round of rounds) round.naive = await naive(door, `w${round.width}`, round.width);
} finally {
  await door.stop();
}
console.log(JSON.stringify({ closes: CLOSES, rounds }));
