// From the answerer to a person and back: rules, the queue, assignment, office hours, suggestions.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertProblem, visit, workspace } from "../support/api.mjs";
import { members } from "../support/api-document.mjs";
import { Client } from "../support/api.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { ask, events, publish, replies } from "../support/talk.mjs";
import { until } from "../support/until.mjs";

describe("hand-over", () => {
  let stage, worker, space;

  before(async () => {
    stage = await setUp({ own: true });
    worker = stage.worker;
  });
  after(() => tearDown(stage ?? {}));
  beforeEach(async () => {
    space = await workspace(worker);
    await publish(space);
  });

  const desk = (id) => space.team.get(`/v1/conversations/${id}/desk`);
  const waiting = (id) =>
    until("the visitor is in the queue", async () =>
      (await space.team.get("/v1/inbox")).items.find((item) => item.conversation_id === id));

  for (const [why, texts, reason, rules] of [
    ["a person is asked for", ["Can I talk to a human please?"], "customer_request"],
    ["the visitor threatens", ["This is a scam, my lawyer will contact you"], "severe_negative"],
    ["two messages were not understood", ["Do you repair old accordions?", "I mean a squeezebox from the fifties, can you mend it?"], "kb_gap"],
    ["a topic is the team's alone", ["I want to talk about my Contract"], "policy", { protected: ["contract"] }],
    ["a rule of the owner says so", ["I am a gold member"], "policy", { own: [{ name: "VIP", phrases: ["gold member"] }] }],
  ]) {
    test(`comes when ${why}`, async () => {
      if (rules) await replies(space, { rules });
      const talk = await visit(space);
      let reply;
      for (const text of texts) reply = await ask(talk, text);
      assert.match(reply.text, /colleague/);
      const item = await waiting(talk.id);
      assert.deepEqual([item.state, item.reason], ["waiting", reason]);
      const { messages } = await space.team.messages(talk.id);
      assert.ok(messages.some((m) => m.role === "system" && m.text === "handoff"));
      const escalated = await until("the escalation is told", async () =>
        (await events(space, talk.id)).filter(({ name }) => name === "ai_triage.escalation_triggered"));
      assert.deepEqual(escalated.map(({ event }) => event.data.escalation_reason), [reason]);
      await talk.visitor.act(talk.id, "close");
      await space.team.classified(talk.id, 2);
      const names = (await events(space, talk.id)).map(({ name }) => name);
      assert.equal(names.filter((name) => name === "ai_triage.escalation_triggered").length, 1, "once");
      assert.ok(names.includes("ai_triage.completed"));
    });
  }

  test("goes to a member, to another, and back to the answerer", async () => {
    const people = await members(worker, space);
    const [admin, agent] = [people.admin, people.agent];
    const as = (person) => (path, body) =>
      new Client(worker).expect([200, 201], "POST", path, { body, headers: person.headers });
    const talk = await visit(space);
    await ask(talk, "I want to speak to a person");
    await waiting(talk.id);
    const taken = await as(agent)(`/v1/conversations/${talk.id}/assign`, {});
    assert.deepEqual([taken.state, taken.assignee], ["agent", agent.member_id]);
    const assigned = () => events(space, talk.id).then((all) =>
      all.filter(({ name }) => name === "chatti_live.conversation.assigned").length);
    await until("the assignment is told", async () => (await assigned()) === 1);
    await as(agent)(`/v1/conversations/${talk.id}/messages`, { id: "a-1", text: "Hi, I'm here." });
    const answered = await desk(talk.id);
    assert.ok(answered.first_response_ms >= 0 && answered.first_response_at >= answered.handed_at);
    await talk.visitor.say(talk.id, "When are you open?");
    await sleep(1_000);
    const { messages } = await talk.visitor.messages(talk.id);
    assert.equal(messages.at(-1).text, "When are you open?", "the answerer leaves it to the person");

    const moved = await as(agent)(`/v1/conversations/${talk.id}/assign`, { member_id: admin.member_id });
    assert.deepEqual([moved.state, moved.assignee], ["agent", admin.member_id]);
    assert.ok((await space.team.messages(talk.id)).messages.some((m) => m.text === "transferred"));
    await until("the transfer is told", async () => (await assigned()) === 2);
    const given = await as(admin)(`/v1/conversations/${talk.id}/return`);
    assert.deepEqual([given.state, given.assignee], ["bot", null]);
    assert.match((await ask(talk, "What about returns?")).text, /30 days/);

    await space.team.act(talk.id, "resolve");
    await space.team.classified(talk.id, 2);
    const completed = (await events(space, talk.id)).find(({ name }) => name === "interaction.outcome_handoff_completed");
    assert.ok(completed.event.data.time_to_resolution_ms > 0);
    assert.equal((await desk(talk.id)).state, "ended");
    assertProblem(await space.team.send("POST", `/v1/conversations/${talk.id}/assign`, { body: {} }), 409, "conversation_closed");
  });

  test("goes to nobody who is no member, and stays where it was", async () => {
    const talk = await visit(space);
    await ask(talk, "I want to speak to a person");
    await waiting(talk.id);
    const people = await members(worker, space);
    const path = `/v1/conversations/${talk.id}/assign`;
    const id = `${people.agent.member_id.slice(0, -3)}zzz`;
    assertProblem(await space.team.send("POST", path, { body: { member_id: id } }), 422, "invalid_field");
    assert.equal((await desk(talk.id)).state, "waiting");
  });

  test("comes again when it was given back without a word", async () => {
    const talk = await visit(space);
    const call = `/v1/conversations/${talk.id}`;
    for (const round of [1, 2]) {
      assert.match((await ask(talk, "I want to speak to a person")).text, /colleague/);
      await until("the visitor waits", async () => (await desk(talk.id)).state === "waiting");
      await waiting(talk.id);
      const { messages } = await space.team.messages(talk.id);
      assert.equal(messages.filter((m) => m.role === "system" && m.text === "handoff").length, round);
      await space.team.expect(200, "POST", `${call}/assign`, { body: {} });
      await space.team.expect(200, "POST", `${call}/return`);
    }
    const escalated = await until("both are told", async () => {
      const all = await events(space, talk.id);
      const told = all.filter(({ name }) => name === "ai_triage.escalation_triggered");
      return told.length >= 2 && told;
    });
    assert.equal(escalated.length, 2);
  });

  test("waits again when whoever has it leaves the team", async () => {
    const body = { name: "Mo Berg", email: "mo@example.com", role: "agent" };
    const { member_id } = await space.team.expect(201, "POST", "/v1/members", { body });
    const talk = await visit(space);
    await ask(talk, "I want to speak to a person");
    await waiting(talk.id);
    await space.team.expect(200, "POST", `/v1/conversations/${talk.id}/assign`, { body: { member_id } });
    await until("the list knows", async () => (await space.team.get("/v1/inbox?state=agent")).items.some((one) => one.assignee === member_id));
    await space.team.expect(204, "DELETE", `/v1/members/${member_id}`);
    await waiting(talk.id);
    const { state, assignee } = await desk(talk.id);
    assert.deepEqual([state, assignee ?? null], ["waiting", null]);
  });

  test("outside the office hours the e-mail is asked for, and the answer promised there", async () => {
    const never = { zone: "Europe/Vienna", open: [{ day: 1, from: "00:00", to: "00:01" }], closed: [] };
    const today = new Date().toISOString().slice(0, 10);
    await replies(space, { hours: { ...never, closed: [today] } });
    const asked = async ({ id }) => {
      const { messages } = await space.team.messages(id);
      return messages.filter(({ role, text }) => role === "bot" && /your e-mail address/.test(text)).length;
    };
    const unknown = await visit(space);
    assert.match((await ask(unknown, "I want to speak to a person")).text, /not here right now.*answer here/);
    assert.equal(await asked(unknown), 1, "by the policy, once");
    const unwilling = await visit(space);
    await unwilling.visitor.say(unwilling.id, "I'd rather not give you my e-mail address");
    assert.match((await ask(unwilling, "I want to speak to a person")).text, /not here right now/);
    assert.equal(await asked(unwilling), 0, "it was refused");
    await unknown.visitor.say(unknown.id, "nora@example.com");
    const { facts } = await space.team.conversation(unknown.id);
    assert.equal(facts.email.value, "nora@example.com");
    const known = await visit(space, { known: ["email"] });
    assert.match((await ask(known, "I want to speak to a person")).text, /answer by e-mail/);
    const body = { hours: { ...never, zone: "Mars/Olympus" } };
    assertProblem(await space.team.send("PUT", "/v1/replies", { body }), 422, "invalid_field");
  });

  test("a suggestion that is sent counts as assisted", async () => {
    const talk = await visit(space);
    await ask(talk, "I want to speak to a person");
    await space.team.expect(200, "POST", `/v1/conversations/${talk.id}/assign`, { body: {} });
    await talk.visitor.say(talk.id, "How do returns work?");
    const path = `/v1/conversations/${talk.id}/suggestion`;
    const suggestion = await space.team.expect(200, "POST", path);
    assert.match(suggestion.text, /30 days/);
    assert.equal(suggestion.found[0].title, "Returns and refunds");
    await space.team.say(talk.id, "You have 30 days, no worries.", { id: suggestion.message_id });
    await space.team.act(talk.id, "resolve");
    await space.team.classified(talk.id, 2);
    const sent = (await events(space, talk.id)).filter(({ name }) => name === "ai_reply.sent");
    assert.deepEqual(sent.map(({ event }) => event.data.reply_mode), ["auto", "assisted"]);
  });

  test("the queue outlives a restart, and the visitor's answer too", async () => {
    const talk = await visit(space);
    await ask(talk, "I want to speak to a person");
    await waiting(talk.id);
    const other = await visit(space);
    await other.visitor.say(other.id, "When are you open?");
    await worker.restart();
    await waiting(talk.id);
    const reply = await until("the answer comes", async () =>
      (await other.visitor.messages(other.id)).messages.find((m) => m.id.startsWith("auto-")));
    assert.match(reply.text, /nine to five/);
  });
});
