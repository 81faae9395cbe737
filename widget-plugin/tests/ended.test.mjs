// Conversations that end, and go on elsewhere or again.

import assert from "node:assert/strict";
import { it } from "node:test";
import { sent, server, until, visit } from "./support/visit.mjs";

it("says in a new conversation of the same visitor what comes after the end of the old one", async () => {
  const stub = await server();
  const { clock, conversation, area } = visit(stub);
  conversation.send("Hello");
  await until(clock, () => sent(conversation), "sent");
  conversation.dispose();
  const first = stub.conversation;
  // Written on a page without a line, and sent by the next one; meanwhile the first one was closed.
  const offline = visit(stub, { area });
  offline.conversation.resume();
  await until(offline.clock, () => offline.conversation.begun, "resumed");
  stub.fault = () => "drop";
  offline.conversation.send("One more thing");
  await until(offline.clock, () => offline.conversation.notice !== null, "no line");
  offline.conversation.dispose();
  first.status = "completed";
  stub.fault = () => undefined;
  const next = visit(stub, { area });
  next.conversation.resume();
  await until(next.clock, () => stub.conversations.size === 2 && sent(next.conversation), "sent anew");
  const texts = [...stub.conversations.values()].map((c) => c.messages.filter((m) => m.role === "customer").map((m) => m.text));
  assert.deepEqual(texts, [["Hello"], ["One more thing"]]);
  assert.deepEqual(next.refused, []);
});

it("hears that the team has opened again what had ended, and counts what came meanwhile", async () => {
  const stub = await server();
  const { clock, conversation, area, heard } = visit(stub);
  conversation.send("Hello");
  await until(clock, () => sent(conversation), "sent");
  stub.mark("closed");
  await until(clock, () => conversation.ended, "ended");
  stub.conversation.status = "in-progress";
  stub.agent("Ines again: it has arrived.");
  conversation.wake();
  await until(clock, () => heard.some((l) => l.text === "Ines again: it has arrived."), "heard");
  assert.equal(conversation.ended, false);
  conversation.dispose();
  const next = visit(stub, { area });
  next.conversation.resume();
  await until(next.clock, () => next.missed.length > 0, "missed");
  assert.ok(next.missed.at(-1) >= 1);
});

const REFUSAL = { type: "about:blank", title: "", status: 403, code: "origin_not_allowed", detail: "" };
const refuse = (text) => async (url, init) =>
  init.method === "POST" && JSON.parse(init.body).text === text ? new Response(JSON.stringify(REFUSAL), { status: 403 }) : fetch(url, init);
const unsent = (area) => [...area.keys()].filter((key) => key.includes("unsent")).length;

it("shows after a reload what was refused, and sends it when the visitor says so, and not before", async () => {
  const stub = await server();
  const first = visit(stub);
  first.conversation.send("Hello");
  await until(first.clock, () => sent(first.conversation), "sent");
  first.port.fetch = refuse("No");
  first.conversation.send("No");
  first.conversation.send("Yes");
  await until(first.clock, () => first.conversation.lines.some((l) => l.state === "failed"), "refused");
  await until(first.clock, () => first.conversation.lines.every((l) => l.state !== "sending"), "the next one goes on");
  first.conversation.dispose();
  const next = visit(stub, { area: first.area });
  next.conversation.resume();
  assert.deepEqual(next.conversation.lines.map((l) => [l.text, l.state]), [["No", "failed"]], "at once");
  await until(next.clock, () => next.conversation.begun, "resumed");
  await next.clock.pass(60_000);
  assert.deepEqual(next.conversation.lines.map((l) => [l.text, l.state]), [["Hello", "sent"], ["No", "failed"], ["Yes", "sent"]], "in its place");
  next.conversation.retry(next.conversation.lines[1].id);
  await until(next.clock, () => sent(next.conversation), "sent");
  assert.deepEqual(stub.conversation.messages.map((m) => m.text), ["Hello", "Yes", "No"]);
  assert.equal(unsent(next.area), 0);
});

it("shows what was refused also where no conversation could be begun, or it has ended", async () => {
  const stub = await server();
  stub.fault = (method, path, when) => (when === "before" ? REFUSAL : undefined);
  const first = visit(stub);
  first.conversation.send("Hello");
  await until(first.clock, () => first.conversation.lines[0].state === "failed", "refused");
  first.conversation.dispose();
  const asked = stub.requests.length;
  const next = visit(stub, { area: first.area });
  next.conversation.resume();
  await next.clock.pass(60_000);
  assert.equal(stub.requests.length, asked, "nothing is asked for it");
  stub.fault = () => undefined;
  next.conversation.retry(next.conversation.lines[0].id);
  await until(next.clock, () => sent(next.conversation), "sent");
  next.port.fetch = refuse("No");
  next.conversation.send("No");
  await until(next.clock, () => next.conversation.lines.at(-1).state === "failed", "refused");
  await next.conversation.end();
  next.conversation.dispose();
  const last = visit(stub, { area: first.area });
  last.conversation.resume();
  assert.equal(last.conversation.ended, true);
  assert.deepEqual(last.conversation.restart(), ["No"], "it is the visitor's to send in the next one");
  assert.equal(unsent(last.area), 0);
});

it("takes along what was refused where the conversation goes on as another", async () => {
  const stub = await server();
  const { area, clock, conversation, port } = visit(stub);
  conversation.send("Hello");
  await until(clock, () => sent(conversation), "sent");
  port.fetch = refuse("No");
  conversation.send("No");
  await until(clock, () => conversation.lines.at(-1).state === "failed", "refused");
  stub.conversation.status = "completed";
  conversation.send("One more thing");
  await until(clock, () => stub.conversations.size === 2 && conversation.lines.some((l) => l.text === "One more thing" && l.state === "sent"), "sent anew");
  assert.deepEqual(conversation.lines.filter((l) => l.state === "failed").map((l) => l.text), ["No"]);
  assert.equal(unsent(area), 1);
});

it("forgets the visitor half a year after the last visit, with all that was never accepted", async () => {
  const DAY = 24 * 60 * 60 * 1000;
  const stub = await server();
  const first = visit(stub);
  first.port.fetch = refuse("No");
  first.conversation.send("Hello");
  first.conversation.send("No");
  await until(first.clock, () => first.conversation.lines.every((l) => l.state !== "sending"), "refused");
  first.conversation.dispose();
  // A visit is what counts, and not the beginning; a text has the age of its own.
  const second = visit(stub, { area: first.area });
  second.clock.now += 100 * DAY;
  second.conversation.resume();
  await until(second.clock, () => second.conversation.begun, "resumed");
  second.conversation.dispose();
  const third = visit(stub, { area: first.area });
  third.clock.now += 181 * DAY;
  third.conversation.resume();
  await until(third.clock, () => third.conversation.begun, "resumed");
  assert.deepEqual(third.conversation.lines.map((l) => l.text), ["Hello"]);
  assert.equal(unsent(first.area), 0);
  third.conversation.send("And now");
  await until(third.clock, () => sent(third.conversation), "sent");
  third.conversation.dispose();
  const last = visit(stub, { area: first.area });
  last.clock.now += 362 * DAY;
  const asked = stub.requests.length;
  last.conversation.resume();
  await last.clock.pass(60_000);
  assert.equal(first.area.size, 0);
  assert.deepEqual([last.conversation.lines, stub.requests.length], [[], asked]);
});
