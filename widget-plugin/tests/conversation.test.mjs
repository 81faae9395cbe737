// The conversation over a fake fetch that answers from the real engine and fails on purpose.

import assert from "node:assert/strict";
import { it } from "node:test";
import { SITE_KEY } from "./support/stub.mjs";
import { Area, sent, server, until, visit } from "./support/visit.mjs";

it("does nothing before the first message", async () => {
  const stub = await server();
  const { area, clock, conversation } = visit(stub);
  conversation.resume();
  conversation.peek("Hi, I'm Mike");
  conversation.wake();
  await clock.pass(60_000);
  assert.deepEqual([stub.requests, area.size], [[], 0]);
});

it("predicts the question at once, and the server's answer is the same line", async () => {
  const stub = await server();
  const { clock, conversation } = visit(stub);
  conversation.send("Hello");
  await until(clock, () => conversation.lines.length > 0 && sent(conversation), "open");
  const before = conversation.lines.length;
  conversation.send("Could you send me the brochure?");
  const predicted = conversation.lines.at(-1);
  assert.equal(predicted.state, "predicted", "before any answer");
  await until(clock, () => sent(conversation), "answered");
  assert.equal(conversation.lines.length, before + 2);
  const confirmed = conversation.lines.at(-1);
  assert.deepEqual([confirmed.id, confirmed.text], [predicted.id, predicted.text]);
  assert.equal(confirmed.id, `ask-${conversation.lines.at(-2).id}`);
});

it("says who the visitor is before the first message goes out, and goes on where that is refused", async () => {
  const stub = await server();
  let jwt = "good";
  const { clock, conversation, refused } = visit(stub, { identity: () => jwt });
  await conversation.identify();
  assert.deepEqual(stub.requests, [], "nothing before the visitor writes");
  conversation.send("Could you send me the brochure?");
  await until(clock, () => conversation.lines.length > 0 && sent(conversation), "sent");
  assert.deepEqual(stub.requests.slice(0, 2).map((request) => request.split("/").at(-1)), ["conversations", "identity"]);
  assert.ok(conversation.lines.every((line) => line.role === "customer"), "what the site has said is not asked");
  jwt = "bad";
  await conversation.identify();
  assert.deepEqual(refused, ["invalid_token"]);
  jwt = "good";
  stub.fault = () => "drop";
  await conversation.identify();
  stub.fault = () => undefined;
  const told = () => stub.requests.filter((request) => request.endsWith("/identity")).length;
  const before = told();
  conversation.wake();
  await until(clock, () => told() === before + 1, "told once the line is back");
  await clock.pass(100);
  conversation.wake();
  await clock.pass(1000);
  assert.deepEqual([told(), refused], [before + 1, ["invalid_token"]]);
});

it("gives way where the server decides otherwise, and agrees again afterwards", async () => {
  const stub = await server();
  const { clock, conversation } = visit(stub);
  conversation.send("Hello");
  await until(clock, () => sent(conversation), "open");
  // Something that only the server knows: the site has said who the visitor is.
  stub.conversation.policy.identified(["email"], clock.now);
  conversation.send("Could you send me the brochure?");
  assert.equal(conversation.lines.at(-1).state, "predicted");
  await until(clock, () => sent(conversation), "answered");
  assert.equal(conversation.lines.at(-1).role, "customer", "the wrong question is gone");
  const opens = () => stub.requests.filter((r) => r === "POST /v1/conversations").length;
  await until(clock, () => opens() === 2, "the memory is fetched again");
  await clock.pass(100);
  conversation.send("Could you send me the price list?");
  assert.equal(conversation.lines.at(-1).role, "customer", "now it is known here too");
});

it("chats without the engine", async () => {
  const stub = await server();
  const { clock, conversation } = visit(stub, { engine: false });
  conversation.send("Could you send me the brochure?");
  assert.equal(conversation.lines.length, 1);
  await until(clock, () => sent(conversation) && conversation.lines.length === 2, "the server asks");
  assert.deepEqual(conversation.peek("Mike"), []);
});

