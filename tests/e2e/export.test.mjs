// The daily export: one document per UTC day, immutable once sealed.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { assertProblem, Client, visit, workspace } from "../support/api.mjs";
import { askwell } from "../support/cli.mjs";
import { day, DAY_S, instant } from "../support/days.mjs";
import { inParallel } from "../support/play.mjs";
import { ask, publish } from "../support/talk.mjs";
import { RESENT_MS, until } from "../support/until.mjs";
import { Worker } from "../support/worker.mjs";

describe("the export", () => {
  let worker, space, wanted;
  const ids = {};
  const dates = { old: day(-5), empty: day(-4), recent: day(-3) };

  before(async () => {
    worker = await Worker.start();
    space = await workspace(worker);
    ids.old = await recorded(dates.old, "10:00:00", "I'm Nora Quist, nora@example.com, 555-0110");
    ids.late = await recorded(dates.old, "23:59:58", "Hello?", "23:59:59");
    // Begins on one day and ends on the next: it belongs to the day of its end.
    ids.night = await recorded(dates.empty, "23:59:59", "Are you open?", "00:00:00", dates.recent);
    await space.team.settled((o) => o.classified === 3);
  });
  after(() => worker?.stop());

  async function recorded(date, time, said, until = time, ends = date) {
    const { conversation_id: id } = await space.team.open({ recorded: true });
    await space.team.say(id, said, { role: "customer", at: instant(date, time) });
    await space.team.act(id, "close", { at: instant(ends, until) });
    await space.team.classified(id);
    return id;
  }

  const file = (date, headers) => space.team.send("GET", `/v1/exports/${date}`, { headers });
  const row = async (date) =>
    (await space.team.all("/v1/exports")).find((entry) => entry.day === date);

  /** What the command line writes. */
  async function run(...words) {
    const child = askwell(words, { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "exit");
    const output = await text(child.stdout);
    assert.deepEqual(await ended, [0, null]);
    return output;
  }

  test("of a day that has not been sealed says when it will be", async () => {
    for (const date of [day(0), day(1)]) {
      const problem = assertProblem(await file(date), 425, "not_ready");
      assert.match(problem.detail, /\d{4}-\d\d-\d\dT/, "says when");
      const wait = Number((await file(date)).headers.get("retry-after"));
      const sealed = Date.parse(`${date}T00:00:00Z`) + (DAY_S + 3600) * 1000;
      assert.ok(Math.abs(Date.now() + wait * 1000 - sealed) < 30_000, `${wait} s`);
    }
    assert.deepEqual(await row(dates.old), {
      day: dates.old,
      conversations: 2,
      sealed_at: null,
      sha256: null,
      bytes: null,
      problem: null,
    });
  });

  test("of something that is no day is refused", async () => {
    for (const date of ["2026-02-30", "2026-1-1", "today", "2026-11-21T00:00:00Z"]) {
      assertProblem(await file(date), 422, "invalid_field");
    }
  });

  test("holds the conversations that ended that day, whole, once each", async () => {
    await worker.cron();
    const old = await until("the day is sealed", async () => {
      const answer = await file(dates.old);
      return answer.status === 200 && answer;
    });
    assert.match(old.type, /^application\/json\b/);
    const rows = JSON.parse(old.text);
    assert.deepEqual(rows.map((r) => r.conversation_id).sort(), [ids.old, ids.late].sort());
    const recent = JSON.parse((await file(dates.recent)).text);
    assert.deepEqual(recent.map((r) => r.conversation_id), [ids.night]);
    const entry = await row(dates.old);
    assert.equal(entry.bytes, old.bytes.length);
    assert.equal(entry.sha256, createHash("sha256").update(old.bytes).digest("hex"));
    assert.ok(entry.sealed_at);
  });

  test("names nobody", async () => {
    const written = (await file(dates.old)).text.toLowerCase();
    for (const secret of ["nora", "quist", "example.com", "555-0110", "5550110"]) {
      assert.ok(!written.includes(secret), `the file carries “${secret}”`);
    }
  });

  test("of a day without conversations is an empty list", async () => {
    const answer = await file(dates.empty);
    assert.equal(answer.status, 200);
    assert.deepEqual(JSON.parse(answer.text), []);
  });

  test("takes what comes too late into the first day that is still open", async () => {
    const sealed = await file(dates.old);
    const today = day(0);
    ids.tooLate = await recorded(dates.old, "12:00:00", "Sorry, this comes late");
    assert.equal((await row(today)).conversations, 1);
    assert.deepEqual((await file(dates.old)).bytes, sealed.bytes);
    dates.today = today;
  });

  test("has what visitors wanted, as far as the answerer knew it", async () => {
    const other = await workspace(worker);
    await publish(other);
    const talk = await visit(other);
    for (const said of ["Hello!", "What are your opening hours?", "Can I talk to a human please?"]) await ask(talk, said);
    await talk.visitor.act(talk.id, "close");
    await other.team.classified(talk.id, 2);
    wanted = { team: other.team, date: day(0) };
  });

  test("is the same for ever: bytes, ETag, after another seal and a restart", async () => {
    const days = [dates.old, dates.empty, dates.recent];
    const fetched = () => Promise.all(days.map((date) => file(date)));
    const shape = (answers) =>
      answers.map((a) => [a.status, a.headers.get("etag"), a.bytes.toString("hex")]);
    const first = shape(await fetched());
    for (const [status, etag] of first) {
      assert.equal(status, 200);
      assert.match(etag, /^"[^"]+"$/, "a strong ETag");
    }
    await worker.cron();
    await worker.cron();
    assert.deepEqual(shape(await fetched()), first);
    await worker.restart({ CLOCK_OFFSET_S: String(2 * DAY_S) });
    await worker.cron();
    assert.deepEqual(shape(await fetched()), first);
    const [chat] = JSON.parse((await wanted.team.send("GET", `/v1/exports/${wanted.date}`)).text);
    assert.deepEqual(chat.triggered_intent_replies.map((i) => [i.intent_name, i.not_meaningful]),
      [["Greeting", true], ["Opening hours", false], ["Talk to a human/agent", true]]);
    const { items } = await wanted.team.get(`/v1/exports/${wanted.date}/intents`);
    assert.deepEqual([items[0].first_intent, items[0].last_intent], ["Greeting", "Talk to a human/agent"]);
    const { metrics } = await wanted.team.get(`/v1/exports/metrics?first=${wanted.date}&last=${wanted.date}`);
    assert.deepEqual(metrics.first_meaningful_intents.map((i) => i.first_meaningful_intent), ["Opening hours"]);
    const late = JSON.parse((await file(dates.today)).text);
    // Tomorrow is over by then, and nothing has ended on it: sealed all the same, by the cron.
    const empty = await row(day(1));
    assert.deepEqual([empty.conversations, empty.bytes, empty.sha256],
      [0, 3, createHash("sha256").update("[]\n").digest("hex")]);
    assert.equal((await row(day(-1))), undefined, "but none of before there was a workspace");
    assert.deepEqual(late.map((r) => r.conversation_id), [ids.tooLate]);
  });

  test("of a day that is larger than what is in memory at once is whole", async () => {
    const date = day(-6);
    const count = 150;
    const made = await inParallel(Array(count).fill(), 8, async (_, n) => {
      const at = instant(date, "12:00:00") + n * 1000;
      const { conversation_id: id } = await space.team.open({ recorded: true });
      await space.team.say(id, "Where is my parcel?", { role: "customer", at });
      await space.team.act(id, "close", { at: at + 500 });
      return id;
    });
    await inParallel(made, 8, (id) => space.team.classified(id, 1, RESENT_MS));
    const whole = await file(date);
    assert.equal(whole.status, 200, whole.text);
    assert.ok(whole.bytes.length > 64 * 1024, `${whole.bytes.length} bytes are one piece`);
    assert.deepEqual(JSON.parse(whole.text).map((r) => r.conversation_id), made.sort());
    const entry = await row(date);
    assert.equal(entry.sha256, createHash("sha256").update(whole.bytes).digest("hex"));
    assert.deepEqual([entry.bytes, entry.conversations], [whole.bytes.length, count]);
  });

  test("need not be fetched twice", async () => {
    const etag = (await file(dates.old)).headers.get("etag");
    const again = await file(dates.old, { "if-none-match": etag });
    assert.deepEqual([again.status, again.bytes.length], [304, 0]);
    assert.equal(again.headers.get("etag"), etag);
    assert.equal((await file(dates.old, { "if-none-match": '"other"' })).status, 200);
  });

  test("does not change when a sealed conversation is reopened and closed anew", async () => {
    const sealed = await file(dates.old);
    await space.team.act(ids.late, "reopen", { at: instant(dates.recent, "09:00:00") });
    await space.team.say(ids.late, "one more thing", {
      role: "customer",
      at: instant(dates.recent, "09:00:01"),
    });
    await space.team.act(ids.late, "close", { at: instant(dates.recent, "09:05:00") });
    await space.team.classified(ids.late, 2);
    await worker.cron();
    const after = await file(dates.old);
    assert.deepEqual(after.bytes, sealed.bytes);
    assert.equal(after.headers.get("etag"), sealed.headers.get("etag"));
  });

  test("has a twin with one row a line, which is the same for ever", async () => {
    for (const [date, count] of [[dates.old, 2], [dates.empty, 0]]) {
      const twin = await space.team.send("GET", `/v1/exports/${date}?form=ndjson`);
      assert.equal(twin.status, 200, twin.text);
      assert.match(twin.type, /^application\/x-ndjson\b/);
      const rows = twin.text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
      assert.deepEqual(rows, JSON.parse((await file(date)).text));
      assert.equal(rows.length, count);
      const again = await space.team.send("GET", `/v1/exports/${date}?form=ndjson`);
      assert.deepEqual([again.bytes, again.headers.get("etag")], [twin.bytes, twin.headers.get("etag")]);
      assert.equal(twin.headers.get("etag"), `"${createHash("sha256").update(twin.bytes).digest("hex")}"`);
    }
    assertProblem(await space.team.send("GET", `/v1/exports/${dates.old}?form=parquet`), 422, "invalid_field");
  });

  test("has a manifest, with which the command line verifies the file", async () => {
    const manifest = (date) => space.team.send("GET", `/v1/exports/${date}/manifest`);
    const folder = mkdtempSync(join(tmpdir(), "askwell-day-"));
    try {
      const names = [];
      for (const [date, rows] of [[dates.old, 2], [dates.empty, 0]]) {
        const [day, sealed] = [await file(date), await manifest(date)];
        assert.deepEqual([sealed.status, sealed.type], [200, "application/json"]);
        assert.equal(sealed.headers.get("content-disposition"), `attachment; filename="${date}.manifest.json"`);
        const sha256 = createHash("sha256").update(day.bytes).digest("hex");
        const { sealed_at, ...rest } = sealed.json;
        assert.deepEqual(rest, { day: date, rows, bytes: day.bytes.length, sha256 });
        assert.equal(Date.parse(sealed_at), (await row(date)).sealed_at);
        writeFileSync(join(folder, `${date}.manifest.json`), sealed.bytes);
        names.push(join(folder, `${date}.json`));
        writeFileSync(names.at(-1), day.bytes);
      }
      const told = (await run("export", "verify", ...names)).trim().split("\n");
      assert.equal(told.length, 2);
      for (const line of told) assert.match(line, /: good: \d rows of \d{4}-\d\d-\d\d, as sealed$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
    assertProblem(await manifest(day(9)), 425, "not_ready");
    assertProblem(await manifest("today"), 422, "invalid_field");
  });

  test("has the metrics that the command line makes of the files", async () => {
    const folder = mkdtempSync(join(tmpdir(), "askwell-days-"));
    try {
      const files = [];
      for (const date of [day(-6), dates.old, dates.empty, dates.recent]) {
        files.push(join(folder, `${date}.json`));
        writeFileSync(files.at(-1), (await file(date)).bytes);
      }
      const cli = (...options) => run("metrics", ...options, ...files);
      const query = `first=${day(-6)}&last=${dates.recent}`;
      for (const [options, more] of [[[], ""], [["--on", dates.old, "--with-bot"], `&on=${dates.old}&with_bot=true`]]) {
        const { first, last, metrics } = await space.team.get(`/v1/exports/metrics?${query}${more}`);
        assert.deepEqual([first, last], [day(-6), dates.recent]);
        assert.deepEqual(metrics, JSON.parse(await cli("--json", ...options)));
        if (!more) assert.ok(metrics.total_conversations > 150 && metrics.bot_handled_rate !== null);
      }
      const { items } = await space.team.get(`/v1/exports/${dates.old}/intents`);
      const lines = (await cli("--intents")).trim().split("\n").map((line) => JSON.parse(line));
      const own = lines.filter(({ conversation_id }) => items.some((i) => i.conversation_id === conversation_id));
      assert.deepEqual(items, own);
    } finally {
      rmSync(folder, { recursive: true });
    }
    assertProblem(await space.team.send("GET", `/v1/exports/metrics?first=${dates.old}&last=${day(9)}`), 425, "not_ready");
    assertProblem(await space.team.send("GET", `/v1/exports/metrics?first=${day(-99)}&last=${dates.old}`), 422, "invalid_field");
  });

  test("is fetched with a key for it alone, which is dead when it is made anew, and every fetching is noted", async () => {
    const made = await space.team.expect(201, "POST", "/v1/keys", {
      body: { name: "Warehouse", kind: "secret", scopes: ["exports:read"] },
    });
    const pipeline = space.team.as(made.key);
    assert.equal((await pipeline.send("GET", `/v1/exports/${dates.old}`)).status, 200);
    assertProblem(await pipeline.send("GET", "/v1/exports/reads"), 403, "forbidden");
    const again = await space.team.expect(200, "POST", `/v1/keys/${made.key_id}/regenerate`);
    assertProblem(await pipeline.send("GET", `/v1/exports/${dates.old}`), 401, "unauthorized");
    assert.equal((await space.team.as(again.key).send("GET", `/v1/exports/${dates.recent}?form=ndjson`)).status, 200);
    const reads = (await space.team.all("/v1/exports/reads", 3)).filter((read) => read.by === made.key_id);
    assert.deepEqual(reads.map(({ day: date, what }) => [date, what]), [[dates.recent, "ndjson"], [dates.old, "json"]]);
    assert.ok(reads.every((read) => Math.abs(read.at - Date.now()) < 3 * DAY_S * 1000));
  });

  test("is the team's alone", async () => {
    const other = await workspace(worker);
    const theirs = await other.team.send("GET", `/v1/exports/${dates.old}`);
    assert.ok(!theirs.text.includes(ids.old), "another workspace's file");
    assertProblem(await new Client(worker).send("GET", `/v1/exports/${dates.old}`), 401, "unauthorized");
    assertProblem(await space.page.send("GET", `/v1/exports/${dates.old}`), 403, "forbidden");
  });
});

describe("a workspace that no cron trigger calls at", () => {
  let worker, space;
  before(async () => {
    worker = await Worker.start();
    space = await workspace(worker);
  });
  after(() => worker?.stop());

  test("seals its days by itself, and answers that become known later stand in the first open file", async () => {
    const date = day(-5);
    const { conversation_id: id } = await space.team.open({ recorded: true });
    await space.team.say(id, "Where is my order W1234?", { role: "customer", at: instant(date, "10:00:00") });
    await space.team.act(id, "close", { at: instant(date, "10:05:00") });
    await space.team.classified(id);
    await worker.restart({ CLOCK_OFFSET_S: String(2 * 60 * 60) });
    // Whatever is written sets the alarm to what is due by the clock of now.
    await space.team.open({});
    const days = async () => Object.fromEntries((await space.team.all("/v1/exports")).map((one) => [one.day, one]));
    await until("the day is sealed", async () => (await days())[date]?.sealed_at);

    const sealed = await space.team.send("GET", `/v1/exports/${date}`);
    const [row] = JSON.parse(sealed.text);
    const known = JSON.parse(row.conversations_data);
    const { fields } = await space.team.get("/v1/fields");
    const field = fields.find(({ name }) => known[name]);
    const answer = field.possible_values.map((value) => value.value ?? value).find((value) => value !== known[field.name]);
    await space.team.expect(200, "PUT", `/v1/conversations/${id}/answers/${field.id}`, { body: { answer } });
    const counts = Object.values(await days()).filter((one) => !one.sealed_at && one.conversations > 0);
    assert.deepEqual(counts.map((one) => one.conversations), [1], "it stands in one more file");
    await worker.restart({ CLOCK_OFFSET_S: String(3 * DAY_S) });
    const late = await space.team.send("GET", `/v1/exports/${counts[0].day}`);
    const again = JSON.parse(late.text);
    const data = JSON.stringify({ ...known, [field.name]: answer });
    assert.deepEqual(again.map((one) => ({ ...one, conversations_data: JSON.parse(one.conversations_data) })),
      [{ ...row, conversations_data: JSON.parse(data) }]);
    assert.deepEqual((await space.team.send("GET", `/v1/exports/${date}`)).bytes, sealed.bytes);
  });
});
