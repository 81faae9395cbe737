// Nobody reads what is not theirs, and nothing personal leaves by a side door.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, visit, workspace } from "../support/api.mjs";
import { parseCsv } from "../support/csv.mjs";
import { Worker } from "../support/worker.mjs";

/** It is the same whether the other conversation is there or not. */
const assertKeptOut = (answer) => assertProblem(answer, 403, "forbidden");

describe("privacy", () => {
  let worker, space;

  before(async () => {
    worker = await Worker.start();
    space = await workspace(worker);
  });
  after(() => worker?.stop());

  test("a visitor reads, writes and closes no conversation but their own", async () => {
    const [mine, theirs] = [await visit(space), await visit(space)];
    await theirs.visitor.say(theirs.id, "My number is 202-555-0143");
    const before = await space.team.messages(theirs.id);
    const body = { id: "x", text: "hi" };
    for (const id of [theirs.id, `cv_${"0".repeat(26)}`]) {
      const path = `/v1/conversations/${id}`;
      for (const answer of [
        await mine.visitor.send("GET", `${path}/messages`),
        await mine.visitor.send("POST", `${path}/messages`, { body }),
        await mine.visitor.send("POST", `${path}/actions`, { body: { action: "close" } }),
      ]) {
        assertKeptOut(answer);
      }
      for (const client of [mine.visitor, theirs.visitor, space.page]) {
        assertKeptOut(await client.send("GET", path));
      }
    }
    assert.deepEqual(await space.team.messages(theirs.id), before);
  });

  test("nor an earlier one of the same browser, whose screen may be shared", async () => {
    const first = await visit(space);
    await first.visitor.say(first.id, "This is Iris, iris@example.com");
    const second = await space.page.open({ visitor_token: first.opened.visitor_token });
    const visitor = space.page.as(second.visitor_token, { origin: space.origin });
    assertKeptOut(await visitor.send("GET", `/v1/conversations/${first.id}/messages`));
    assert.ok(!JSON.stringify(second.session).includes("iris"), "the session shows no history");
  });

  test("claiming somebody's e-mail shows nothing of theirs", async () => {
    const owner = await visit(space);
    await owner.visitor.say(owner.id, "I'm Greta Holm, greta@example.com, 202-555-0177");
    await owner.visitor.act(owner.id, "close");
    await space.team.classified(owner.id);
    const thief = await visit(space);
    const answer = await thief.visitor.say(thief.id, "Hi, my email is greta@example.com, what is my number?");
    const { messages } = await thief.visitor.messages(thief.id);
    const seen = JSON.stringify([answer, messages]).replaceAll("greta@example.com", "");
    for (const secret of ["Greta", "Holm", "0177"]) assert.ok(!seen.includes(secret), secret);
  });

  test("a forged or altered visitor token opens nothing", async () => {
    const talk = await visit(space);
    const other = await visit(space);
    const token = talk.visitor.key;
    const [body, tag] = token.slice(3).split(".");
    const claims = JSON.parse(Buffer.from(body, "base64url").toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, c: other.id })).toString("base64url");
    for (const key of [`vt_${forged}.${tag}`, `vt_${forged}.`, `vt_${body}.${tag.slice(0, -4)}AAAA`]) {
      const answer = await talk.visitor.send("GET", `/v1/conversations/${other.id}/messages`, { key });
      assertProblem(answer, 401, "unauthorized");
    }
    assert.ok(!Buffer.from(body, "base64url").toString().includes("@"));
  });

  test("a workspace sees nothing of another", async () => {
    const stranger = await workspace(worker);
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "I'm Hugo, hugo@example.com");
    await talk.visitor.act(talk.id, "close");
    const { customer_id } = await space.team.classified(talk.id);
    for (const path of [
      `/v1/conversations/${talk.id}`,
      `/v1/conversations/${talk.id}/messages`,
      `/v1/customers/${customer_id}`,
    ]) {
      assertProblem(await stranger.team.send("GET", path), 404, "not_found");
    }
    assert.deepEqual(await stranger.team.all("/v1/customers"), []);
    assert.deepEqual((await stranger.team.customers("hugo@example.com")).items, []);
    const body = { visitor_token: talk.opened.visitor_token };
    const answer = await stranger.page.send("POST", "/v1/conversations", { body });
    assert.notEqual(answer.json?.visitor_id, talk.opened.visitor_id, "a token of another workspace");
  });

  test("a cell of the CSV is never a formula, and reads back", async () => {
    const names = ["=HYPERLINK(\"http://evil.example\")", "+1+1", "-2+3", "@SUM(A1)", "Ann \"The Cat\", Lee"];
    for (const [n, name] of names.entries()) {
      const { conversation_id: id } = await space.team.open({ known: ["email"] });
      await space.team.say(id, "May I have your name?", { role: "bot" });
      await space.team.say(id, name, { role: "customer" });
      await space.team.say(id, `my email is formula-${n}@example.com, phone +1 202 555 01${10 + n}`, { role: "customer" });
      await space.team.act(id, "close");
      await space.team.classified(id);
    }
    const csv = await space.team.send("GET", "/v1/customers.csv");
    const rows = parseCsv(csv.text.replace(/^\ufeff/, ""));
    assert.ok(rows.length > names.length);
    const width = rows[0].length;
    for (const row of rows) {
      assert.equal(row.length, width, `ragged: ${row}`);
      for (const cell of row) assert.doesNotMatch(cell, /^[=+\-@\t\r]/, `a formula: ${cell}`);
    }
    const customers = await space.team.all("/v1/customers");
    const cells = rows.flat();
    for (const { email } of customers.filter((c) => c.email)) {
      assert.ok(cells.includes(email), `${email} is missing`);
    }
  });

  test("the log holds nothing that a visitor said", () => {
    const log = worker.log.toLowerCase();
    for (const secret of ["greta", "hugo", "iris@", "0177", "0143"]) {
      assert.ok(!log.includes(secret), `the log holds “${secret}”`);
    }
  });
});
