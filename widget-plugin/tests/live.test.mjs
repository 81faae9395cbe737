// Whether anybody is at the other end of the socket, with sockets that a test opens and answers.

import assert from "node:assert/strict";
import { it } from "node:test";
import { Clock } from "./support/clock.mjs";
import { source } from "./support/source.mjs";

const { Live } = await source("live");

class Socket extends EventTarget {
  readyState = 0;
  sent = [];
  send = (text) => this.sent.push(text);
  open() {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }
  says(data) {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
  close() {
    this.readyState = 2;
    this.closing = true;
  }
}

function harness() {
  const clock = new Clock();
  const [sockets, heard] = [[], []];
  const seen = { lost: 0, caughtUp: 0 };
  const live = new Live({
    connect: () => sockets[sockets.push(new Socket()) - 1],
    frame: (frame) => heard.push(frame),
    lost: () => (seen.lost += 1),
    catchUp: async () => void (seen.caughtUp += 1),
    visible: () => true,
    delay: clock.delay,
    random: () => 0,
  });
  live.start();
  return { clock, heard, live, seen, sockets };
}

it("asks a silent server for a word, and believes the answer", async () => {
  const { clock, heard, seen, sockets: [socket], sockets } = harness();
  socket.open();
  for (let i = 1; i <= 20; i += 1) {
    await clock.pass(30_000);
    assert.deepEqual(socket.sent, Array(i).fill("ping"));
    await clock.pass(9_000);
    socket.says("pong");
  }
  assert.equal(sockets.length, 1);
  assert.deepEqual([heard, seen.lost], [[], 0]);
});

it("asks nothing while the server talks", async () => {
  const { clock, heard, sockets: [socket] } = harness();
  socket.open();
  for (let i = 0; i < 10; i += 1) {
    await clock.pass(29_000);
    socket.says('{"type":"state"}');
  }
  assert.deepEqual([socket.sent, heard.length], [[], 10]);
});

it("notices that nobody is there, and connects anew", async () => {
  const { clock, heard, seen, sockets } = harness();
  sockets[0].open();
  await clock.pass(30_000 + 9_999);
  assert.equal(seen.lost, 0);
  await clock.pass(1);
  assert.deepEqual([seen.lost, sockets[0].closing], [1, true]);
  await clock.pass(500);
  assert.equal(sockets.length, 2);
  const before = seen.caughtUp;
  sockets[1].open();
  assert.equal(seen.caughtUp, before + 1, "what was said meanwhile is fetched");
  // Late news of the old one are nobody's business.
  sockets[0].says('{"type":"state"}');
  sockets[0].dispatchEvent(new Event("close"));
  await clock.pass(5_000);
  assert.deepEqual([heard, seen.lost, sockets.length], [[], 1, 2]);
});

it("does not wait for ever for a socket to open", async () => {
  const { clock, sockets } = harness();
  await clock.pass(10_000 + 500);
  assert.equal(sockets.length, 2);
  assert.equal(sockets[0].closing, true);
});

it("asks at once when the page is seen again", async () => {
  const { clock, live, seen, sockets } = harness();
  sockets[0].open();
  live.wake();
  assert.deepEqual(sockets[0].sent, ["ping"]);
  await clock.pass(10_000);
  assert.equal(seen.lost, 1);
});

it("asks no more once it has been stopped", async () => {
  const { clock, live, seen, sockets } = harness();
  sockets[0].open();
  live.stop();
  await clock.pass(120_000);
  assert.deepEqual([sockets.length, sockets[0].sent, seen.lost], [1, [], 0]);
});
