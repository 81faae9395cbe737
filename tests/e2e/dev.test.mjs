// `cargo xtask dev` and `cargo xtask replay` as somebody at a terminal sees them.

import assert from "node:assert/strict";
import { spawn, execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Client } from "../support/api.mjs";
import { lines } from "../support/cases.mjs";
import { folder } from "../support/folder.mjs";
import { pids, status } from "../support/processes.mjs";
import { until } from "../support/until.mjs";
import { addresses, someOfEach } from "../support/pages.mjs";
import { freePort, ROOT } from "../support/worker.mjs";

const SAMPLE = join(ROOT, "tests", "data", "conversations.jsonl");
const RECORDED = lines("conversations.jsonl").length;
/** Enough to be caught in the middle. */
const SOME = 30;
/** Those that stay: whoever wanted to be forgotten was. */
const LIVE = lines("live.jsonl").length + lines("live-later.jsonl").length;
/** Of them, whoever still waits for a person, or is with one. */
const OPEN = lines("live-later.jsonl").filter(({ end }) => end !== undefined).length;
/** The runtime's start, on a machine that does other things as well. */
const START_MS = 120_000;

/** Starts a task; `text` is what it has printed so far, `ended` resolves to its exit status. */
function xtask(args, env = {}) {
  // The one that runs the tests, so that none is built in between.
  const [program, ...rest] = process.env.ASKWELL_XTASK
    ? [process.env.ASKWELL_XTASK]
    : ["cargo", "xtask"];
  const child = spawn(program, [...rest, ...args], {
    cwd: ROOT,
    env: { ...process.env, ASKWELL_PREBUILT: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const task = { child, text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      task.text += text;
    });
  }
  task.ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
  return task;
}

/** The figure that a table has beside a name. */
function figure(text, name) {
  const rows = text.split("\n").map((line) => line.trim()).filter((line) => line.startsWith(`${name} `));
  const row = rows.find((line) => /^ +\d+$/.test(line.slice(name.length)));
  assert.ok(row, `no row ${JSON.stringify(name)} in:\n${text}`);
  return Number(row.slice(name.length));
}

/** All processes, as Linux lists them. */
function listed() {
  return pids().flatMap((id) => {
    try {
      const line = readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      const found = status(id);
      return found ? [{ id, parent: found.parent, line }] : [];
    } catch {
      return []; // It has ended meanwhile.
    }
  });
}

/** The same elsewhere. */
function printed() {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().match(/^(\d+)\s+(\d+)\s+(.*)$/))
    .filter(Boolean)
    .map(([, id, parent, line]) => ({ id: Number(id), parent: Number(parent), line }));
}

/** The processes below another one: id, group and command line. */
function below(pid) {
  const all = existsSync("/proc/self/stat") ? listed() : printed();
  const found = all.filter((process) => process.parent === pid);
  for (const process of found) found.push(...all.filter((p) => p.parent === process.id));
  return found;
}

