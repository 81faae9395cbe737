// A thousand messages over a line that is cut after every twentieth, with sockets and real time.

import assert from "node:assert/strict";
import { it } from "node:test";
import { Line } from "./support/line.mjs";
import { source } from "./support/source.mjs";
import { SITE_KEY, Stub } from "./support/stub.mjs";

const { Api, Conversation, Store } = await source("conversation", "api", "store");

/** Waits are a hundredth as long as on a page; nothing else is different. */
const delay = (ms, run) => {
  const timer = setTimeout(run, ms / 100);
  return () => clearTimeout(timer);
};

it("loses none of them, doubles none, and keeps their order", async () => {
  const stub = await Stub.start();
  const line = await Line.lay(stub.url, 20);
  const heard = [];
  let ids = 0;
  const conversation = new Conversation(
    {
      api: new Api({ base: line.url, siteKey: SITE_KEY, fetch }),
      store: new Store(null, SITE_KEY, () => Date.now()),
      engine: () => null,
      identity: () => null,
      begin: () => ({ locale: "en" }),
      connect: (url, protocols) => new WebSocket(url, protocols),
      now: () => Date.now(),
      newId: () => `m-${(ids += 1)}`,
      random: () => 0.5,
      delay,
      online: () => true,
      visible: () => true,
    },
    { changed: () => undefined, heard: (one) => heard.push(one.text), missed: () => undefined, outdated: () => assert.fail("outdated"), refused: (error) => assert.fail(error.message) },
  );
  const said = Array.from({ length: 1000 }, (_, i) => `Message ${i + 1} of a thousand`);
  try {
    for (const text of said) conversation.send(text);
    const end = Date.now() + 60_000;
    const mine = (list) => list.filter((one) => one.role === "customer");
    let answers = 0;
    while (mine(conversation.lines).some((one) => one.state !== "sent")) {
      if (Date.now() > end) assert.fail(`${mine(stub.conversation.messages).length} are there after a minute`);
      // The team talks meanwhile, and is heard as well.
      if (stub.conversations.size === 1 && answers < 50) stub.agent(`Answer ${(answers += 1)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(stub.conversations.size, 1);
    assert.deepEqual(mine(stub.conversation.messages).map((one) => one.text), said, "at the server");
    assert.deepEqual(mine(conversation.lines).map((one) => one.text), said, "on the page");
    while (conversation.lines.length < stub.conversation.messages.length && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.deepEqual(conversation.lines.map((one) => one.id), stub.conversation.messages.map((one) => one.id));
    // News may overtake each other on two ways, and are put in their places then.
    const answered = heard.filter((text) => text.startsWith("Answer")).sort();
    assert.deepEqual(answered, Array.from({ length: answers }, (_, i) => `Answer ${i + 1}`).sort(), "each is told of once");
    const { before, after } = line.cuts;
    assert.ok(before + after >= 50 && before > 10 && after > 10, `cut ${before} times before and ${after} times after`);
  } finally {
    conversation.dispose();
    await line.stop();
    await stub.stop();
  }
});
