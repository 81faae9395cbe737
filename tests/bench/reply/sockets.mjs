// node sockets.mjs [VISITORS] [AGENTS] [SECONDS]: visitors with open sockets, agents who answer them over
// sockets of their own, in the Worker's real runtime on this machine. Prints the delay from an agent's frame
// to the visitor's, with the machine's load beside it, and what is there after the runtime was restarted.

import { availableParallelism, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { visit, workspace } from "../../support/api.mjs";
import { Worker } from "../../support/worker.mjs";

const [visitors = 1000, agents = 50, seconds = 20] = process.argv.slice(2).map(Number);
const worker = await Worker.start({ vars: { LIMIT_PAGE: "1000000", LIMIT_TEAM: "1000000", LIMIT_VISITOR: "1000000" } });
const space = await workspace(worker);

async function inParallel(count, limit, work) {
  let next = 0;
  const line = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: limit }, line));
}

function socket(path, options) {
  const url = new URL(path, worker.url);
  url.protocol = "ws:";
  const ws = new WebSocket(url, options);
  return new Promise((resolve, reject) => {
    ws.addEventListener("open", () => resolve(ws), { once: true });
    ws.addEventListener("error", () => reject(new Error(`the socket ${path} was refused`)), { once: true });
  });
}

const talks = [];
const sent = new Map();
const delays = [];
/** What the agents were told that it is taken: none of it may be lost. */
const accepted = new Set();
await inParallel(visitors, 20, async (n) => {
  const talk = await visit(space);
  await talk.visitor.say(talk.id, "Hello");
  const ws = await socket(`/v1/conversations/${talk.id}/socket`, ["askwell", talk.visitor.key]);
  ws.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(data);
    const at = frame.type === "message" ? sent.get(frame.message.id) : undefined;
    if (at !== undefined) delays.push(performance.now() - at);
  });
  talks[n] = { ...talk, ws };
});
const headers = { authorization: `Bearer ${space.secretKey}` };
await inParallel(agents, 10, async (agent) => {
  for (let n = agent; n < visitors; n += agents) {
    const team = await socket(`/v1/conversations/${talks[n].id}/team-socket`, { headers });
    team.addEventListener("message", ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.type === "accepted") accepted.add(frame.message.id);
    });
    talks[n].team = team;
  }
});
console.log(`${visitors} visitors and ${agents} agents are there, each agent in ${visitors / agents} conversations`);

// Each agent says something every second, to one of theirs after the other.
const ids = new Map();
for (let second = 0; second < seconds; second += 1) {
  const begin = performance.now();
  for (let agent = 0; agent < agents; agent += 1) {
    const turn = second % Math.max(1, Math.floor(visitors / agents));
    const talk = talks[agent + turn * agents];
    const id = `b-${second}-${agent}`;
    ids.set(id, talk);
    sent.set(id, performance.now());
    talk.team.send(JSON.stringify({ type: "message", id, text: `Message ${id}` }));
    await sleep(Math.max(0, begin + ((agent + 1) * 1000) / agents - performance.now()));
  }
}
// What comes late is the longest delay and no loss.
const LATEST_MS = 60_000;
const load = loadavg()[0].toFixed(1);
for (const end = performance.now() + LATEST_MS; delays.length < sent.size && performance.now() < end; ) await sleep(50);
delays.sort((a, b) => a - b);
const at = (share) => delays[Math.floor(share * (delays.length - 1))]?.toFixed(1);
console.log(`of ${sent.size} messages ${delays.length} were heard; delay in ms: median ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, longest ${at(1)}; load ${load} on ${availableParallelism()} cores`);
for (const { ws, team } of talks) {
  ws.close();
  team?.close();
}
await worker.restart();
let lost = 0;
await inParallel(visitors, 20, async (n) => {
  const { messages } = await talks[n].visitor.messages(talks[n].id);
  const there = new Set(messages.map((message) => message.id));
  for (const [id, talk] of ids) if (talk === talks[n] && accepted.has(id) && !there.has(id)) lost += 1;
});
console.log(`lost over a restart of the runtime: ${lost} of ${accepted.size} that were taken`);
await worker.stop();
process.exit(0);
