// A power cut in the middle loses nothing that was acknowledged.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { visit, workspace } from "../support/api.mjs";
import { lines } from "../support/cases.mjs";
import { inParallel, play } from "../support/play.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { RESENT_MS, until } from "../support/until.mjs";

const RECORDS = lines("conversations.jsonl").slice(0, 30);
const WIDTH = 6;
/** What a request gives when its Worker is killed under it. */
const cut = (error) => {
  if (error.name === "AssertionError") throw error;
};

describe("kill -9", () => {
  let worker, receiver;

  before(async () => {
    ({ worker, receiver } = await setUp({ own: true, receiver: true }));
  });
  after(() => tearDown({ worker, receiver }));

  /** Plays all records, and gives what is the same however often it was interrupted. */
  async function totals(space, played) {
    await inParallel(played, WIDTH, ({ id, revision }) =>
      space.team.classified(id, revision, RESENT_MS));
    const overview = await space.team.settled(() => true, RESENT_MS);
    assert.equal(overview.classified, RECORDS.length);
    const { outbox, events_undelivered, ...rest } = overview;
    const conversations = await space.team.all("/v1/conversations");
    const summary = ({ platform_conversation_id: name, status, revision, messages, sentiment }) => ({
      name,
      status,
      revision,
      messages,
      sentiment,
    });
    return {
      rest,
      conversations: conversations.map(summary).sort((a, b) => (a.name < b.name ? -1 : 1)),
    };
  }

  test("in the middle of a replay, resumed, ends with the totals of one that was left alone", async () => {
    const calm = await workspace(worker);
    const all = (space) => inParallel(RECORDS, WIDTH, (record) => play(space.team, record));
    const expected = await totals(calm, await all(calm));
    assert.equal(expected.rest.dead_letters, 0);

    const space = await workspace(worker, { webhook: receiver });
    const acknowledged = [];
    let stop = false;
    const run = inParallel(RECORDS, WIDTH, async (record) => {
      if (stop) return;
      await play(space.team, record, { acknowledged: (turn) => acknowledged.push(turn) }).catch(cut);
    });
    const turns = RECORDS.reduce((sum, record) => sum + record.conversation.length, 0);
    await until("half of it is played", () => acknowledged.length > turns / 2);
    stop = true;
    await worker.kill();
    await run;
    const before = acknowledged.length;
    assert.ok(before < turns, "it was in the middle");
    await worker.start();

    for (const { conversation, index, role, text } of acknowledged) {
      const { messages } = await space.team.messages(conversation);
      const there = role === "system"
        ? messages.some((m) => m.role === "system" && m.text === text)
        : messages.some((m) => m.id === `turn-${index}` && m.text === text);
      assert.ok(there, `turn ${index} of ${conversation} was acknowledged and is lost`);
    }

    assert.deepEqual(await totals(space, await all(space)), expected);
    assert.deepEqual(await totals(space, await all(space)), expected, "once more adds nothing");

    await until("every event is delivered", async () => {
      const { events, events_undelivered } = await space.team.overview();
      const recorded = Object.values(events).reduce((sum, n) => sum + n, 0);
      // The receiver is also that of the workspace that was made with it.
      const got = receiver.events.filter(({ data }) => data.workspace_id === space.id);
      return events_undelivered === 0 && got.length === recorded;
    }, RESENT_MS);
    receiver.assertSound();
  });

  test("right after a close still classifies it", async () => {
    const space = await workspace(worker);
    for (const pause of [0, 50, 400]) {
      const talk = await visit(space);
      await talk.visitor.say(talk.id, "It's Noor, noor@example.com. Thank you, that works!");
      await talk.visitor.act(talk.id, "close");
      await sleep(pause);
      await worker.kill();
      await worker.start();
      const detail = await space.team.classified(talk.id, 1, RESENT_MS);
      assert.equal(detail.facts.email.value, "noor@example.com");
      const { items } = await space.team.customers("noor@example.com");
      assert.equal(items.length, 1);
    }
    const overview = await space.team.settled((o) => o.classified === 3, RESENT_MS);
    assert.deepEqual([overview.conversations, overview.open, overview.dead_letters], [3, 0, 0]);
  });

  test("of a version without the newest tables loses no conversation", async () => {
    const space = await workspace(worker);
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "It's Noor, noor@example.com.");
    await space.team.listed(talk.id);
    await worker.kill();
    // As a version from before the jobs has left them.
    const stores = readdirSync(worker.state, { recursive: true })
      .filter((file) => file.endsWith(".sqlite") && /Conversation|Workspace/.test(file));
    let older = 0;
    for (const file of stores) {
      const store = new DatabaseSync(join(worker.state, file));
      const made = store.prepare("SELECT name FROM sqlite_master WHERE name = 'jobs'").all();
      if (made.length > 0) {
        store.exec("DROP TABLE jobs; DELETE FROM migrations WHERE id = 'jobs/1'");
        older += 1;
      }
      store.close();
    }
    assert.ok(older >= 2, `${older} stores of ${stores.length}`);
    await worker.start();
    await talk.visitor.say(talk.id, "Are you there?");
    await talk.visitor.act(talk.id, "close");
    const detail = await space.team.classified(talk.id, 1, RESENT_MS);
    assert.equal(detail.facts.email.value, "noor@example.com");
  });
});
