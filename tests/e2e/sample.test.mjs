// The sample conversations through the Worker: nothing is lost, and what is concluded is measured
// against what a careful person wrote down.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { lines } from "../support/cases.mjs";
import { inParallel, play } from "../support/play.mjs";
import { Receiver } from "../support/receiver.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { together } from "../support/together.mjs";
import { until } from "../support/until.mjs";

const RECORDS = lines("conversations.jsonl");
const EXPECTED = new Map(lines("conversations.expected.jsonl").map((line) => [line.id, line]));

/**
 * The least share that must agree with the person, well below what is aimed at: a lower one means that
 * something broke, not that a wording was missed. For the outcome: who always says “resolved” agrees on
 * less than two thirds, so below three quarters hardly anything is read.
 */
const FLOOR = { email: 0.9, phone: 0.8, name: 0.75, sentiment: 0.6, outcome: 0.75 };

/** What the events of an outcome are called by a person; for the other labels there is none. */
const OUTCOMES = {
  "askwell.interaction.outcome_recovered": "recovered",
  "askwell.interaction.outcome_resolved": "resolved",
  "askwell.interaction.outcome_handoff_completed": "handoff",
};
const WITHOUT_EVENT = ["unresolved", "none"];

/**
 * Whether a text holds somebody's name: of a name in ASCII a word of four letters or more, where ids and
 * the words of events hold no such word by themselves; any part of another.
 */
function names(text, name) {
  const parts = name.toLowerCase().split(/\s+/u);
  return parts.some((part) =>
    /^\p{ASCII}*$/u.test(part)
      ? part.length >= 4 && new RegExp(`(?<![a-z0-9])${RegExp.escape(part)}(?![a-z0-9])`).test(text)
      : text.includes(part));
}

