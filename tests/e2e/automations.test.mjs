// Automations over HTTP: what is done by itself after a conversation, once for each and trigger.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, visit } from "../support/api.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { until } from "../support/until.mjs";

describe("automations", () => {
  let worker, receiver, space, all;

  before(async () => {
    ({ worker, receiver, space } = await setUp({ receiver: true }));
    const [{ endpoint_id }] = (await space.team.get("/v1/webhooks")).items;
    all = {};
    for (const body of [
      { name: "Mark", on: "closed", then: [{ do: "tag", tag: "seen" }, { do: "tag", tag: "known", on: "customer" }] },
      { name: "Tell", on: "resolved", then: [{ do: "webhook", endpoint_id }] },
      { name: "Remind", on: "handed_off", then: [{ do: "note", text: "Call back.", on: "customer" }] },
      { name: "Elsewhere", on: "closed", when: { platforms: ["line"] }, then: [{ do: "tag", tag: "line" }] },
      { name: "Off", on: "closed", enabled: false, then: [{ do: "tag", tag: "off" }] },
    ]) {
      const made = await space.team.expect(201, "POST", "/v1/automations", { body });
      all[made.name] = made.automation_id;
    }
  });
  after(() => tearDown({ worker, receiver }));

  /** A conversation that ended by these actions of the team, one after the other. */
  async function talk(...actions) {
    const { id, visitor } = await visit(space);
    await visitor.say(id, "Hello, I am Ana, ana@example.com. My parcel is late.");
    for (const [place, action] of actions.entries()) {
      await space.team.act(id, action);
      await space.team.classified(id, place + 1);
    }
    return id;
  }

  const marks = (id) => space.team.get(`/v1/conversations/${id}/marks`);
  const runs = async (name) => (await space.team.all(`/v1/automations/${all[name]}/runs`)).map((run) => run.conversation_id);
  const told = () => receiver.events.filter(({ type }) => type === "askwell.automation.ran");
  const profile = async (id) => {
    const { customer_id } = await space.team.conversation(id);
    return space.team.get(`/v1/customers/${customer_id}`);
  };

  test("tag a conversation and its customer, with the automation as their author", async () => {
    const id = await talk("close");
    assert.deepEqual((await marks(id)).tags, ["seen"]);
    assert.deepEqual((await profile(id)).tags, ["known"]);
    assert.deepEqual(await runs("Mark"), [id]);
    assert.deepEqual([await runs("Tell"), await runs("Elsewhere"), await runs("Off")], [[], [], []]);
    const { items } = await space.team.get("/v1/automations");
    assert.deepEqual(items.map(({ name, runs }) => [name, runs]), [["Mark", 1], ["Tell", 0], ["Remind", 0], ["Elsewhere", 0], ["Off", 0]]);
  });

  test("tell a webhook, by ids alone, and once however often the conversation is closed", async () => {
    const id = await talk("resolve");
    const [event] = await until("the webhook is told", () => told().length > 0 && told());
    assert.deepEqual([event.subject, event.data.automation_id], [id, all.Tell]);
    assert.ok(!/ana|parcel/i.test(JSON.stringify(event)), "no content");
    await space.team.act(id, "reopen");
    await space.team.act(id, "resolve");
    await space.team.classified(id, 2);
    // What is told afterwards comes after what would have been told of the second closing.
    const later = await talk("resolve");
    await until("the webhook is told of the next one", () => told().some(({ subject }) => subject === later));
    await space.team.settled();
    assert.deepEqual(told().map(({ subject }) => subject).sort(), [id, later].sort());
    receiver.assertSound();
    assert.deepEqual((await runs("Tell")).sort(), [id, later].sort());
    assert.equal((await runs("Mark")).filter((one) => one === id).length, 1);
  });

  test("note on a hand-off, and once though it is handed off again", async () => {
    const id = await talk("handoff");
    const noted = async () => (await profile(id)).notes.filter(({ text }) => text === "Call back.");
    assert.deepEqual((await noted()).map(({ by }) => by), [all.Remind]);
    assert.deepEqual((await marks(id)).tags, [], "it has not ended");
    await space.team.say(id, "Hello, this is Mira.");
    await space.team.act(id, "handoff");
    await space.team.classified(id, 2);
    await space.team.act(id, "close");
    await space.team.classified(id, 3);
    assert.equal((await noted()).length, 1);
    assert.deepEqual((await marks(id)).tags, ["seen"]);
  });

  test("are changed, switched off and removed, and what they did stays", async () => {
    const path = `/v1/automations/${all.Mark}`;
    const { name, on, when, then } = await space.team.get(path);
    await space.team.expect(200, "PUT", path, { body: { name, on, when, then, enabled: false } });
    const before = (await runs("Mark")).length;
    const id = await talk("close");
    assert.deepEqual((await marks(id)).tags, []);
    assert.equal((await runs("Mark")).length, before);
    const tagged = (await runs("Mark"))[0];
    await space.team.expect(204, "DELETE", path);
    assertProblem(await space.team.send("GET", path), 404, "not_found");
    assertProblem(await space.team.send("GET", `${path}/runs`), 404, "not_found");
    assert.deepEqual((await marks(tagged)).tags, ["seen"]);
  });

  test("are refused where they could not run", async () => {
    const good = { name: "x", on: "closed", then: [{ do: "tag", tag: "x" }] };
    for (const [change, code] of [
      [{ name: " " }, "invalid_field"],
      [{ on: "never" }, "invalid_field"],
      [{ then: [] }, "invalid_field"],
      [{ then: [{ do: "dance" }] }, "invalid_field"],
      [{ then: [{ do: "tag", tag: "" }] }, "invalid_field"],
      [{ then: [{ do: "webhook", endpoint_id: `wh_${"a".repeat(26)}` }] }, "invalid_field"],
      [{ when: { answers: [{ field_id: "none", value: "x" }] } }, "invalid_field"],
      [{ colour: "red" }, "unknown_field"],
    ]) {
      const answer = await space.team.send("POST", "/v1/automations", { body: { ...good, ...change } });
      assertProblem(answer, 422, code);
    }
    const { items } = await space.team.get("/v1/automations");
    assert.ok(!items.some(({ name }) => name.trim() === "x" || name.trim() === ""), "nothing half-written");
  });
});
