// Hands events in, has them delivered to a receiver that fails one in ten, and checks what came:
// `node tests/bench/deliver.mjs EVENTS`. Prints one line of JSON.

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { workspace } from "../support/api.mjs";
import { Worker } from "../support/worker.mjs";

const EVENTS = Number(process.argv[2] ?? 100_000);
const PER_CONVERSATION = 5;
const BATCH = 500;
/** Failures by turns: a server error, too busy, and a line that is cut. */
const FAILURES = [500, 503, 0];

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
/** The id of this number. */
function id(prefix, n) {
  const hash = createHash("sha256").update(`${prefix} ${n}`).digest();
  return `${prefix}_${Array.from(hash.subarray(0, 26), (byte) => ALPHABET[byte % 32]).join("")}`;
}

/** Splitmix32: the same failures in each run. */
let seed = 0x9e3779b9;
function chance() {
  seed = (seed + 0x9e3779b9) | 0;
  let z = seed;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
}

const seen = new Map();
const last = new Map();
const tally = { requests: 0, failed: 0, unsigned: 0, repeats: 0, disorder: 0 };
let verifier;
const receiver = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("error", () => {});
  request.on("end", () => {
    tally.requests += 1;
    let event;
    try {
      event = verifier.verify(Buffer.concat(chunks).toString(), request.headers);
    } catch {
      tally.unsigned += 1;
      return response.writeHead(400).end();
    }
    if (chance() < 0.1) {
      const status = FAILURES[tally.failed++ % FAILURES.length];
      return status === 0 ? request.socket.destroy() : response.writeHead(status).end();
    }
    if (seen.has(event.id)) {
      tally.repeats += 1;
    } else {
      seen.set(event.id, true);
      // Events of a conversation were handed in in the order of their times.
      const time = Date.parse(event.time);
      if (time < (last.get(event.subject) ?? 0)) tally.disorder += 1;
      last.set(event.subject, time);
    }
    response.writeHead(204).end();
  });
});
await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));

const worker = await Worker.start({ vars: { LIMIT_TEAM: "100000" } });
try {
  const space = await workspace(worker);
  const url = `http://127.0.0.1:${receiver.address().port}/hook`;
  const hook = await space.team.expect(201, "POST", "/v1/webhooks", { body: { url } });
  verifier = new Webhook(hook.secret);
  const begun = Date.now();
  const user = id("us", 1);
  const start = begun - 3_600_000;
  for (let n = 0; n < EVENTS; n += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, EVENTS - n) }, (_, i) => ({
      specversion: "1.0", id: String(n + i), source: "/bench", type: "askwell.comment_responder.reply.sent",
      time: new Date(start + n + i).toISOString(),
      subject: id("cv", Math.floor((n + i) / PER_CONVERSATION)), data: { user_id: user },
    }));
    const { taken, refusals } = await space.team.expect(200, "POST", "/v1/events", { body: batch });
    if (taken !== batch.length) throw new Error(`${taken} taken: ${JSON.stringify(refusals.slice(0, 2))}`);
  }
  const handedIn = Date.now();
  let undelivered = EVENTS;
  for (let idle = 0, before = -1; undelivered > 0 && idle < 120; ) {
    await sleep(1_000);
    undelivered = (await space.team.overview()).events_undelivered;
    idle = tally.requests === before ? idle + 1 : 0;
    before = tally.requests;
    if (process.env.ASKWELL_BENCH_VERBOSE) console.error(undelivered, JSON.stringify(tally));
  }
  const { items } = await space.team.get("/v1/webhooks");
  const { dead_letters } = await space.team.overview();
  console.log(JSON.stringify({
    events: EVENTS, conversations: last.size, ...tally, lost: EVENTS - seen.size, undelivered,
    dead: items[0].dead, dead_letters,
    hand_in_s: (handedIn - begun) / 1000, deliver_s: (Date.now() - begun) / 1000,
  }));
} finally {
  await worker.stop();
  receiver.closeAllConnections();
  receiver.close();
}