describe("the sample conversations", () => {
  let worker, receiver, space, details;

  before(async () => {
    [worker, receiver] = await together(sharedWorker(), Receiver.start());
    space = await workspace(worker, { webhook: receiver });
    const played = await inParallel(RECORDS, 8, (record) => play(space.team, record));
    details = await inParallel(played, 8, ({ id, revision }) => space.team.classified(id, revision));
    const { events } = await space.team.settled();
    const recorded = Object.values(events).reduce((sum, n) => sum + n, 0);
    await until("every event is delivered", () => receiver.events.length === recorded);
  });
  after(async () => {
    await worker?.stop();
    await receiver?.stop();
  });

  const detailOf = (id) => details[RECORDS.findIndex((record) => record.id === id)];

  /** How a conversation ended, as the events of its last closing tell it. */
  function outcomeOf({ conversation_id, ended_at }) {
    const told = receiver.events
      .filter((event) => event.subject === conversation_id && Date.parse(event.time) === ended_at)
      .map((event) => OUTCOMES[event.type])
      .filter(Boolean);
    return told.find((outcome) => outcome !== "handoff") ?? told[0] ?? null;
  }

  test("are all there, whole and in order", async () => {
    for (const [index, detail] of details.entries()) {
      const record = RECORDS[index];
      const last = record.conversation.at(-1);
      const ended = last.role === "system" && ["closed", "resolved"].includes(last.text);
      const turns = record.conversation.map(({ role, text, at }) => ({ role, text, at: at * 1000 }));
      if (!ended) turns.push({ role: "system", text: "closed", at: last.at * 1000 });
      assert.deepEqual(
        detail.transcript.map(({ role, text, at }) => ({ role, text, at })),
        turns,
        record.id,
      );
      assert.equal(detail.platform_conversation_id, record.id);
      assert.equal(detail.platform, record.platform);
      assert.equal(detail.status, "completed");
    }
  });

  test("give an overview that adds up", async () => {
    const overview = await space.team.overview();
    assert.deepEqual(
      [overview.conversations, overview.classified, overview.open],
      [RECORDS.length, RECORDS.length, 0],
    );
    assert.deepEqual([overview.dead_letters, overview.events_blocked], [0, 0]);
    for (const [field, answers] of Object.entries(overview.answers)) {
      const sum = Object.values(answers).reduce((a, b) => a + b, 0);
      assert.equal(sum, RECORDS.length, field);
    }
    const customers = await space.team.all("/v1/customers");
    assert.equal(customers.length, overview.customers);
    const having = (kind) => customers.filter((c) => c[kind]).length;
    for (const kind of ["name", "email", "phone"]) {
      assert.equal(overview.customers_with[kind] ?? 0, having(kind), kind);
    }
    const emails = customers.map((c) => c.email).filter(Boolean);
    assert.equal(new Set(emails).size, emails.length, "an e-mail is one customer's");
    assert.equal(
      customers.reduce((sum, c) => sum + c.conversations, 0),
      RECORDS.length,
      "each conversation is one customer's",
    );
  });

  test("link who is the same and part who is not", async () => {
    const same = (a, b) => assert.equal(detailOf(a).customer_id, detailOf(b).customer_id, `${a}, ${b}`);
    same("web-nadia-first", "line-nadia-second");
    same("visit-one-lucas", "visit-two-lucas");
    const lucas = await space.team.get(`/v1/customers/${detailOf("visit-two-lucas").customer_id}`);
    assert.deepEqual([lucas.name, lucas.email], ["Lucas", "lucas.martin@example.org"]);
    const others = new Set(details.map((d) => d.customer_id));
    assert.equal(others.size, RECORDS.length - 2);
  });

  test("are read about as a careful person reads them", (t) => {
    const wrong = { name: [], email: [], phone: [], sentiment: [], outcome: [] };
    const counted = { name: 0, email: 0, phone: 0, sentiment: 0, outcome: 0 };
    for (const [index, detail] of details.entries()) {
      const { id } = RECORDS[index];
      const { outcome, ...others } = EXPECTED.get(id);
      assert.ok([...Object.values(OUTCOMES), ...WITHOUT_EVENT, undefined].includes(outcome), `${id}: ${outcome}`);
      const expected = { ...others, outcome: WITHOUT_EVENT.includes(outcome) ? null : outcome };
      const actual = { sentiment: detail.sentiment, outcome: outcomeOf(detail) };
      for (const kind of ["name", "email", "phone"]) actual[kind] = detail.facts[kind]?.value ?? null;
      for (const kind of Object.keys(wrong)) {
        if (expected[kind] === undefined) continue;
        counted[kind] += 1;
        if (actual[kind] !== expected[kind]) {
          wrong[kind].push(`${id}: ${JSON.stringify(actual[kind])}, not ${JSON.stringify(expected[kind])}`);
        }
      }
    }
    const share = (kind) => 1 - wrong[kind].length / counted[kind];
    for (const kind of Object.keys(wrong)) {
      t.diagnostic(`${kind}: ${(100 * share(kind)).toFixed(1)} % of ${counted[kind]} agree`);
      for (const line of wrong[kind]) t.diagnostic(`  ${kind} of ${line}`);
    }
    for (const [kind, floor] of Object.entries(FLOOR)) {
      assert.ok(share(kind) >= floor, `${kind}: ${share(kind)} < ${floor}\n${wrong[kind].join("\n")}`);
    }
  });

  test("never give somebody an address that is another's", () => {
    for (const [id, stranger] of [
      ["shop-husband-mark", "mark.jennings@example.com"],
      ["steal-other-account", "rachel.green@example.com"],
      ["injection-in-chat", "admin@shop.example"],
      ["telecom-router-marathon", "owen.hughes@example.org"],
    ]) {
      assert.notEqual(detailOf(id).facts.email?.value, stranger, id);
    }
  });

  test("keep what was corrected, and not what was taken back", () => {
    assert.equal(detailOf("saas-email-fix").facts.email?.value, "tom.arden@example.org");
    assert.equal(detailOf("telecom-forget-number").facts.phone, undefined);
  });

  test("are not moved by orders given in a chat", () => {
    const { facts, sentiment } = detailOf("injection-in-chat");
    assert.deepEqual(facts, {}, "whom it names is another");
    assert.ok(!["positive", "overly-positive"].includes(sentiment), sentiment);
  });

  test("reach the webhook without anybody's data", async () => {
    const overview = await space.team.overview();
    const recorded = Object.values(overview.events).reduce((sum, n) => sum + n, 0);
    await until("every event is delivered", () => receiver.events.length === recorded);
    receiver.assertSound();
    // Written anew, so that no escape hides a letter.
    const written = receiver.requests.map(({ text }) => JSON.stringify(JSON.parse(text)));
    const sent = written.join("\n").toLowerCase();
    for (const { name, email, phone } of EXPECTED.values()) {
      for (const secret of [email, phone]) {
        assert.ok(!secret || !sent.includes(secret.toLowerCase()), `an event carries “${secret}”`);
      }
      assert.ok(!name || !names(sent, name), `an event carries the name “${name}”`);
    }
  });

  test("played again add nothing", async () => {
    const earlier = await space.team.settled();
    await inParallel(RECORDS, 8, (record) => play(space.team, record));
    assert.deepEqual(await space.team.settled(), earlier);
  });
});
