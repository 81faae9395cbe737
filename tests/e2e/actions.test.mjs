// The enrichment action over HTTP: reviewed, activated, switched, configured, gated by the plan; and
// what that does to conversations.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, Client, visit } from "../support/api.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { ADMIN_KEY } from "../support/worker.mjs";

const ACTION = "/v1/actions/customer-enrichment";
const SEND = "Could you send me the brochure, please?";

describe("the enrichment action", () => {
  let worker, space, operator;

  before(async () => {
    ({ worker, space } = await setUp());
    operator = new Client(worker, ADMIN_KEY);
  });
  after(() => tearDown({ worker }));

  const patch = (body, options = {}) => space.team.send("PATCH", ACTION, { body, ...options });
  const bill = (body) => operator.expect(200, "PUT", `/v1/workspaces/${space.id}/billing`, { body });
  /** What a new visitor is asked for. */
  const asked = async (text = SEND) => {
    const talk = await visit(space, { locale: "en" });
    const answer = await talk.visitor.say(talk.id, text);
    return { talk, field: answer.ask?.field ?? null, words: answer.ask?.message.text, reason: answer.reason };
  };

  test("comes with the workspace and cannot be removed", async () => {
    const { actions } = await space.team.get("/v1/actions");
    assert.deepEqual(actions.map((a) => [a.action, a.state, a.built_in, a.asks]), [
      ["customer-enrichment", "active", true, true],
    ]);
    assert.ok(actions[0].activated_at > 0);
    assertProblem(await space.team.send("DELETE", ACTION), 403, "forbidden");
    assertProblem(await space.team.send("GET", "/v1/actions/other"), 404, "not_found");
    assert.equal((await asked()).field, "email");
  });

  test("is switched off for conversations that begin, and not for those that have", async () => {
    const before = await visit(space, { locale: "en" });
    const off = await patch({ enabled: false });
    assert.equal(off.json.state, "off");
    const { talk, field, reason } = await asked();
    assert.deepEqual([field, reason], [null, "held: asking is switched off"]);
    // The widget predicts by what it is served here.
    assert.equal(talk.opened.session.options.prompt.enabled, false);
    assert.equal((await before.visitor.say(before.id, SEND)).ask?.field, "email");
    const stale = await patch({ enabled: true }, { headers: { "if-match": '"0"' } });
    assertProblem(stale, 412, "precondition_failed");
    const on = await patch({ enabled: true }, { headers: { "if-match": off.headers.get("etag") } });
    assert.equal(on.json.state, "active");
    assert.equal((await asked()).field, "email");
  });

  test("asks as it is configured, in the owner's words", async () => {
    const config = { fields: ["name", "email"], wording: { en: { email_send: "Where shall it go?" } } };
    await space.team.expect(200, "PATCH", ACTION, { body: { config } });
    const { talk, field, words } = await asked();
    assert.deepEqual([field, words], ["email", "Where shall it go?"]);
    assert.deepEqual(talk.opened.session.options.prompt.fields, ["name", "email"]);
    assertProblem(await patch({ config: { max_asks: 9 } }), 422, "invalid_field");
    assertProblem(await patch({ config: { budget: 9 } }), 422, "unknown_field");
  });

  test("shows what it will ask before it is activated, and activates just that", async () => {
    const config = { fields: ["phone"], wording: { de: { phone_call: "Unter welcher Nummer?" } } };
    const review = await space.team.expect(200, "POST", `${ACTION}/review`, { body: config });
    const call = review.questions.find((q) => q.line === "phone_call");
    assert.deepEqual([call.moment, call.words.de], ["call", { text: "Unter welcher Nummer?", own: true }]);
    assert.equal(call.words.fr.own, false);
    const activate = (body) => space.team.send("POST", `${ACTION}/activate`, { body });
    assertProblem(await activate({ config: { fields: ["name"] }, review: review.review }), 412, "precondition_failed");
    const active = await activate({ config: review.config, review: review.review });
    assert.deepEqual([active.status, active.json.config.fields], [200, ["phone"]]);
    assert.equal((await asked()).field, null, "an address is not wanted");
    await space.team.expect(200, "PATCH", ACTION, { body: { config: {} } });
  });

  test("never asks visitors who are held out", async () => {
    await space.team.expect(200, "PATCH", ACTION, { body: { config: { hold_out_percent: 100 } } });
    const { talk, field, reason } = await asked();
    assert.equal(field, null);
    assert.equal(reason, "held: in the share of visitors that are never asked");
    assert.equal(talk.opened.session.policy.held_out, true);
    await space.team.expect(200, "PATCH", ACTION, { body: { config: {} } });
  });

  test("needs a plan that has it, and says the way to one", async () => {
    const billing = await space.team.get("/v1/billing");
    assert.deepEqual(billing.plans.map((p) => [p.plan, p.price_usd, p.customer_enrichment]), [
      ["starter", 9, false], ["professional", 19, true], ["enterprise", 49, true],
    ]);
    await space.team.expect(200, "PUT", "/v1/billing", { body: { plan: "starter" } });
    const shown = await space.team.get(ACTION);
    assert.deepEqual([shown.asks, shown.blocked.reason, shown.blocked.billing], [false, "plan_required", "/v1/billing"]);
    assert.equal((await asked()).field, null);
    const review = await space.team.expect(200, "POST", `${ACTION}/review`, { body: {} });
    const refused = await space.team.send("POST", `${ACTION}/activate`, { body: { review: review.review } });
    assertProblem(refused, 402, "payment_required");
    assert.equal(refused.headers.get("link"), '</v1/billing>; rel="payment"');
    await space.team.expect(200, "PUT", "/v1/billing", { body: { plan: "enterprise" } });
    assert.equal((await asked()).field, "email");
  });

  test("cannot be switched on while a payment is overdue", async () => {
    await bill({ payment: "overdue" });
    assert.equal((await asked()).field, "email", "what is active goes on");
    await patch({ enabled: false });
    const refused = assertProblem(await patch({ enabled: true }), 402, "payment_required");
    assert.match(refused.detail, /overdue/);
    await bill({ payment: "current" });
    assert.equal((await patch({ enabled: true })).json.state, "active");
    const { events } = await space.team.overview();
    assert.deepEqual([events["billing.plan_changed"], events["billing.payment_changed"]], [2, 2]);
  });

  test("is not for everybody to change", async () => {
    const page = visit(space, {}).then(({ visitor }) => visitor.send("PATCH", ACTION, { body: { enabled: false } }));
    assertProblem(await page, 403, "forbidden");
    const unpaid = await space.team.send("PUT", `/v1/workspaces/${space.id}/billing`, { body: { payment: "current" } });
    assertProblem(unpaid, 403, "forbidden");
    const unknown = await operator.send("PUT", "/v1/workspaces/nowhere/billing", { body: {} });
    assertProblem(unknown, 404, "not_found");
  });
});

