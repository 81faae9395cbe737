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
