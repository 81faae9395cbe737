// The knowledge base over HTTP: versions, import, search, gaps, and what events tell of it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, visit } from "../support/api.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { ask, events, publish } from "../support/talk.mjs";
import { until } from "../support/until.mjs";

describe("the knowledge base", () => {
  let stage, space;

  before(async () => {
    stage = await setUp();
    space = stage.space;
  });
  after(() => tearDown(stage ?? {}));

  const search = (question) =>
    space.team.expect(200, "POST", "/v1/articles/search", { body: { question } });

  test("an article is written, published, changed under its version, and removed", async () => {
    const body = { title: "Parking", body: "Park in the yard **behind** the house." };
    const made = await space.team.expect(201, "POST", "/v1/articles", { body });
    assert.deepEqual([made.state, made.version, made.published_version], ["draft", 1, null]);
    assert.equal((await search("Where can I park?")).answered, false, "a draft answers nobody");
    const at = `/v1/articles/${made.article_id}`;
    await space.team.expect(200, "POST", `${at}/publish`);
    const found = await search("Where can I park?");
    assert.equal(found.found[0].article_id, made.article_id);
    assert.equal(found.found[0].text, "Park in the yard behind the house.", "plain text, as a visitor reads it");

    const change = { ...body, body: "Park on the roof." };
    const first = await space.team.send("PUT", at, { body: change, headers: { "if-match": '"1"' } });
    assert.deepEqual([first.status, first.headers.get("etag"), first.json.published_version], [200, '"2"', 1]);
    assertProblem(await space.team.send("PUT", at, { body, headers: { "if-match": '"1"' } }), 412, "precondition_failed");
    assert.equal((await search("Where can I park?")).found[0].text, "Park in the yard behind the house.");
    await space.team.expect(200, "POST", `${at}/publish`);
    assert.equal((await search("Where can I park?")).found[0].text, "Park on the roof.");
    assert.deepEqual((await space.team.get(`${at}/versions`)).map((v) => v.version), [2, 1]);

    await space.team.expect(204, "DELETE", at);
    assertProblem(await space.team.send("GET", at), 404, "not_found");
    assert.equal((await search("Where can I park?")).found.length, 0);
  });

  test("bad input is refused and changes nothing", async () => {
    const count = (await space.team.all("/v1/articles")).length;
    for (const [path, body, code] of [
      ["/v1/articles", { title: "", body: "x" }, "invalid_field"],
      ["/v1/articles", { title: "x", body: " " }, "invalid_field"],
      ["/v1/articles", { title: "x", body: "y".repeat(100_001) }, "invalid_field"],
      ["/v1/articles", { title: "x", body: "y", colour: "red" }, "unknown_field"],
      ["/v1/articles/import", { files: [] }, "invalid_field"],
      ["/v1/articles/import", { files: [{ name: "a.md", text: "# A\nx" }, { name: "b.md", text: " " }] }, "invalid_field"],
      ["/v1/articles/search", { question: "" }, "invalid_field"],
    ]) {
      assertProblem(await space.team.send("POST", path, { body }), 422, code);
    }
    assert.equal((await space.team.all("/v1/articles")).length, count);
  });

  test("a site's pages are imported by its sitemap, and again without a second copy", async () => {
    const page = (name, text) => ({ name: `https://site.example/${name}`, text });
    const sitemap = `<urlset>${["help", "gone"].map((p) => `<url><loc>https://site.example/${p}</loc></url>`).join("")}</urlset>`;
    const files = [
      page("help", "<html lang=en><head><title>Help</title></head><body><nav>Menu</nav><main><h1>Lost keys</h1><p>Ask at the desk.</p></main></body></html>"),
      page("private", "<main><p>Not for everybody</p></main>"),
    ];
    const body = { files, sitemap, publish: true };
    const done = await space.team.expect(200, "POST", "/v1/articles/import", { body });
    assert.equal(done.created.length, 1);
    assert.deepEqual([done.skipped, done.missing], [["https://site.example/private"], ["https://site.example/gone"]]);
    const again = await space.team.expect(200, "POST", "/v1/articles/import", { body });
    assert.deepEqual([again.created, again.unchanged], [[], done.created]);
    const article = await space.team.get(`/v1/articles/${done.created[0]}`);
    assert.deepEqual([article.title, article.body, article.source], ["Lost keys", "Ask at the desk.", "https://site.example/help"]);
  });

  test("a question without an article is a gap, and becomes a draft with one call", async () => {
    await publish(space);
    const talks = [await visit(space), await visit(space)];
    for (const talk of talks) await ask(talk, "Do you repair accordions from the fifties? I'm Ingrid Berg");
    const gap = await until("the gap is there", async () =>
      (await space.team.get("/v1/gaps")).find((gap) => gap.count === 2));
    assert.equal(gap.kind, "missing");
    assert.ok(!gap.questions.join().includes("Ingrid"), "without what is the visitor's");
    assert.deepEqual(gap.conversations.sort(), talks.map((talk) => talk.id).sort());
    const told = (await events(space, talks[0].id)).filter(({ name }) => name === "ai_reply.kb_gap_detected");
    assert.deepEqual(told.map(({ event }) => event.data.kb_gap_type), ["missing"]);
    const draft = await space.team.expect(201, "POST", `/v1/gaps/${gap.gap_id}/draft`);
    assert.equal(draft.state, "draft");
    assert.match(draft.body, /accordions/);
    assert.ok(!(await space.team.get("/v1/gaps")).some((other) => other.gap_id === gap.gap_id));
    assertProblem(await space.team.send("POST", `/v1/gaps/${gap.gap_id}/draft`), 404, "not_found");
  });

  test("events tell of the first article and of each publication", async () => {
    const names = (await events(space)).map(({ name }) => name).filter((name) => name.startsWith("kb."));
    assert.equal(names.filter((name) => name === "kb.created").length, 1);
    assert.equal(names[0], "kb.created");
    assert.ok(names.filter((name) => name === "kb.published").length >= 4);
  });
});