it("loses and doubles nothing over a line that fails before and after the effect", async () => {
  const stub = await server();
  const { clock, conversation, area } = visit(stub);
  let n = 0;
  stub.fault = (method, path, when) => {
    if (when === "before") n += 1;
    if (n % 5 === 1 && when === "before") return "drop";
    if (n % 5 === 2 && when === "after") return "drop";
    if (n % 5 === 3 && when === "before") return { type: "about:blank", title: "", status: 503, code: "internal", detail: "" };
    return undefined;
  };
  const words = Array.from({ length: 40 }, (_, i) => `My order number ${i} is late`);
  for (const text of words) conversation.send(text);
  await until(clock, () => sent(conversation), "all sent");
  const customer = (list) => list.filter((m) => m.role === "customer").map((m) => m.text);
  assert.deepEqual(customer(stub.conversation.messages), words);
  assert.deepEqual(customer(conversation.lines), words);
  assert.equal([...area.keys()].filter((k) => k.includes("unsent")).length, 0);
});

it("goes on after a reload, with what was unsent and without repeating what was", async () => {
  const stub = await server();
  const first = visit(stub);
  first.conversation.send("One");
  await until(first.clock, () => sent(first.conversation), "open");
  // The second takes effect but its answer is lost, the third never gets through.
  stub.fault = (method, path, when) => (stub.conversation.messages.some((m) => m.text === "Two") ? "drop" : undefined);
  first.conversation.send("Two");
  first.conversation.send("Three");
  await until(first.clock, () => stub.conversation.messages.some((m) => m.text === "Two"), "two took effect");
  first.conversation.dispose();
  stub.fault = () => undefined;

  const second = visit(stub, { area: first.area });
  second.conversation.resume();
  await until(second.clock, () => second.conversation.lines.length > 0 && sent(second.conversation), "all sent");
  const texts = stub.conversation.messages.filter((m) => m.role === "customer").map((m) => m.text);
  assert.deepEqual(texts, ["One", "Two", "Three"]);
  assert.deepEqual(second.conversation.lines.map((l) => l.id), stub.conversation.messages.map((m) => m.id));
  assert.deepEqual(second.heard.filter((l) => l.text === "One"), [], "history is not news");
});

it("keeps the order of what was written in the same moment, also over a reload", async () => {
  const stub = await server();
  // The standard leaves open in which order a storage names its keys.
  class Backwards extends Area {
    key = (i) => [...this.keys()].reverse()[i] ?? null;
  }
  const first = visit(stub, { area: new Backwards() });
  stub.fault = () => "drop";
  const words = ["One", "Two", "Three"];
  for (const text of words) first.conversation.send(text);
  // The clock is put back.
  first.clock.now -= 60_000;
  first.conversation.send("Four");
  first.conversation.dispose();
  stub.fault = () => undefined;
  const second = visit(stub, { area: first.area });
  second.conversation.resume();
  await until(second.clock, () => stub.conversations.size === 1 && sent(second.conversation), "all sent");
  assert.deepEqual(stub.conversation.messages.filter((m) => m.role === "customer").map((m) => m.text), [...words, "Four"]);
});

it("opens one conversation even when the answer to the opening is lost", async () => {
  const stub = await server();
  const { clock, conversation } = visit(stub);
  let lose = true;
  stub.fault = (method, path, when) => {
    if (!lose || when === "before") return undefined;
    lose = false;
    return "drop";
  };
  conversation.send("Hello");
  await until(clock, () => sent(conversation), "sent");
  assert.equal(stub.conversations.size, 1);
});

it("says what to do: offline, trouble, ended, not available", async () => {
  const stub = await server();
  let online = false;
  const { clock, conversation, refused } = visit(stub, { online: () => online });
  stub.fault = () => "drop";
  conversation.send("Hello");
  await until(clock, () => conversation.notice === "offline", "offline");
  online = true;
  await until(clock, () => conversation.notice === "trouble", "trouble");
  stub.fault = () => undefined;
  await until(clock, () => sent(conversation), "sent");
  assert.equal(conversation.notice, null);

  stub.mark("closed");
  await until(clock, () => conversation.ended, "ended");
  conversation.restart();
  assert.deepEqual(conversation.lines, []);

  stub.fault = (method, path, when) =>
    when === "before" ? { type: "about:blank", title: "", status: 403, code: "origin_not_allowed", detail: "" } : undefined;
  conversation.send("One more thing");
  await until(clock, () => conversation.notice === "unavailable", "not available");
  assert.equal(conversation.lines.at(-1).state, "failed");
  assert.deepEqual(refused, ["origin_not_allowed"]);
  assert.deepEqual(conversation.restart(), ["One more thing"], "to be sent in the next one");
});

