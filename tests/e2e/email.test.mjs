// E-mail in through the Worker's handler and out through a mail interface, in threads; and tickets of
// another help desk.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem } from "../support/api.mjs";
import { Mail } from "../support/platforms.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { until } from "../support/until.mjs";

let worker, space, mail, channel;

before(async () => {
  mail = await new Mail().start();
  ({ worker, space } = await setUp());
  channel = await space.team.expect(201, "POST", "/v1/channels", {
    body: {
      name: "Shop",
      connection: { kind: "email", address: "help@shop.example", send_url: `${mail.url}/emails`, send_key: mail.key },
    },
  });
});
after(async () => {
  await tearDown({ worker });
  await mail?.stop();
});

/** Hands a mail over as Email Routing does. */
async function arrives({ from = "ana@example.com", to = `${channel.inbox}@in.example`, name = "Ana Lima", id, subject = "Where is my order?", references = [], more = [], text }) {
  const lines = [
    `From: ${name} <${from}>`, "To: help@shop.example", `Subject: ${subject}`, `Message-ID: <${id}@mail.example>`,
    `Date: ${new Date().toUTCString()}`,
    ...(references.length ? [`In-Reply-To: <${references.at(-1)}>`, `References: ${references.map((r) => `<${r}>`).join(" ")}`] : []),
    ...more, "Content-Type: text/plain; charset=utf-8", "", text, "",
  ];
  const query = new URLSearchParams({ from, to });
  const answer = await fetch(`${worker.url}/cdn-cgi/local/email?${query}`, { method: "POST", body: lines.join("\r\n") });
  return { status: answer.status, text: await answer.text() };
}

const all = () => space.team.expect(200, "POST", "/v1/conversations/search", { body: { platform: "email" } });
const conversations = (count) =>
  until(`there are ${count}`, async () => {
    const { items } = await all();
    return items.length === count ? items.map((row) => row.conversation_id) : undefined;
  });
const customerSaid = (id, count) =>
  until(`${count} mails are there`, async () => {
    const said = (await space.team.messages(id)).messages.filter((m) => m.role === "customer");
    return said.length === count ? said.map((m) => m.text) : undefined;
  });

describe("e-mail", () => {
  let first;

  test("becomes a conversation of who sent it", async () => {
    assert.equal((await arrives({ id: "1", text: "It is order 77." })).status, 200);
    await arrives({ id: "1", text: "It is order 77." });
    [first] = await conversations(1);
    assert.deepEqual(await customerSaid(first, 1), ["Where is my order?\n\nIt is order 77."]);
    const detail = await space.team.conversation(first);
    assert.deepEqual(
      [detail.platform, detail.facts.name.value, detail.facts.email.value],
      ["email", "Ana Lima", "ana@example.com"],
    );
  });

  test("is answered in its thread, and the answer's answer goes on there", async () => {
    mail.script.push([500, {}]);
    await space.team.say(first, "It leaves today.", { id: "a-1" });
    const sent = await until("it is sent", () => mail.sent.find((m) => m.text === "It leaves today."), 60_000);
    assert.deepEqual([sent.to, sent.subject], [["ana@example.com"], "Re: Where is my order?"]);
    assert.equal(sent.headers["In-Reply-To"], "<1@mail.example>");
    const ours = sent.headers["Message-ID"].slice(1, -1);
    await arrives({
      id: "2", references: ["1@mail.example", ours], subject: "Re: Where is my order?",
      text: "Thank you!\r\n\r\nOn Tue, 24 Nov 2026, Shop <help@shop.example> wrote:\r\n> It leaves today.",
    });
    const texts = await customerSaid(first, 2);
    assert.equal(texts[1], "Thank you!", "without what it quotes");
    // Without the header of before, by the conversation's own name in ours.
    await arrives({ id: "3", references: [ours], subject: "Something else", text: "One more thing." });
    await customerSaid(first, 3);
  });

  test("goes to nobody else's conversation, whatever it refers to", async () => {
    await arrives({ id: "4", from: "eve@example.com", name: "Eve", references: ["1@mail.example"], subject: "Re: Where is my order?", text: "And mine?" });
    const [other] = (await conversations(2)).filter((id) => id !== first);
    assert.deepEqual(await customerSaid(other, 1), ["And mine?"]);
    await customerSaid(first, 3);
  });

  test("of another matter is another conversation, of the same customer", async () => {
    await arrives({ id: "5", subject: "Invoice", text: "Please send me the invoice." });
    const ids = await conversations(3);
    for (const id of ids) await space.team.act(id, "close");
    const details = await Promise.all(ids.map((id) => space.team.classified(id)));
    const owners = details.filter((d) => d.facts.email.value === "ana@example.com").map((d) => d.customer_id);
    assert.deepEqual([owners.length, new Set(owners).size], [2, 1]);
  });

  test("that a machine sent, or that is for nobody, comes to nothing", async () => {
    await arrives({ id: "6", more: ["Auto-Submitted: auto-replied"], text: "I am away." });
    await arrives({ id: "7", from: "help@shop.example", text: "Our own." });
    await arrives({ id: "8", to: "nobody@in.example", text: "x" });
    await arrives({ id: "9", to: `${space.id}.0123456789abcdef@in.example`, text: "x" });
    await arrives({ id: "10", subject: "The last", text: "x" });
    await conversations(4);
  });
});

