// Seals a day of many conversations in the Worker's real runtime, from the ledger's database into the bucket:
// `node tests/bench/seal.mjs ROWS`, with `ASKWELL_PREBUILT=1` what is built already. Prints one line of JSON.
//
// One conversation is held for a row, which is then copied in the ledger's file while nothing runs. The same rows
// stand on two days, whose files must be the same.

import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { workspace } from "../support/api.mjs";
import { day, instant } from "../support/days.mjs";
import { pids, status } from "../support/processes.mjs";
import { Worker } from "../support/worker.mjs";

const ROWS = Number(process.argv[2] ?? 100_000);
const DAYS = [day(-3), day(-2)];
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const id = () => `cv_${Array.from(randomBytes(26), (byte) => ALPHABET[byte % 32]).join("")}`;

/** The ledger's file: the one database with a row for the export. */
function ledger(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".sqlite"));
  for (const file of files) {
    const database = new DatabaseSync(join(folder, file));
    const has = database.prepare("SELECT count(*) AS n FROM sqlite_master WHERE name = 'export_rows'").get().n;
    if (has && database.prepare("SELECT count(*) AS n FROM export_rows").get().n) return database;
    database.close();
  }
  throw new Error("no ledger has a row");
}

/** The process of the runtime in whose group this one is, which holds the most memory. */
function runtime(group) {
  const of = (pid) => {
    const found = status(pid);
    return found?.group === group && found.name.startsWith("workerd");
  };
  return pids().filter(of).toSorted((a, b) => memory(b, "VmRSS") - memory(a, "VmRSS"))[0];
}

/** Megabytes of a process. */
function memory(pid, what) {
  const line = readFileSync(`/proc/${pid}/status`, "utf8").split("\n").find((text) => text.startsWith(what));
  return Number(line.match(/\d+/)[0]) / 1e3;
}

const worker = await Worker.start({ vars: { LIMIT_TEAM: "100000" } });
try {
  const space = await workspace(worker);
  const { conversation_id } = await space.team.open({ recorded: true });
  await space.team.say(conversation_id, "Where is my parcel?", { role: "customer", at: instant(DAYS[0], "10:00:00") });
  await space.team.act(conversation_id, "close", { at: instant(DAYS[0], "10:05:00") });
  await space.team.classified(conversation_id);
  await space.team.settled();
  await worker.halt();

  const database = ledger(worker.state);
  const { body } = database.prepare("SELECT body FROM export_rows").get();
  const put = database.prepare("INSERT INTO export_rows (day, conversation_id, body) VALUES (?, ?, ?)");
  database.exec("BEGIN; DELETE FROM export_rows");
  for (let n = 0; n < ROWS; n++) {
    const other = id();
    for (const date of DAYS) put.run(date, other, body.replace(conversation_id, other));
  }
  database.exec("COMMIT");
  database.close();

  await worker.start();
  await space.team.overview();
  const pid = runtime(worker.group);
  const before = memory(pid, "VmRSS");
  const sealed = [];
  for (const date of DAYS) {
    // From here on the peak is counted anew.
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
    const [begun, taken] = [performance.now(), status(pid).processor];
    const answer = await fetch(`${worker.url}/v1/exports/${date}`, { headers: { authorization: `Bearer ${space.secretKey}` } });
    // The answer begins when the day is sealed.
    const seconds = (performance.now() - begun) / 1000;
    const [cpu_s, peak] = [status(pid).processor - taken, memory(pid, "VmHWM")];
    const bytes = Buffer.from(await answer.arrayBuffer());
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const rows = JSON.parse(bytes).length;
    if (answer.headers.get("etag") !== `"${sha256}"` || rows !== ROWS) throw new Error("the file is not whole");
    sealed.push({
      rows, bytes: bytes.length, sha256, seconds, cpu_s, rows_per_s: Math.round(ROWS / seconds), peak_mb: Math.round(peak),
    });
  }
  if (sealed[0].sha256 !== sealed[1].sha256) throw new Error("the same rows gave other bytes");
  console.log(JSON.stringify({ before_mb: Math.round(before), sealed }));
} finally {
  await worker.stop();
}
