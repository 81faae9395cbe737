// The visitor ends the chat while nobody can be reached, and two windows of one visitor.

import assert from "node:assert/strict";
import { it } from "node:test";
import { Area, sent, server, until, visit } from "./support/visit.mjs";

const said = ({ messages }) => messages.filter((m) => m.role === "customer").map((m) => m.text);

for (const online of [false, true]) {
  it(`ends once the line is back, and says so meanwhile: ${online ? "the server is away" : "off line"}`, async () => {
    const stub = await server();
    const { clock, conversation, refused } = visit(stub, { online: () => online });
    conversation.send("Thanks, that is all");
    await until(clock, () => conversation.begun && sent(conversation), "sent");
    stub.fault = (method, path, when) => (when === "before" ? "drop" : undefined);
    void conversation.end();
    await until(clock, () => conversation.notice !== null, "told");
    assert.deepEqual([conversation.notice, conversation.ended], ["ending", false]);
    await clock.pass(5000);
    assert.equal(conversation.notice, "ending", "for as long as it is so");
    stub.fault = () => undefined;
    await until(clock, () => conversation.ended, "ended");
    assert.deepEqual([stub.conversation.status, conversation.notice, refused], ["completed", null, []]);
  });
}

it("ends at once when the line is back, after what was written before", async () => {
  const stub = await server();
  const { clock, conversation } = visit(stub);
  conversation.send("One");
  await until(clock, () => conversation.begun && sent(conversation), "sent");
  stub.fault = () => "drop";
  conversation.send("Two");
  void conversation.end();
  await until(clock, () => conversation.notice !== null, "told");
  await clock.pass(30_000);
  stub.fault = () => undefined;
  const back = clock.now;
  conversation.wake();
  await until(clock, () => conversation.ended, "ended");
  assert.ok(clock.now - back < 5000, `${clock.now - back} ms`);
  assert.deepEqual(said(stub.conversation), ["One", "Two"]);
});

it("does not end where the visitor writes on", async () => {
  const stub = await server();
  const { clock, conversation } = visit(stub);
  conversation.send("One");
  await until(clock, () => conversation.begun && sent(conversation), "sent");
  stub.fault = () => "drop";
  void conversation.end();
  await until(clock, () => conversation.notice === "ending", "told");
  conversation.send("Wait, one more thing");
  stub.fault = () => undefined;
  await until(clock, () => sent(conversation), "sent");
  await clock.pass(120_000);
  assert.deepEqual([stub.conversation.status, said(stub.conversation), conversation.notice], ["in-progress", ["One", "Wait, one more thing"], null]);
});

it("goes on with what another window has begun, and sends what that has left unsent", async () => {
  const stub = await server();
  const area = new Area();
  const [one, other] = [visit(stub, { area }), visit(stub, { area })];
  other.conversation.resume();
  one.conversation.send("One");
  await until(one.clock, () => one.conversation.begun && sent(one.conversation), "sent");
  other.conversation.follow();
  await until(other.clock, () => other.conversation.lines.some((l) => l.text === "One"), "shown in the other");
  assert.deepEqual([stub.conversations.size, said(stub.conversation)], [1, ["One"]]);

  one.port.fetch = () => Promise.reject(new TypeError("off line"));
  one.conversation.send("Two");
  await one.clock.pass(1000);
  one.conversation.dispose();
  other.conversation.resume();
  await until(other.clock, () => said(stub.conversation).includes("Two") && sent(other.conversation), "sent by the other");
  assert.deepEqual(said(stub.conversation), ["One", "Two"]);
  assert.deepEqual(other.conversation.lines.filter((l) => l.role === "customer").map((l) => l.text), ["One", "Two"]);
});