describe("tickets of another help desk", () => {
  const at = Date.now() - 30 * 86_400_000;
  const ticket = (id, more = {}) => ({
    id, subject: "Broken lamp", requester: { name: "Zoe Park", email: "zoe@example.com" }, resolved: true,
    messages: [
      { role: "customer", text: "The lamp came broken.", at },
      { role: "agent", text: "We send you another one.", at: at + 60_000 },
      { role: "customer", text: "It works, thank you so much!", at: at + 120_000 },
    ],
    closed_at: at + 180_000,
    ...more,
  });
  const send = (...lines) =>
    space.team.send("POST", "/v1/tickets/import", {
      raw: lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"),
      headers: { "content-type": "application/x-ndjson" },
    });

  test("are imported once, with their times, and what cannot be read is named", async () => {
    const done = await send(ticket("Z-1"), "not json", "", ticket("Z-2", { messages: [] }), ticket("Z-3", { colour: 1 }));
    assert.equal(done.status, 200, done.text);
    assert.deepEqual(
      [done.json.imported, done.json.repeats, done.json.refused.map((r) => [r.line, r.code])],
      [1, 0, [[2, "malformed_json"], [4, "invalid_field"], [5, "unknown_field"]]],
    );
    const again = await send(ticket("Z-1"));
    assert.deepEqual([again.json.imported, again.json.repeats], [0, 1]);
    const other = await send(ticket("Z-1", { messages: [{ role: "customer", text: "Another story." }] }));
    assert.equal(other.json.refused[0].code, "idempotency_conflict");
    const customer = await until("the customer is there", async () =>
      (await space.team.customers("zoe@example.com")).items[0]);
    assert.deepEqual([customer.name, customer.conversations, customer.first_at], ["Zoe Park", 1, at]);
    const { items } = await space.team.expect(200, "POST", "/v1/conversations/search", { body: { customer_id: customer.customer_id } });
    const detail = await space.team.conversation(items[0].conversation_id);
    assert.deepEqual(
      [detail.platform_conversation_id, detail.status, detail.started_at, detail.ended_at],
      ["Z-1", "completed", at, at + 180_000],
    );
    assert.deepEqual(detail.transcript.map((m) => m.role), ["customer", "agent", "customer", "system"]);
    assert.equal(detail.transcript[0].text, "Broken lamp\n\nThe lamp came broken.");
    assert.ok(["positive", "overly-positive"].includes(detail.sentiment), detail.sentiment);
  });

  test("are refused as a whole only when there are none, or too many", async () => {
    assertProblem(await send(""), 422, "invalid_field");
    assertProblem(await send(...Array(201).fill("{}")), 422, "invalid_field");
    assertProblem(await space.page.send("POST", "/v1/tickets/import", { raw: "{}" }), 403, "forbidden");
  });
});