describe("what asking costs and brings", () => {
  let worker, receiver, space;
  const today = () => new Date().toISOString().slice(0, 10);

  before(async () => {
    ({ worker, receiver, space } = await setUp({ receiver: true }));
  });
  after(() => tearDown({ worker, receiver }));

  test("is counted by field and reason, beside those who are held out", async () => {
    const first = today();
    const talk = await visit(space, { locale: "en" });
    await talk.visitor.say(talk.id, "hi", { id: "m-1" });
    await talk.visitor.say(talk.id, SEND, { id: "m-2" });
    await talk.visitor.say(talk.id, "ana.lopez@example.com", { id: "m-3" });
    const live = await space.team.get(`/v1/conversations/${talk.id}/decisions`);
    await talk.visitor.act(talk.id, "close");
    await space.team.classified(talk.id);

    await space.team.expect(200, "PATCH", ACTION, { body: { config: { hold_out_percent: 100 } } });
    const held = await visit(space, { locale: "en" });
    await held.visitor.say(held.id, SEND);
    await held.visitor.act(held.id, "close");
    await space.team.classified(held.id);

    const shown = await space.team.get(`/v1/conversations/${talk.id}/decisions`);
    assert.deepEqual(shown, live, "they stay when the words go to the ledger");
    assert.equal(shown.arm, "asked");
    assert.deepEqual(shown.decisions.map((d) => [d.seq, d.message_id, d.code, d.field]).slice(0, 2), [
      [0, "m-1", "held.greeting_only", null],
      [1, "m-2", "asked.email.send", "email"],
    ]);
    assert.equal(shown.decisions[1].reason, "asked e-mail: wants something sent");
    const other = await space.team.get(`/v1/conversations/${held.id}/decisions`);
    assert.deepEqual([other.arm, other.decisions[0].code], ["held_out", "held.held_out"]);

    const report = await space.team.get(`${ACTION}/report?first=${first}&last=${today()}`);
    const email = (arm) => report.arms.find((a) => a.arm === arm).fields.find((f) => f.field === "email");
    assert.deepEqual(report.arms.map((a) => [a.arm, a.conversations]), [["asked", 1], ["held_out", 1]]);
    assert.deepEqual([email("asked").given, email("asked").total.answered, email("asked").total.left], [1, 1, 0]);
    assert.deepEqual([email("held_out").given, email("held_out").total.left], [0, 1]);
    assert.equal(email("asked").moments[0].moment, "send");
    assert.equal(report.differences.find((d) => d.field === "email").answered.difference, 1);

    const { events } = await space.team.settled();
    const told = Object.entries(events).filter(([name]) => name.startsWith("enrichment."));
    assert.deepEqual(Object.fromEntries(told), {
      "enrichment.asked": 1, "enrichment.answered": 1, "enrichment.withheld": 1, "enrichment.left": 1,
    });
    receiver.assertSound();
  });

  test("what the site knows is not asked from then on", async () => {
    await space.team.expect(200, "PATCH", ACTION, { body: { config: {} } });
    const talk = await visit(space, { locale: "en" });
    const path = `/v1/conversations/${talk.id}/known`;
    const { session } = await talk.visitor.expect(200, "POST", path, { body: { known: ["email"] } });
    assert.deepEqual(session.policy.known, ["email"]);
    assert.equal((await talk.visitor.say(talk.id, SEND)).ask, null);
    assertProblem(await talk.visitor.send("POST", path, { body: { known: ["age"] } }), 422, "invalid_field");
    const stranger = await visit(space, {});
    assertProblem(await stranger.visitor.send("POST", path, { body: { known: [] } }), 403, "forbidden");
  });

  test("a visitor who comes back is not asked for what the profile has", async () => {
    const first = await visit(space, { locale: "en" });
    await first.visitor.say(first.id, "I am Ana Lopez, ana.back@example.com");
    await first.visitor.act(first.id, "close");
    await space.team.classified(first.id);
    await space.team.settled();
    const again = await visit(space, { locale: "en", visitor_token: first.opened.visitor_token });
    assert.deepEqual(again.opened.session.policy.on_file, ["name", "email"]);
    assert.equal((await again.visitor.say(again.id, SEND)).ask, null);
  });
});
