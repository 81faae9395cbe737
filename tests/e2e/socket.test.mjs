// Live sockets, and the HTTP requests that do the same without one.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertProblem, Client, visit, workspace } from "../support/api.mjs";
import { Socket } from "../support/socket.mjs";
import { until } from "../support/until.mjs";
import { Worker } from "../support/worker.mjs";

/** workerd puts an object to sleep after ten seconds without work. */
const ASLEEP_MS = 12_000;

describe("sockets", () => {
  let worker, space;

  before(async () => {
    worker = await Worker.start();
    space = await workspace(worker);
  });
  after(() => worker?.stop());

  const join = (talk) => Socket.open(worker, talk.id, talk.visitor.key);
  const accepted = (id) => (frame) => frame.type === "accepted" && frame.message.id === id;
  const message = (text) => (frame) => frame.type === "message" && frame.message.text === text;
  const refusal = (frame) => frame.problem ?? frame;
  const problem = (code) => (frame) => frame.type === "problem" && refusal(frame).code === code;

  test("a message is taken, kept, and answered as over HTTP", async () => {
    const talk = await visit(space);
    const socket = await join(talk);
    socket.say("s-1", "Hello, I'm Ingrid. Could you email me the price list?");
    const frame = await socket.next("the message is taken", accepted("s-1"));
    assert.deepEqual([frame.duplicate, frame.message.role, frame.message.seq], [false, "customer", 0]);
    assert.deepEqual(frame.found.map((f) => [f.kind, f.value]), [["name", "Ingrid"]]);
    assert.equal(frame.ask?.field, "email");
    const { messages } = await talk.visitor.messages(talk.id);
    assert.deepEqual(messages[0], frame.message);
    assert.deepEqual(messages[1], frame.ask.message);
    socket.say("s-1", "Hello, I'm Ingrid. Could you email me the price list?");
    const again = await socket.next("the repeat is known", (f) => f.type === "accepted" && f.duplicate);
    assert.deepEqual(again.message, frame.message);
    socket.close();
  });

  test("a ping is answered, by which the widget knows that somebody is there", async () => {
    const talk = await visit(space);
    const socket = await join(talk);
    socket.send("ping");
    await socket.next("the answer", (frame) => frame === "pong");
    socket.close();
  });

  test("everybody who listens hears the others", async () => {
    const talk = await visit(space);
    const [one, two] = await Promise.all([join(talk), join(talk)]);
    one.say("b-1", "from the first window");
    await two.next("the other window's message", message("from the first window"));
    await space.team.say(talk.id, "from the team");
    await Promise.all([one, two].map((s) => s.next("the agent's message", message("from the team"))));
    await talk.visitor.say(talk.id, "over HTTP");
    await Promise.all([one, two].map((s) => s.next("what came over HTTP", message("over HTTP"))));
    await space.team.act(talk.id, "close");
    const closed = (f) => f.type === "state" && f.status === "completed";
    await Promise.all([one, two].map((s) => s.next("the close", closed)));
    one.close();
    two.close();
  });

  test("nobody hears another conversation", async () => {
    const [mine, theirs] = [await visit(space), await visit(space)];
    const socket = await join(mine);
    await space.team.say(theirs.id, "for somebody else");
    await space.team.say(mine.id, "for you");
    await socket.next("what is for me", message("for you"));
    assert.ok(!socket.frames.some(message("for somebody else")));
    socket.close();
  });

  test("a frame that is no good is refused and the socket goes on", async () => {
    const talk = await visit(space);
    const socket = await join(talk);
    for (const [frame, code] of [
      ["{", "malformed_json"],
      [{ type: "message", id: "x", text: "hi", colour: "red" }, "unknown_field"],
      [{ type: "message", id: "x" }, "invalid_field"],
      [{ type: "shout", id: "x", text: "hi" }, "invalid_field"],
      [{ type: "message", id: "x", text: "x".repeat(8 * 1024 + 1) }, "message_too_large"],
    ]) {
      socket.send(frame);
      const found = await socket.next(`refused as ${code}`, problem(code), 5_000);
      assert.ok(refusal(found).detail);
      socket.frames.length = 0;
    }
    assert.deepEqual((await talk.visitor.messages(talk.id)).messages, [], "nothing was written");
    socket.say("good", "and now a good one");
    await socket.next("the good message", accepted("good"));
    assert.equal(socket.closed, undefined);
    await space.team.act(talk.id, "close");
    socket.say("late", "too late");
    await socket.next("refused after the close", problem("conversation_closed"));
    socket.close();
  });

  test("only the visitor's own token opens it", async () => {
    const [mine, theirs] = [await visit(space), await visit(space)];
    for (const token of ["", "nonsense", space.siteKey, theirs.visitor.key, `${mine.visitor.key}x`]) {
      await assert.rejects(Socket.open(worker, mine.id, token), token);
    }
    const path = `/v1/conversations/${mine.id}/socket`;
    assertProblem(await new Client(worker).send("GET", path), 401, "unauthorized");
    const headers = { "sec-websocket-protocol": `askwell, ${mine.visitor.key}` };
    assertProblem(await new Client(worker).send("GET", path, { headers }), 422, "invalid_field");
  });

  test("a key that is revoked says nothing more on a socket that it opened before", async () => {
    const talk = await visit(space);
    const body = { name: "Bot", kind: "secret", scopes: ["conversations:read", "conversations:write"] };
    const key = await space.team.expect(201, "POST", "/v1/keys", { body });
    const socket = await Socket.openForTeam(worker, talk.id, key.key);
    socket.say("t-1", "Hello!");
    const accepted = await socket.next("its message", (frame) => frame.type === "accepted");
    assert.equal(accepted.message.by, key.key_id);
    assert.equal((await space.team.send("DELETE", `/v1/keys/${key.key_id}`)).status, 204);
    socket.say("t-2", "Still here?");
    const problem = await socket.next("the refusal", (frame) => frame.type === "problem");
    assert.equal(problem.problem.code, "unauthorized");
    await until("the socket is closed", () => socket.closed);
    assert.equal(socket.closed.code, 4401);
    const { messages } = await space.team.messages(talk.id);
    assert.deepEqual(messages.map((message) => message.id), ["t-1"]);
  });

  test("the token is no part of the address, and the protocol is answered", async () => {
    const talk = await visit(space);
    const url = new URL(`/v1/conversations/${talk.id}/socket?token=${talk.visitor.key}`, worker.url);
    url.protocol = "ws:";
    const refused = new WebSocket(url, "askwell");
    await new Promise((resolve, reject) => {
      refused.addEventListener("error", resolve, { once: true });
      refused.addEventListener("open", () => reject(new Error("a token in the address was taken")));
    });
    const socket = await join(talk);
    assert.equal(socket.ws.protocol, "askwell");
    assert.equal(new URL(socket.ws.url).search, "");
    socket.close();
  });

  test("a socket whose object slept wakes it", async () => {
    const talk = await visit(space);
    const socket = await join(talk);
    socket.say("h-1", "My name is Omar");
    await socket.next("before the sleep", accepted("h-1"));
    await sleep(ASLEEP_MS);
    await space.team.say(talk.id, "good morning");
    await socket.next("a message wakes it", message("good morning"));
    await sleep(ASLEEP_MS);
    socket.say("h-2", "Please email me the receipt");
    const frame = await socket.next("after the sleep", accepted("h-2"));
    assert.equal(frame.ask?.field, "email", "the session was remembered");
    assert.equal(socket.closed, undefined);
    socket.close();
  });

  test("after a restart the visitor comes back and misses nothing", async () => {
    const talk = await visit(space);
    const socket = await join(talk);
    socket.say("r-1", "Hi, this is Ines");
    const first = await socket.next("before the restart", accepted("r-1"));
    await worker.kill();
    await until("the socket notices", () => socket.closed);
    await worker.start();
    await space.team.say(talk.id, "while you were away");
    const back = await join(talk);
    const missed = await talk.visitor.messages(talk.id, first.message.seq);
    assert.ok(missed.messages.some((m) => m.text === "while you were away"));
    back.say("r-1", "Hi, this is Ines");
    const repeat = await back.next("the repeat is known", accepted("r-1"));
    assert.equal(repeat.duplicate, true);
    back.say("r-2", "here I am again");
    await back.next("it goes on", accepted("r-2"));
    const { messages } = await talk.visitor.messages(talk.id);
    assert.deepEqual(messages.map((m) => m.seq), messages.map((_, i) => i));
    back.close();
  });
});
