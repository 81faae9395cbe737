// The owner works on questions: drafts, publishing, order; and looks at answers: overriding, agreement,
// trying a draft.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, visit } from "../support/api.mjs";
import { setUp, tearDown } from "../support/stage.mjs";

describe("data collection", () => {
  let worker, space;

  before(async () => {
    ({ worker, space } = await setUp());
  });
  after(() => tearDown({ worker }));

  const send = (method, path, body) => space.team.send(method, path, { body });
  const must = (status, method, path, body) => space.team.expect(status, method, path, { body });
  const live = async () => (await space.team.get("/v1/fields")).fields;
  const refund = (more = {}) => ({
    name: "Refund wanted",
    prompt: "Does the customer want a refund? If it is not about money, output null.",
    possible_values: ["Yes", "No"],
    ...more,
  });

  async function chat(text) {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, text);
    await talk.visitor.act(talk.id, "close");
    await space.team.classified(talk.id);
    return talk.id;
  }

  test("a question goes from a template over a draft to every conversation", async () => {
    const { templates } = await space.team.get("/v1/fields/templates");
    assert.ok(templates.length >= 20 && templates.every((t) => t.group && t.possible_values.length > 1));
    const advice = await must(200, "POST", "/v1/fields/lint", refund({ prompt: "Refund?" }));
    assert.equal(advice.valid, true);
    assert.ok(advice.hints.some((hint) => hint.rule === "no_skip_rule" && hint.advice));
    assert.equal((await must(200, "POST", "/v1/fields/lint", refund({ name: "" }))).valid, false);

    const made = await must(201, "POST", "/v1/fields", refund());
    assert.deepEqual([made.live, made.draft.field.name, made.enabled], [null, "Refund wanted", true]);
    assert.ok(!(await live()).some((f) => f.id === made.id), "a draft is put to nothing");
    const published = await must(200, "POST", `/v1/fields/${made.id}/publish`);
    assert.deepEqual([published.live.version, published.draft], [1, null]);

    const id = await chat("The lamp is broken. I want my money back, please refund me.");
    const { answers } = await space.team.conversation(id);
    assert.equal(answers.find((a) => a.field_id === made.id).answer, "Yes");

    await must(200, "PUT", `/v1/fields/${made.id}/draft`, refund({ prompt: "Is a refund asked for? Else null." }));
    assert.equal((await live()).find((f) => f.id === made.id).version, 1);
    await must(200, "POST", `/v1/fields/${made.id}/publish`);
    const { versions } = await space.team.get(`/v1/fields/${made.id}`);
    assert.deepEqual(versions.map((v) => v.version), [1, 2]);
    const restored = await must(200, "POST", `/v1/fields/${made.id}/restore`, { version: 1 });
    assert.equal(restored.draft.field.prompt, refund().prompt);
    await must(204, "DELETE", `/v1/fields/${made.id}/draft`);
    assertProblem(await send("POST", `/v1/fields/${made.id}/publish`), 409, "illegal_transition");
  });

  test("questions are ordered, turned off and on, and removed", async () => {
    const before = (await space.team.get("/v1/fields/details")).fields.map((f) => f.id);
    const turned = before.toReversed();
    const { fields } = await must(200, "POST", "/v1/fields/order", { ids: turned });
    assert.deepEqual(fields.map((f) => f.id), turned);
    assert.deepEqual((await live()).map((f) => f.id), turned);
    const [first] = turned;
    await must(200, "PATCH", `/v1/fields/${first}`, { enabled: false });
    assert.ok(!(await live()).some((f) => f.id === first));
    await must(200, "PATCH", `/v1/fields/${first}`, { enabled: true });
    await must(204, "DELETE", `/v1/fields/${first}`);
    assertProblem(await send("PATCH", `/v1/fields/${first}`, { enabled: true }), 410, "gone");
    assert.equal((await space.team.get(`/v1/fields/${first}`)).removed, true);
    await must(200, "POST", `/v1/fields/${first}/restore`, { version: 1 });
    await must(200, "PATCH", `/v1/fields/${first}`, { enabled: true });
    await must(204, "DELETE", `/v1/fields/${first}/draft`);
    assertProblem(await send("GET", "/v1/fields/fd_0"), 404, "not_found");
    assertProblem(await send("POST", "/v1/fields", refund({ colour: "red" })), 422, "unknown_field");
    assertProblem(await send("POST", "/v1/fields/order", { ids: ["fd_0"] }), 422, "invalid_field");
    const page = await space.page.send("GET", "/v1/fields/details");
    assertProblem(page, 403, "forbidden");
  });

  test("a person overrides an answer, which stands beside the model's and is measured", async () => {
    const field = (await live()).find((f) => f.name === "Refund wanted");
    const id = await chat("I want my money back for this lamp, refund me please.");
    const path = `/v1/conversations/${id}/answers`;
    const model = (await space.team.get(path)).answers.find((a) => a.field_id === field.id);
    assert.deepEqual([model.standing.answer, model.human], ["Yes", null]);
    const said = await must(200, "PUT", `${path}/${field.id}`, { answer: "No" });
    assert.deepEqual([said.standing.answer, said.model.answer, said.human.answer], ["No", "Yes", "No"]);
    assert.ok(said.human.by);
    const shown = (await space.team.conversation(id)).answers.find((a) => a.field_id === field.id);
    assert.deepEqual([shown.answer, shown.method], ["No", "human"]);
    const agreement = await space.team.get(`/v1/fields/${field.id}/agreement`);
    assert.deepEqual([agreement.reviewed, agreement.agreed], [1, 0]);
    assert.deepEqual(agreement.confusions, [{ answered: "Yes", human: "No", count: 1 }]);
    assertProblem(await send("PUT", `${path}/${field.id}`, { answer: "Perhaps" }), 422, "invalid_field");
    await must(204, "DELETE", `${path}/${field.id}`);
    assertProblem(await send("DELETE", `${path}/${field.id}`), 404, "not_found");
    const stats = (await space.team.get("/v1/fields/stats")).fields.find((f) => f.field_id === field.id);
    assert.ok(stats.conversations >= 2 && stats.hit_rate > 0, JSON.stringify(stats));
  });

  test("a draft is tried on conversations that ended, and nothing is stored", async () => {
    const field = (await live()).find((f) => f.name === "Refund wanted");
    const before = await space.team.settled();
    const draft = refund({ possible_values: ["Wants a refund", "Wants none"] });
    const path = `/v1/fields/${field.id}/preview`;
    const { diff, conversations, cost_micros } = await must(200, "POST", path, { field: draft, conversations: 2 });
    assert.deepEqual([diff.conversations, conversations.length, cost_micros], [2, 2, 0]);
    assert.equal(diff.changed.length, 2, "no value is as it was");
    assert.deepEqual(diff.changed.map((c) => c.before.answer), ["Yes", "Yes"]);
    assert.deepEqual(await space.team.overview(), before);
    assertProblem(await send("POST", path, {}), 409, "illegal_transition");
    assertProblem(await send("POST", path, { field: draft, conversations: 201 }), 422, "invalid_field");
    assertProblem(await send("POST", path, { field: draft, model: true }), 409, "illegal_transition");
    const reader = { name: "Reader", kind: "secret", scopes: ["fields:read"] };
    const { key } = await must(201, "POST", "/v1/keys", reader);
    const costs = await space.team.as(key).send("POST", path, { body: { field: draft, model: true } });
    assertProblem(costs, 403, "forbidden");
  });

  test("values are proposed that several customers share", async () => {
    const made = await must(201, "POST", "/v1/fields", {
      name: "Reason",
      prompt: "Why does the customer write? If none of the values match, output 'Other'.",
      possible_values: ["Invoice", "Other"],
      optional: false,
    });
    await must(200, "POST", `/v1/fields/${made.id}/publish`);
    const texts = ["Do you sell gift cards?", "Where do I find gift cards?", "Can gift cards be sent by post?"];
    const ids = [];
    for (const text of texts) ids.push(await chat(text));
    for (const id of ids) await must(200, "PUT", `/v1/conversations/${id}/answers/${made.id}`, { answer: "Other" });
    const found = await space.team.get(`/v1/fields/${made.id}/proposals`);
    assert.deepEqual([found.out_of, found.read], ["Other", 3]);
    assert.match(found.proposals[0].value, /gift cards/i);
    assert.deepEqual(found.proposals[0].conversations.toSorted(), ids.toSorted());
  });
});
