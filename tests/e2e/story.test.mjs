// One conversation, end to end, over HTTP: a visitor chats, is asked for what is missing, leaves; and
// the customer, the answers, the events and the day's export are there.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, visit } from "../support/api.mjs";
import { parseCsv } from "../support/csv.mjs";
import { day, DAY_S } from "../support/days.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { until } from "../support/until.mjs";

const FIRST = "Hi, I'm Mike. Can you send me the invoice for my order?";
const SECOND = "sure, it's Mike.Hollis@example.com";
const THIRD = "Wonderful, that was quick. Thank you so much, great service!";

describe("one conversation", () => {
  let worker, receiver, space, talk, today;

  before(async () => {
    ({ worker, receiver, space } = await setUp({ own: true, receiver: true }));
  });
  after(() => tearDown({ worker, receiver }));

  test("is opened by a page", async () => {
    talk = await visit(space, { locale: "en-US", region: "US" });
    assert.match(talk.id, /^cv_/);
    assert.match(talk.opened.visitor_id, /^vi_/);
    assert.deepEqual(
      { status: talk.opened.status, messages: talk.opened.messages, revision: talk.opened.revision },
      { status: "queued", messages: 0, revision: 0 },
    );
    assert.equal(typeof talk.opened.session, "object");
  });

  test("notices the name, and asks for the address that sending needs", async () => {
    const answer = await talk.visitor.say(talk.id, FIRST, { id: "m-1" });
    assert.equal(answer.duplicate, false);
    assert.deepEqual(
      { ...answer.message, at: 0 },
      { id: "m-1", seq: 0, role: "customer", text: FIRST, at: 0 },
    );
    const [name] = answer.found;
    assert.equal(answer.found.length, 1, JSON.stringify(answer.found));
    assert.deepEqual([name.kind, name.value, name.subject], ["name", "Mike", "visitor"]);
    assert.equal(FIRST.slice(name.start, name.end), "Mike");
    assert.equal(answer.ask?.field, "email");
    assert.deepEqual([answer.ask.message.role, answer.ask.message.seq], ["bot", 1]);
    assert.ok(answer.ask.message.text.length > 5);
    assert.ok(answer.reason);
  });

  test("takes the address and asks for nothing that it has", async () => {
    const answer = await talk.visitor.say(talk.id, SECOND, { id: "m-2" });
    const email = answer.found.find((found) => found.kind === "email");
    assert.equal(email?.value, "mike.hollis@example.com", "lower-cased");
    assert.equal(SECOND.slice(email.start, email.end), "Mike.Hollis@example.com");
    assert.ok(!["name", "email"].includes(answer.ask?.field), "never twice once given");
  });

  test("lets the team answer", async () => {
    const answer = await space.team.say(talk.id, "The invoice is in your inbox.", { id: "a-1" });
    assert.deepEqual([answer.message.role, answer.found, answer.ask], ["agent", [], null]);
    await talk.visitor.say(talk.id, THIRD, { id: "m-3" });
    const page = await talk.visitor.messages(talk.id);
    assert.equal(page.status, "in-progress");
    assert.deepEqual(page.messages.map((m) => m.seq), page.messages.map((_, i) => i));
    const [, rest] = [page, await talk.visitor.messages(talk.id, 1)];
    assert.deepEqual(rest.messages, page.messages.slice(2), "only what came after");
  });

  test("is closed by the visitor", async () => {
    today = day();
    const state = await talk.visitor.act(talk.id, "close");
    assert.deepEqual(
      [state.conversation_id, state.status, state.revision],
      [talk.id, "completed", 1],
    );
  });

  test("is classified, and its customer is known", async () => {
    const detail = await space.team.classified(talk.id);
    assert.equal(detail.status, "completed");
    assert.equal(detail.direction, "inbound");
    assert.equal(detail.platform, "web_widget");
    assert.equal(detail.lang, "en");
    assert.ok(["positive", "overly-positive"].includes(detail.sentiment), detail.sentiment);
    assert.equal(detail.transcript.at(-1).role, "system");
    assert.equal(detail.transcript.at(-1).text, "closed");
    assert.equal(detail.facts.name.value, "Mike");
    assert.equal(detail.facts.email.value, "mike.hollis@example.com");
    assert.equal(detail.facts.phone, undefined);
    assert.ok(detail.classify_ms >= 0);
    assert.ok(detail.ended_at >= detail.started_at);

    const { fields } = await space.team.get("/v1/fields");
    assert.ok(fields.length > 0, "a new workspace begins with fields");
    assert.deepEqual(detail.answers.map((a) => a.field_id), fields.map((f) => f.id));
    for (const answer of detail.answers) {
      const field = fields.find((f) => f.id === answer.field_id);
      const values = field.possible_values.map((v) => v.value ?? v);
      assert.ok(["value", "null", "unresolved"].includes(answer.state), JSON.stringify(answer));
      assert.equal(answer.answer !== null, answer.state === "value");
      if (answer.answer !== null) assert.ok(values.includes(answer.answer), answer.answer);
      for (const { message, quote } of answer.evidence) {
        assert.ok(detail.transcript[message].text.includes(quote), `quote not said: ${quote}`);
      }
    }

    const customer = await space.team.get(`/v1/customers/${detail.customer_id}`);
    assert.deepEqual(
      { name: customer.name, email: customer.email, phone: customer.phone },
      { name: "Mike", email: "mike.hollis@example.com", phone: null },
    );
    assert.deepEqual(customer.platforms, ["web_widget"]);
    assert.equal(customer.conversations, 1);
    const found = await space.team.customers("MIKE.hollis@example.com");
    // The profile is the row of the list, and what only a profile has.
    const { emails, subjects, visitors, merged, tags, notes, values, ...row } = customer;
    assert.deepEqual(found.items, [row], "found by its e-mail in whatever case");
    assert.deepEqual(
      { emails, subjects, merged, tags, notes },
      { emails: [row.email], subjects: [], merged: [], tags: [], notes: [] },
    );
    assert.equal(visitors.length, 1);
    assert.deepEqual(values.map(({ kind, value }) => [kind, value]).sort(), [["email", row.email], ["name", "Mike"]]);
    const none = await space.team.customers("other@example.com");
    assert.deepEqual(none.items, []);
    const list = await space.team.all("/v1/conversations");
    assert.deepEqual(list.map((c) => c.conversation_id), [talk.id]);
  });

  test("shows in the overview and in the CSV", async () => {
    const overview = await space.team.settled((o) => o.classified === 1);
    assert.equal(overview.conversations, 1);
    assert.equal(overview.open, 0);
    assert.equal(overview.customers, 1);
    assert.deepEqual(
      [overview.customers_with.name, overview.customers_with.email, overview.customers_with.phone ?? 0],
      [1, 1, 0],
    );
    assert.equal(overview.events_blocked, 0);
    assert.equal(overview.dead_letters, 0);
    const { storage } = await space.team.get("/v1/overview");
    assert.ok(storage.bytes > 50_000 && !storage.nearly_full, JSON.stringify(storage));
    assert.equal(storage.limit_bytes, 10_000_000_000);
    const csv = await space.team.send("GET", "/v1/customers.csv");
    assert.equal(csv.status, 200);
    assert.match(csv.type, /^text\/csv\b/);
    const [header, ...rows] = parseCsv(csv.text.replace(/^\ufeff/, ""));
    const column = (name) => header.findIndex((cell) => cell.toLowerCase() === name);
    assert.equal(rows.length, 1);
    assert.equal(rows[0][column("name")], "Mike");
    assert.equal(rows[0][column("email")], "mike.hollis@example.com");
  });

  test("tells the webhook, without content or personal data", async () => {
    const mine = () => receiver.events.filter((event) => event.subject === talk.id);
    await until("the outcome is delivered", () =>
      mine().find((event) => event.type === "askwell.interaction.outcome_resolved"));
    await space.team.settled();
    receiver.assertSound();
    const overview = await space.team.overview();
    const recorded = Object.values(overview.events).reduce((sum, n) => sum + n, 0);
    assert.equal(receiver.events.length, recorded, "what is recorded is delivered");
    const detail = await space.team.conversation(talk.id);
    for (const event of mine()) {
      assert.equal(event.data.user_id, detail.customer_id);
      assert.equal(event.data.workspace_id, space.id);
      assert.ok(event.data.org_id);
      assert.ok(event.data.timestamp);
    }
    assert.ok(mine().some((event) => event.type === "askwell.customer_signal.success_detected"));
    // The runtime puts the name of its zone, here a made-up one, into a header of its own.
    const sent = receiver.requests
      .map(({ text, headers: { "cf-worker": _, ...headers } }) => text + JSON.stringify(headers))
      .join("\n");
    for (const secret of ["Mike", "hollis", "example.com", "invoice", "inbox", "Wonderful"]) {
      assert.ok(!sent.toLowerCase().includes(secret.toLowerCase()), `an event carries “${secret}”`);
    }
  });

  test("is in the day's export once the day is over, and not before", async () => {
    const early = await space.team.send("GET", `/v1/exports/${today}`);
    const problem = assertProblem(early, 425, "not_ready");
    assert.match(problem.detail, /\d{4}-\d\d-\d\d/, "says when it will be");

    await worker.restart({ CLOCK_OFFSET_S: String(2 * DAY_S) });
    await worker.cron();
    const file = await until("the day is sealed", async () => {
      const answer = await space.team.send("GET", `/v1/exports/${today}`);
      return answer.status === 200 ? answer : undefined;
    });
    assert.match(file.type, /^application\/json\b/);
    const rows = JSON.parse(file.text);
    assert.deepEqual(rows.map((row) => row.conversation_id), [talk.id]);
    for (const secret of ["Mike", "hollis", "example.com"]) {
      assert.ok(!file.text.toLowerCase().includes(secret.toLowerCase()), `the file carries “${secret}”`);
    }
    assert.equal((await space.team.conversation(talk.id)).status, "completed", "nothing was lost");
  });
});
