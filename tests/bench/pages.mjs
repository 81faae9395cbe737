// How long the Worker takes for each page of the dashboard when the ledger is full:
//
//     BENCH_STORE=FILE cargo xtask bench store --http-closes 0
//     node_modules/.bin/node tests/bench/pages.mjs FILE [TIMES]
//
// FILE is the ledger that `BENCH_STORE` keeps: 100,000 customers and 1,000,000 conversations. It is put in the place of
// that of a workspace which has one of everything else, with events, deliveries and looks at profiles besides. Prints a
// table: milliseconds from the request to the last byte of the answer, wrangler's own proxy included.

import { constants, copyFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { workspace } from "../support/api.mjs";
import { addresses, oneOfEach } from "../support/pages.mjs";
import { Worker } from "../support/worker.mjs";

const [FULL, TIMES = "100"] = process.argv.slice(2);
if (!FULL) throw new Error("which ledger? BENCH_STORE=FILE cargo xtask bench store --http-closes 0 makes one");
/** The latest events of a workspace of that size, and their deliveries to one webhook. */
const EVENTS = 300_000;
const LOOKS = 100_000;
/** What of the full ledger gives way: who and whose it is, and what is under way. */
const REPLACED = ["workspace", "workspace_actions", "subscriptions", "keys", "members", "sessions", "documents", "tap", "jobs", "events", "event_counts"];

const worker = await Worker.start({ quiet: true, vars: { LIMIT_TEAM: "10000000" } });
try {
  const space = await workspace(worker, { name: "Fern & Co" });
  const ids = await oneOfEach(space);
  await space.team.settled();
  // Nothing is sent there any more.
  const body = { url: "https://hooks.example.com/askwell" };
  await space.team.expect(201, "POST", "/v1/webhooks", { body });
  await worker.halt();
  fill(ledgerOf(worker.state));
  await worker.start();
  const cookie = await signIn(space.secretKey);
  const rows = [];
  for (const path of [...addresses("page", ids), ...addresses("part", ids), ...addresses("file", ids)]) {
    rows.push([path, ...(await time(path, cookie))]);
    process.stderr.write(".");
  }
  process.stderr.write("\n");
  rows.sort((a, b) => b[2] - a[2]);
  console.log("| page | median | p99 |\n|---|--:|--:|");
  for (const [path, median, p99] of rows) {
    const name = path.replace(/\b([a-z]{2})_[0-9a-z]{26}\b/g, "…");
    console.log(`| \`${name}\` | ${median.toFixed(1)} | ${p99.toFixed(1)} |`);
  }
} finally {
  await worker.stop();
}

/** The file of the workspace's object: the one that has a table of customers. */
function ledgerOf(state) {
  const paths = readdirSync(state, { recursive: true }).filter((path) => /askwell-Workspace.[0-9a-f]{64}\.sqlite$/.test(path));
  if (paths.length !== 1) throw new Error(`${paths.length} ledgers`);
  return join(state, paths[0]);
}

function fill(path) {
  const own = `${path}.own`;
  // What the runtime was ended in the middle of is still in the journal.
  const last = new DatabaseSync(path);
  last.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  last.close();
  renameSync(path, own);
  for (const end of ["-wal", "-shm"]) rmSync(path + end, { force: true });
  copyFileSync(FULL, path, constants.COPYFILE_FICLONE);
  const db = new DatabaseSync(path);
  db.exec("PRAGMA cache_size = -400000; PRAGMA synchronous = OFF");
  db.prepare("ATTACH ? AS own").run(own);
  db.exec("BEGIN");
  const tables = db.prepare("SELECT name, sql FROM own.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'customer_words%'").all();
  for (const { name, sql } of tables) {
    if (name === "migrations" || name === "indexed" || name.endsWith("_counts") && name !== "event_counts") continue;
    // The runtime's own: alarms, and the object's name.
    if (name.startsWith("_")) db.exec(sql.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"));
    if (REPLACED.includes(name)) db.exec(`DELETE FROM main."${name}"`);
    // A ledger of an earlier version is brought up to date when it is opened.
    const columns = (of) => db.prepare(`SELECT name FROM pragma_table_info('${name}', '${of}')`).all().map((column) => column.name);
    const shared = columns("own").filter((column) => columns("main").includes(column)).join(", ");
    if (shared) db.exec(`INSERT OR IGNORE INTO main."${name}" (${shared}) SELECT ${shared} FROM own."${name}"`);
  }
  db.exec(`INSERT INTO indexed (customer_id, last_at, platforms, lacks) SELECT customer_id, last_at, platforms, lacks FROM own.indexed;
    INSERT INTO customer_words (rowid, words) SELECT i.n, w.words FROM own.indexed o JOIN own.customer_words_content c ON c.id = o.n JOIN main.indexed i ON i.customer_id = o.customer_id JOIN (SELECT id, c0 AS words FROM own.customer_words_content) w ON w.id = o.n`);
  const { id } = db.prepare("SELECT id FROM endpoints").get();
  const [from, until] = [Date.now() - 30 * 86_400_000, Date.now()];
  const each = (n) => `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${n})`;
  const conversation = "printf('cv_%026d', i / 6)";
  db.exec(`${each(EVENTS)} INSERT INTO events (id, name, lane, body)
    SELECT printf('ev_%026d', i), CASE i % 3 WHEN 0 THEN 'interaction.outcome_resolved' WHEN 1 THEN 'customer_signal.success_detected' ELSE 'ai_reply.sent' END, ${conversation},
      json_object('specversion', '1.0', 'id', printf('ev_%026d', i), 'conversation', ${conversation}) FROM n`);
  db.exec(`INSERT INTO deliveries (seq, endpoint, lane, state, attempts, last_at, status, delivered_at)
    SELECT seq, '${id}', lane, 'delivered', 1, ${from} + seq, 200, ${from} + seq FROM events WHERE id LIKE 'ev_0000%'`);
  db.exec(`${each(LOOKS)} INSERT INTO accesses (customer_id, at, who, what) SELECT printf('cu_%026d', i), ${from} + i * ${Math.floor((until - from) / LOOKS)}, 'ke_00000000000000000000000000', 'profile' FROM n`);
  db.exec("COMMIT; DETACH own");
  db.close();
  rmSync(own);
}

async function signIn(key) {
  const answer = await fetch(`${worker.url}/app/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin", origin: worker.url },
    body: new URLSearchParams({ key }),
  });
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
  if (cookies.length === 0) throw new Error(`signing in gave ${answer.status}: ${await answer.text()}`);
  return cookies.join("; ");
}

/** The median and the slowest of a hundred. */
async function time(path, cookie) {
  const took = [];
  for (let n = 0; n <= Number(TIMES); n += 1) {
    const begun = performance.now();
    const answer = await fetch(worker.url + path, { headers: { cookie }, redirect: "manual" });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${path} gave ${answer.status}: ${text.slice(0, 300)}`);
    // The first opens what is kept open.
    if (n > 0) took.push(performance.now() - begun);
  }
  took.sort((a, b) => a - b);
  const at = (part) => took[Math.round((took.length - 1) * part)];
  return [at(0.5), at(0.99)];
}