it("hears the team by asking, and ends when the team ends it", async () => {
  const stub = await server();
  const { clock, conversation, heard } = visit(stub);
  conversation.send("Is anybody there?");
  await until(clock, () => sent(conversation), "sent");
  stub.agent("Yes, Ines here.");
  await until(clock, () => heard.some((l) => l.text === "Yes, Ines here."), "heard");
  stub.mark("closed");
  await until(clock, () => conversation.ended, "ended");
  assert.equal(conversation.lines.at(-1).role, "system");
});

it("begins as a new visitor where the server has forgotten the old one", async () => {
  const stub = await server();
  const first = visit(stub);
  first.conversation.send("One");
  await until(first.clock, () => sent(first.conversation), "open");
  first.conversation.dispose();
  stub.conversations.clear();
  const forgotten = { type: "about:blank", title: "", status: 404, code: "not_found", detail: "" };
  let refusals = 1;
  stub.fault = (method, path, when) => (when === "before" && refusals-- > 0 ? forgotten : undefined);
  const second = visit(stub, { area: first.area });
  second.conversation.resume();
  second.conversation.send("Two");
  await until(second.clock, () => sent(second.conversation), "sent");
  assert.deepEqual(stub.conversation.messages.filter((m) => m.role === "customer").map((m) => m.text), ["Two"]);
});

const opens = (stub) => stub.requests.filter((request) => request === "POST /v1/conversations").length;
const said = (conversation) => conversation.messages.filter((m) => m.role === "customer").map((m) => m.text);

it("begins as a new visitor after the old one was erased: at the next visit, and in the open chat", async () => {
  const stub = await server();
  const first = visit(stub);
  first.conversation.send("One");
  await until(first.clock, () => sent(first.conversation), "open");
  stub.erase();
  first.conversation.dispose();
  const second = visit(stub, { area: first.area });
  second.conversation.resume();
  second.conversation.send("Two");
  await until(second.clock, () => stub.conversations.size === 2 && sent(second.conversation), "sent");
  const [, again] = [...stub.conversations.values()];
  assert.deepEqual([said(again), again.body.visitor_token], [["Two"], undefined]);

  stub.erase(again);
  await second.clock.pass(60_000);
  await until(second.clock, () => stub.requests.at(-1).startsWith("GET "), "asked for news");
  await second.clock.pass(60_000);
  const asked = stub.requests.length;
  await second.clock.pass(60_000);
  assert.equal(stub.requests.length, asked, "and not for ever");
  second.conversation.send("Three");
  second.conversation.send("Four");
  await until(second.clock, () => stub.conversations.size === 3 && sent(second.conversation), "sent again");
  const [, , third] = [...stub.conversations.values()];
  assert.deepEqual(said(third), ["Three", "Four"]);
  const shown = second.conversation.lines.filter((l) => l.role === "customer").map((l) => l.text);
  assert.deepEqual(shown, ["Three", "Four"], "what was erased is not shown any longer");
  assert.deepEqual(second.refused, []);
  assert.equal(second.conversation.notice, null);
  assert.equal([...second.area.keys()].filter((key) => key.includes("unsent")).length, 0);
});

it("begins no conversation after conversation where all are gone at once", async () => {
  const stub = await server();
  const { clock, conversation } = visit(stub);
  conversation.send("One");
  await until(clock, () => sent(conversation), "open");
  const gone = { type: "about:blank", title: "", status: 410, code: "gone", detail: "" };
  stub.fault = (method, path, when) => (when === "before" && path.endsWith("/messages") ? gone : undefined);
  conversation.send("Two");
  await until(clock, () => conversation.lines.some((l) => l.state === "failed"), "given up");
  assert.deepEqual([opens(stub), conversation.ended], [2, true]);
});