describe("cargo xtask dev", () => {
  let store, port, served;

  before(async () => {
    store = folder("askwell-dev-");
    port = await freePort();
  });
  after(async () => {
    served?.child.kill("SIGTERM");
    await served?.ended;
    rmSync(store, { recursive: true, force: true, maxRetries: 5 });
  });

  const dev = (...args) => xtask(["dev", "--store", store, "--port", String(port), ...args]);
  const keys = () => JSON.parse(readFileSync(join(store, "dev.json"), "utf8")).workspace;
  const events = () =>
    readFileSync(join(store, "events.jsonl"), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
  const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);

  test("fills an empty store, with chats in which something is asked, and delivers every event", async () => {
    const first = dev("--once");
    assert.equal(await first.ended, 0, first.text);
    assert.equal(figure(first.text, "conversations"), RECORDED);
    assert.match(first.text, /^ *live-answers +[1-9] +(name, )?email$/m);
    assert.match(first.text, /^ *live-refuses +[1-9] +nothing$/m);
    assert.match(first.text, /^ *live-volunteers +\d +(name, )?email$/m);
    for (const name of ["lost", "events undelivered", "dead letters", "requests refused"]) {
      assert.equal(figure(first.text, name), 0, name);
    }
    const taken = events();
    assert.equal(figure(first.text, "events received"), taken.length);
    assert.ok(taken.length > RECORDED, "each conversation gives an event");
    assert.equal(new Set(taken.map((event) => event.id)).size, taken.length);
  });

  test("adds nothing the second time", async () => {
    const before = events();
    served = dev();
    await until("it serves", () => served.text.includes("Ctrl-C stops it"), START_MS);
    const worker = { url: `http://127.0.0.1:${port}` };
    const team = new Client(worker, keys().secret_key);
    const overview = await team.overview();
    assert.equal(overview.conversations, RECORDED + LIVE);
    assert.equal(overview.classified, RECORDED + LIVE - OPEN);
    assert.equal(overview.open, OPEN);
    assert.equal(sum(overview.events), before.length);
    assert.deepEqual(events(), before);
    // Pages of the dashboard that nothing recorded fills.
    for (const path of ["/v1/gaps", "/v1/inbox", "/v1/articles", "/v1/automations", "/v1/channels", "/v1/members", "/v1/exports", "/v1/erasures"]) {
      const all = await team.get(path);
      assert.ok((all.items ?? all).length > 0, `${path} shows nothing`);
    }
  });

  test("shows something on every page of the dashboard", async () => {
    const url = `http://127.0.0.1:${port}`;
    const { secret_key: key } = keys();
    const team = new Client({ url }, key);
    const headers = { "sec-fetch-site": "same-origin" };
    const signedIn = await fetch(`${url}/app/sign-in`, { method: "POST", redirect: "manual", headers, body: new URLSearchParams({ key }) });
    const cookie = signedIn.headers.getSetCookie()[0].split(";")[0];
    const shown = async (path) => {
      const answer = await fetch(url + path, { headers: { cookie } });
      assert.equal(answer.status, 200, path);
      return answer.text();
    };
    const empty = [];
    for (const path of addresses("page", await someOfEach(team))) {
      for (const [, what] of (await shown(path)).matchAll(/class="empty"><h2>(.*?)<\/h2>/g)) empty.push(`${path}: ${what}`);
    }
    assert.deepEqual(empty, []);

    // What has no page of its own, and shows nevertheless.
    const holds = async (path, ...texts) => {
      const page = await shown(path);
      for (const text of texts) assert.ok(page.includes(text), `${path} has no ${text}`);
    };
    const { fields } = await team.get("/v1/fields/details");
    assert.ok(fields.some(({ live, draft }) => !live && draft), "a field that was never published");
    assert.ok(fields.some(({ live, enabled }) => live && !enabled), "a field that is off");
    const [backfill] = (await team.get("/v1/backfills")).backfills;
    assert.deepEqual([backfill.state, backfill.failed], ["finished", 0]);
    assert.ok(backfill.done >= RECORDED, `${backfill.done} were answered`);
    await holds("/app/customers", "Loyal, without a phone");
    await holds("/app/conversations", "Damaged on arrival", "Unhappy on LINE");
    await holds("/app/metrics/data-collection", "Language (off)");
    // Each view finds somebody.
    for (const list of ["customers", "conversations"]) {
      const links = [...(await shown(`/app/${list}`)).matchAll(/<a class="chip" href="([^"]*)"[^>]*>(Loyal, without a phone|Damaged on arrival|Unhappy on LINE)</g)];
      assert.ok(links.length > 0, list);
      for (const [, href, name] of links) assert.ok(!(await shown(href.replaceAll("&amp;", "&"))).includes('class="empty"'), name);
    }
  });

  test("brings back a runtime that was killed, and a replay that stands in the middle goes on", async () => {
    const worker = { url: `http://127.0.0.1:${port}` };
    const admin = readFileSync(join(ROOT, ".dev.vars"), "utf8").match(/^ADMIN_KEY="(.+)"$/m)[1];
    const operator = new Client(worker, admin);
    const space = async (id) => {
      const body = { id, name: id, origins: [] };
      return (await operator.expect(201, "POST", "/v1/workspaces", { body })).secret_key;
    };
    const replay = (key) =>
      xtask(["replay", SAMPLE, "--limit", String(SOME)], { ASKWELL_URL: worker.url, ASKWELL_SECRET_KEY: key });
    const totals = (key) => new Client(worker, key).overview();

    const calm = await space("calm");
    const alone = replay(calm);
    assert.equal(await alone.ended, 0, alone.text);
    const expected = await totals(calm);
    assert.equal(expected.classified, SOME);

    // wrangler starts a workerd again by itself; when wrangler is gone as well, `dev` starts both.
    for (const [name, isKilled] of [
      ["no-workerd", ({ line }) => /\/workerd( |$)/.test(line)],
      ["no-wrangler", () => true],
    ]) {
      const key = await space(name);
      const cut = replay(key);
      await until("it is in the middle", async () => (await totals(key)).conversations > SOME / 4);
      const victims = below(served.child.pid).filter(isKilled);
      assert.ok(victims.length > 0, "there is something to kill");
      for (const { id } of victims) process.kill(id, "SIGKILL");
      assert.equal(await cut.ended, 0, cut.text);
      assert.deepEqual(await totals(key), expected, name);

      const again = replay(key);
      assert.equal(await again.ended, 0, again.text);
      assert.equal(figure(again.text, "already there"), SOME);
      assert.deepEqual(await totals(key), expected, "once more adds nothing");
    }
    assert.match(served.text, /the runtime died/);
    assert.match(served.text, /the runtime is back/);
  });

  test("ends with all that it has started when it is told to", async () => {
    const started = below(served.child.pid);
    served.child.kill("SIGTERM");
    assert.equal(await served.ended, 0, served.text);
    const alive = ({ id }) => {
      try {
        return process.kill(id, 0);
      } catch {
        return false;
      }
    };
    await until("nothing is left", () => !started.some(alive));
  });

  test("a replay without a Worker says so and how to go on", async () => {
    const refused = xtask(["replay", SAMPLE], { ASKWELL_URL: `http://127.0.0.1:${port}`, ASKWELL_SECRET_KEY: "sk_x_y" });
    assert.equal(await refused.ended, 1);
    assert.match(refused.text, /does not answer/);
    assert.match(refused.text, /cargo xtask dev/);
  });
});