it("leaves what a token that has run out leads to unmixed with what was there before", async () => {
  const stub = await server();
  const { clock, conversation } = visit(stub);
  for (const text of ["One", "Two"]) conversation.send(text);
  await until(clock, () => conversation.lines.length > 1 && sent(conversation), "open");
  // The token is not good any more, and the server has lost the conversation as well.
  const [old] = [...stub.conversations.values()];
  const post = `/v1/conversations/${old.id}/messages`;
  const no = (status, code) => ({ type: "about:blank", title: "", status, code, detail: "" });
  stub.fault = (method, path, when) => {
    if (when !== "before") return undefined;
    if (path === post) return no(401, "unauthorized");
    return stub.conversations.size === 1 && !old.lost && path === "/v1/conversations" ? ((old.lost = true), no(404, "not_found")) : undefined;
  };
  conversation.send("Three");
  await until(clock, () => stub.conversations.size === 2 && sent(conversation), "sent");
  assert.deepEqual(conversation.lines.filter((l) => l.role === "customer").map((l) => l.text), ["Three"]);
});

it("begins and stores nothing at a mere page view", async () => {
  const stub = await server();
  const first = visit(stub);
  first.conversation.send("One");
  await until(first.clock, () => sent(first.conversation), "open");
  first.conversation.dispose();

  // The server does not know it any more: forgotten, without another in its place.
  let before = 0;
  for (const [status, code] of [[404, "not_found"], [410, "gone"]]) {
    const lost = new Area(first.area);
    stub.fault = (method, path, when) => (when === "before" ? { type: "about:blank", title: "", status, code, detail: "" } : undefined);
    before = opens(stub);
    const second = visit(stub, { area: lost });
    second.conversation.resume();
    await until(second.clock, () => second.outdated.length === 1, "the page is told");
    await second.clock.pass(60_000);
    assert.deepEqual([opens(stub) - before, lost.size, second.conversation.begun], [1, 0, false], code);
  }
  stub.fault = () => undefined;

  // It has ended: nothing is asked until the chat is opened.
  const third = visit(stub, { area: first.area });
  third.conversation.resume();
  await until(third.clock, () => third.conversation.amendable, "open");
  await third.conversation.end();
  third.conversation.dispose();
  before = stub.requests.length;
  const fourth = visit(stub, { area: first.area });
  fourth.conversation.resume();
  await fourth.clock.pass(60_000);
  assert.deepEqual([stub.requests.length - before, fourth.conversation.ended], [0, true]);
  fourth.conversation.reread();
  await until(fourth.clock, () => fourth.conversation.lines.some((l) => l.text === "One"), "read again");
  assert.equal(fourth.conversation.ended, true);

  // Another was wished for, and nothing has been said in it.
  fourth.conversation.restart();
  fourth.conversation.dispose();
  before = stub.requests.length;
  const fifth = visit(stub, { area: first.area });
  fifth.conversation.resume();
  await fifth.clock.pass(60_000);
  assert.deepEqual([stub.requests.length - before, fifth.conversation.ended, stub.conversations.size], [0, false, 1]);
  fifth.conversation.send("Two");
  await until(fifth.clock, () => stub.conversations.size === 2, "and begins with the first message");
});

it("takes the place of the last conversation without other windows taking it for a farewell", async () => {
  const stub = await server();
  const { area, clock, conversation } = visit(stub);
  conversation.send("One");
  await until(clock, () => sent(conversation), "open");
  const removed = [];
  area.removeItem = (key) => (removed.push(key), area.delete(key));
  conversation.restart();
  assert.deepEqual(removed, []);
  conversation.forget();
  assert.deepEqual(removed, [`askwell.${SITE_KEY}`]);
});

/** Answers of the server that are held back until they are let go. */
function hold(port, matches) {
  const held = [];
  port.fetch = async (url, init) => {
    const answer = await fetch(url, init);
    if (matches(init.method, new URL(url).pathname)) await new Promise((resolve) => held.push(resolve));
    return answer;
  };
  return { held, release: () => held.splice(0).forEach((go) => go()) };
}

const isOpening = (method, path) => method === "POST" && path === "/v1/conversations";
const isMessage = (method, path) => method === "POST" && path.endsWith("/messages");

for (const [name, begin] of [["restart", (c) => c.restart()], ["forget", (c) => c.forget()]]) {
  for (const [what, matches] of [["an opening", isOpening], ["a message", isMessage]]) {
    it(`leaves ${what} behind that is under way when ${name}() comes`, async () => {
      const stub = await server();
      const { area, clock, conversation, heard, port } = visit(stub);
      const line = hold(port, matches);
      conversation.send("Could you send me the brochure?");
      await until(clock, () => line.held.length === 1, "it is under way");
      begin(conversation);
      const stored = JSON.stringify([...area]);
      const { release } = line;
      port.fetch = (...args) => fetch(...args);
      conversation.send("Is anybody there?");
      await until(clock, () => conversation.lines.length > 0 && sent(conversation), "the new one does not wait for the old");
      const shown = conversation.lines.map((l) => l.text);
      const kept = JSON.stringify([...area]);
      release();
      await clock.pass(5000);
      assert.deepEqual(conversation.lines.map((l) => l.text), shown, "no line of the old one");
      assert.equal(shown.filter((text) => text.includes("brochure")).length, 0);
      assert.equal(JSON.stringify([...area]), kept, "the new conversation is still the one that is kept");
      assert.notEqual(kept, stored);
      assert.equal(stub.conversations.size, 2);
      assert.deepEqual(heard.filter((l) => l.text.includes("mail")), []);
      const [, second] = [...stub.conversations.values()];
      assert.deepEqual(second.messages.filter((m) => m.role === "customer").map((m) => m.text), ["Is anybody there?"]);
    });
  }
}

it("stays forgotten when the answer to the opening comes later", async () => {
  const stub = await server();
  const { area, clock, conversation, port } = visit(stub);
  const line = hold(port, isOpening);
  conversation.send("Hello");
  await until(clock, () => line.held.length === 1, "it is under way");
  conversation.forget();
  line.release();
  await clock.pass(5000);
  assert.deepEqual([area.size, conversation.lines, conversation.begun], [0, [], false]);
});

it("notes what the visitor said, and lets them put it right or take it back", async () => {
  for (const engine of [true, false]) {
    const stub = await server();
    const { clock, conversation } = visit(stub, { engine });
    conversation.send("I'm Mike, mike@fern.example. Could you send me the brochure?");
    await until(clock, () => conversation.amendable && sent(conversation), "sent");
    assert.deepEqual(conversation.facts(), { name: "Mike", email: "mike@fern.example" });
    await conversation.amend("email", "michael@fern.example");
    await conversation.amend("name", null);
    assert.deepEqual(conversation.facts(), { email: "michael@fern.example" });
    await assert.rejects(conversation.amend("email", "nonsense"), { code: "invalid_field" });
    assert.deepEqual(conversation.facts(), { email: "michael@fern.example" });
    const kept = stub.conversation.policy.facts();
    assert.deepEqual(kept, { email: "michael@fern.example" });
    await conversation.end();
    assert.equal(conversation.amendable, false, "an ended one has been handed over");
    conversation.forget();
    assert.deepEqual(conversation.facts(), {});
  }
});

it("tells who is writing and what was seen, without a socket too", async () => {
  const stub = await server();
  const { clock, conversation } = visit(stub);
  conversation.look();
  conversation.writing();
  conversation.send("Is anybody there?");
  await until(clock, () => sent(conversation), "sent");
  stub.agent("Yes, Ines here.");
  stub.attend({ read: 0 });
  await until(clock, () => conversation.lines.some((l) => l.role === "agent"), "heard");
  assert.equal(conversation.seen, 0);
  conversation.look();
  conversation.look();
  conversation.writing();
  const { seq } = stub.conversation.messages.at(-1);
  await until(clock, () => stub.conversation.read.customer === seq, "the team is told");
  assert.deepEqual(stub.conversation.told.filter((p) => p.role === "customer"), [{ role: "customer", typing: false, read: seq }], "once");
});

it("says once more what was refused", async () => {
  const stub = await server();
  const { clock, conversation } = visit(stub);
  const no = { type: "about:blank", title: "", status: 403, code: "origin_not_allowed", detail: "" };
  stub.fault = (method, path, when) => (when === "before" ? no : undefined);
  conversation.send("Hello");
  await until(clock, () => conversation.lines[0].state === "failed", "refused");
  stub.fault = () => undefined;
  conversation.retry(conversation.lines[0].id);
  await until(clock, () => sent(conversation), "sent");
  assert.deepEqual(stub.conversation.messages.filter((m) => m.role === "customer").map((m) => m.text), ["Hello"]);
  assert.equal(conversation.lines.filter((l) => l.role === "customer").length, 1);
});
