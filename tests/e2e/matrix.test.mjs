// Who may send what: every operation by everybody, as the table here says and not as the Worker does.
//
// A new operation needs a row, written by somebody who has thought about who it is for.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ApiDocument, address, bearer, members } from "../support/api-document.mjs";
import { Client, visit, workspace } from "../support/api.mjs";
import { sharedWorker } from "../support/shared.mjs";

// operator: whoever runs the server; key: a secret key with all scopes; reports: one with reports:read alone;
// page: a site key on a page of the workspace; visitor: of the conversation that is asked about.
const MATRIX = {
  "health.get": "everybody",
  "openapi.get": "everybody",
  "session.create": "everybody",
  "session.create_by_token": "everybody",
  "session.get": "key reports admin agent viewer",
  "session.end": "key reports admin agent viewer",
  "workspaces.create": "operator",
  "workspace.get": "key admin agent",
  "workspace.put": "key admin",
  "settings.sign_in": "key admin agent",
  "settings.put_sign_in": "key admin",
  "settings.retention": "key admin agent",
  "settings.put_retention": "key admin",
  "settings.preview_retention": "key admin agent",
  "overview.get": "key reports admin agent viewer",
  "keys.list": "key admin",
  "keys.create": "key admin",
  "keys.revoke": "key admin",
  "keys.regenerate": "key admin",
  "members.list": "key admin",
  "members.create": "key admin",
  "members.get": "key admin",
  "members.update": "key admin",
  "members.remove": "key admin",
  "members.key": "key admin",
  "fields.list": "key admin agent viewer",
  "fields.put": "key admin",
  "fields.details": "key admin agent viewer",
  "fields.templates": "key admin agent viewer",
  "fields.stats": "key admin agent viewer",
  "fields.lint": "key admin agent viewer",
  "fields.order": "key admin",
  "fields.create": "key admin",
  "fields.get": "key admin agent viewer",
  "fields.switch": "key admin",
  "fields.remove": "key admin",
  "fields.edit": "key admin",
  "fields.discard": "key admin",
  "fields.publish": "key admin",
  "fields.restore": "key admin",
  "fields.agreement": "key admin agent viewer",
  "fields.proposals": "key admin agent viewer",
  "fields.preview": "key admin agent viewer",
  "answers.list": "key admin agent viewer",
  "revisions.list": "key admin agent viewer",
  "answers.review": "key admin agent",
  "answers.withdraw": "key admin agent",
  "backfills.estimate": "key admin agent viewer",
  "backfills.list": "key admin agent viewer",
  "backfills.begin": "key admin",
  "backfills.get": "key admin agent viewer",
  "backfills.act": "key admin",
  "llm.get": "key admin agent",
  "llm.put": "key admin",
  "llm.drop": "key admin",
  "llm.check": "key admin",
  "preview.detect": "key admin agent viewer",
  "preview.prompt": "key admin agent viewer",
  "preview.classify": "key admin agent viewer",
  "preview.sentiment": "key admin agent viewer",
  "articles.list": "key admin agent viewer",
  "articles.get": "key admin agent viewer",
  "articles.search": "key admin agent viewer",
  "articles.versions": "key admin agent viewer",
  "articles.create": "key admin agent",
  "articles.put": "key admin agent",
  "articles.import": "key admin agent",
  "articles.publish": "key admin agent",
  "articles.unpublish": "key admin agent",
  "articles.remove": "key admin agent",
  "gaps.list": "key admin agent viewer",
  "gaps.draft": "key admin agent",
  "gaps.dismiss": "key admin agent",
  "conversations.open": "key page admin agent",
  "conversations.list": "key admin agent viewer",
  "conversations.search": "key admin agent viewer",
  "conversations.get": "key admin agent viewer",
  "conversations.act": "key visitor admin agent",
  "conversations.socket": "visitor",
  "conversations.classify": "key admin agent",
  "conversations.marks": "key admin agent viewer",
  "conversations.tag": "key admin agent",
  "conversations.note": "key admin agent",
  "conversations.unnote": "key admin agent",
  "conversations.feedback": "key admin agent",
  "messages.list": "key visitor admin agent viewer",
  "messages.create": "key visitor admin agent",
  "facts.amend": "key visitor admin agent",
  "presence.attend": "key visitor admin agent",
  "customers.list": "key admin agent viewer",
  "customers.search": "key admin agent viewer",
  "customers.export": "key admin agent",
  "customers.export_found": "key admin agent",
  "customers.get": "key admin agent viewer",
  "customers.package": "key admin agent",
  "customers.links": "key admin agent viewer",
  "customers.patch": "key admin agent",
  "customers.merge": "key admin agent",
  "customers.split": "key admin agent",
  "customers.tag": "key admin agent",
  "customers.tag_many": "key admin agent",
  "customers.note": "key admin agent",
  "customers.unnote": "key admin agent",
  "customers.erase": "key admin",
  "customers.accesses": "key admin",
  "accesses.list": "key admin",
  "erasures.list": "key admin",
  "links.undo": "key admin agent",
  "replies.get": "key admin agent",
  "replies.put": "key admin",
  "inbox.list": "key admin agent viewer",
  "conversations.desk": "key admin agent viewer",
  "conversations.assign": "key admin agent",
  "conversations.return": "key admin agent",
  "conversations.suggest": "key admin agent",
  "conversations.team_socket": "key admin agent viewer",
  "events.list": "key admin",
  "events.hand-in": "key admin",
  "events.replay": "key admin",
  "collected.get": "key reports admin agent viewer",
  "collected.cross": "key reports admin agent viewer",
  "signals.get": "key reports admin agent viewer",
  "feedback.get": "key reports admin agent viewer",
  "exports.list": "key admin",
  "exports.get": "key admin",
  "exports.manifest": "key admin",
  "hooks.facebook_verify": "everybody",
  "hooks.facebook": "everybody",
  "hooks.line": "everybody",
  "actions.list": "key admin agent",
  "actions.get": "key admin agent",
  "actions.review": "key admin agent",
  "actions.activate": "key admin",
  "actions.update": "key admin",
  "actions.remove": "key admin",
  "actions.report": "key reports admin agent viewer",
  "billing.get": "key admin agent",
  "billing.put": "key admin",
  "billing.settle": "operator",
  "calls.begin": "key admin agent",
  "calls.get": "key admin agent viewer",
  "calls.progress": "key admin agent",
  "calls.end": "key admin agent",
  "channels.list": "key admin agent",
  "channels.get": "key admin agent",
  "channels.connect": "key admin",
  "channels.put": "key admin",
  "channels.disconnect": "key admin",
  "channels.deliveries": "key admin agent viewer",
  "outbound.begin": "key admin agent",
  "tickets.import": "key admin agent",
  "collected.conversations": "key admin agent viewer",
  "decisions.list": "key admin agent viewer",
  "webhooks.list": "key admin",
  "webhooks.create": "key admin",
  "webhooks.change": "key admin",
  "webhooks.rotate": "key admin",
  "webhooks.remove": "key admin",
  "deliveries.list": "key admin",
  "dead-letters.list": "key admin",
  "poison.list": "operator",
  "exports.metrics": "key admin",
  "exports.intents": "key admin",
  "exports.reads": "key admin",
  "automations.list": "key admin agent",
  "automations.create": "key admin",
  "automations.get": "key admin agent",
  "automations.put": "key admin",
  "automations.remove": "key admin",
  "automations.runs": "key admin agent",
  "settings.identity": "key admin",
  "settings.make_identity_secret": "key admin",
  "settings.drop_identity_secret": "key admin",
  "identity.prove": "key visitor admin agent",
  "identity.send_code": "key visitor admin agent",
  "identity.answer_code": "key visitor admin agent",
  "known.add": "key visitor admin agent",
};

describe("the matrix of operations and roles", () => {
  let worker, document, space, stranger, talk, callers;
  const ids = {};

  before(async () => {
    worker = await sharedWorker();
    document = await ApiDocument.of(worker);
    space = await workspace(worker);
    stranger = await workspace(worker);
    talk = await visit(space);
    await talk.visitor.say(talk.id, "Hi, I'm Nora, nora@example.com");
    await talk.visitor.act(talk.id, "close");
    ids.conversation_id = talk.id;
    ids.customer_id = (await space.team.classified(talk.id)).customer_id;
    ids.day = "2020-01-01";
    // One that there is not: nobody has connected any.
    ids.channel_id = `ch_${"0".repeat(26)}`;
    [ids.field_id, ids.other_id] = (await space.team.get("/v1/fields")).fields.map((field) => field.id);
    const article = { title: "Opening hours", body: "We are open from nine to five." };
    ids.article_id = (await space.team.expect(201, "POST", "/v1/articles", { body: article })).article_id;
    const mark = async (path) =>
      (await space.team.expect(201, "POST", `${path}/notes`, { body: { text: "Likes tea" } })).note_id;
    ids.note_id = await mark(`/v1/customers/${ids.customer_id}`);
    await mark(`/v1/conversations/${talk.id}`);
    callers = await everybody();
  });
  after(() => worker?.stop());

  async function everybody() {
    const { admin, agent, viewer } = await members(worker, space);
    ids.member_id = agent.member_id;
    const narrow = await space.team.expect(201, "POST", "/v1/keys", {
      body: { name: "Reports", kind: "secret", scopes: ["reports:read"] },
    });
    ids.key_id = narrow.key_id;
    const own = await visit(space);
    const foreign = await visit(stranger);
    const foreigners = await members(worker, stranger);
    const key = narrow.key.replace(/[0-9a-z]{26}$/, "0".repeat(26));
    return {
      nobody: {},
      forger: bearer(key),
      "forger of a session": { ...admin.headers, cookie: `__Host-askwell=se_${space.id}_${"0".repeat(26)}` },
      operator: bearer(space.operator.key),
      key: bearer(space.secretKey),
      reports: bearer(narrow.key),
      page: { ...bearer(space.siteKey), origin: space.origin },
      visitor: bearer(talk.visitor.key),
      "visitor of another conversation": bearer(own.visitor.key),
      "visitor of another workspace": bearer(foreign.visitor.key),
      admin: admin.headers,
      agent: agent.headers,
      viewer: viewer.headers,
      "admin, from another site": { ...admin.headers, "sec-fetch-site": "cross-site" },
      "admin of another workspace": foreigners.admin.headers,
    };
  }

  const UNKNOWN = ["nobody", "forger", "forger of a session"];

  test("has a row for each operation, and no other", () => {
    const there = document.operations().map(({ id }) => id);
    assert.deepEqual(Object.keys(MATRIX).sort(), there.sort());
  });

  test("lets in whom it names and nobody else", async () => {
    const wrong = [];
    let refusals = 0;
    for (const { id, path, method } of document.operations()) {
      // A browser's socket shows its token elsewhere: socket.test.mjs.
      if (id.endsWith("socket")) continue;
      const named = MATRIX[id].split(" ");
      for (const [name, headers] of Object.entries(callers)) {
        // What is not to count: somebody of another workspace is let into their own.
        const as = name === "admin of another workspace" ? "admin" : name;
        // A body that is no JSON and a parameter that there is not change nothing, whoever sends them.
        const answer = await new Client(worker).send(method, `${address(path, ids)}?no_such_parameter=1`, {
          headers,
          ...(method === "GET" ? {} : { raw: "{" }),
        });
        const reads = name === "admin, from another site" && method === "GET";
        const open = named.includes("everybody") || named.includes(as) || (reads && named.includes("admin"));
        const expected = open ? [400, 404, 409, 422, 425] : UNKNOWN.includes(name) ? [401] : [403];
        // Signing in asks where the request comes from before it reads.
        if (id.startsWith("session.create")) expected.push(403);
        refusals += open ? 0 : 1;
        if (!expected.includes(answer.status)) wrong.push(`${method} ${path} by ${name}: ${answer.status}, not ${expected}`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(refusals > 500, `${refusals} refusals`);
  });

  test("keeps every workspace to itself", async () => {
    const known = [...Object.values(ids), "abc"];
    const stood = await space.team.get("/v1/customers");
    assert.deepEqual(stood.items.map((customer) => customer.customer_id), [ids.customer_id]);
    const wrong = [];
    for (const { id, path, method, operation } of document.operations()) {
      if (MATRIX[id] === "everybody" || MATRIX[id] === "operator" || id.endsWith("socket")) continue;
      // What is one's own wherever one is: days, questions, and oneself.
      const own = /\{(day|field_id)\}/.test(path) || !path.includes("{");
      const schema = document.body(operation);
      const body = schema && document.sample(schema, known);
      if (own && method !== "GET") continue;
      const query = (operation.parameters ?? []).filter((p) => p.in === "query" && p.required).map((p) => `${p.name}=2020-01-01`);
      const to = `${address(path, ids)}?${query.join("&")}`;
      for (const name of ["admin of another workspace", "key of another workspace"]) {
        const headers = callers[name] ?? bearer(stranger.secretKey);
        const answer = await new Client(worker).send(method, to, { headers, body });
        if (!own && answer.status !== 404) wrong.push(`${method} ${path} by ${name}: ${answer.status} ${answer.text.slice(0, 200)}`);
        const theirs = ["nora@example.com", "Nora", talk.id, ids.customer_id, ids.key_id, ids.member_id, space.id];
        const shown = theirs.filter((text) => answer.text.includes(text));
        if (shown.length > 0) wrong.push(`${method} ${path} by ${name} shows ${shown}`);
      }
    }
    assert.deepEqual(wrong, []);
    const { messages } = await space.team.messages(talk.id);
    assert.ok(messages.every((message) => message.text !== "sample"));
    assert.deepEqual(await space.team.get("/v1/customers"), stood);
  });

  test("answers 404 to every id that is nowhere, and to what is none", async () => {
    const wrong = [];
    const stands = async () => {
      const { conversations, open, customers, answers } = await space.team.get("/v1/overview");
      return { conversations, open, customers, answers };
    };
    const before = await stands();
    let asked = 0;
    for (const { id, path, method, operation } of document.operations()) {
      if (MATRIX[id] === "everybody" || MATRIX[id] === "operator" || id.endsWith("socket")) continue;
      // Days are all there, and whose names are words of ours says what may stand there.
      if (!/\{\w+_id\}/.test(path)) continue;
      const schema = document.body(operation);
      const body = schema && document.sample(schema, [...Object.values(ids), "abc"]);
      const required = (operation.parameters ?? []).filter((p) => p.in === "query" && p.required).map((p) => `${p.name}=2020-01-01`);
      for (const nowhere of [(text) => text?.replace(/[0-9a-z]{26}$/, "0".repeat(26)) ?? "zz", () => "none", () => "%F0%9F%90%AB"]) {
        const none = Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, nowhere(ids[name])]));
        const to = path.replace(/\{(\w+)\}/g, (_, name) => none[name]);
        const answer = await new Client(worker).send(method, `${to}?${required.join("&")}`, { headers: callers.key, body });
        asked += 1;
        if (answer.status !== 404 || answer.json?.code !== "not_found") wrong.push(`${method} ${to}: ${answer.status} ${answer.text.slice(0, 160)}`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(asked > 150, `${asked} asked`);
    assert.deepEqual(await stands(), before);
  });

  test("shows visitors what is said to them, and nothing of who of the team said it", async () => {
    const other = await visit(space);
    await other.visitor.say(other.id, "Hello");
    await new Client(worker).expect(201, "POST", `/v1/conversations/${other.id}/messages`, {
      headers: callers.agent,
      body: { id: "a-1", text: "Good morning" },
    });
    const team = await space.team.messages(other.id);
    assert.deepEqual(team.messages.filter((m) => m.by).map((m) => [m.text, m.by]), [["Good morning", ids.member_id]]);
    const own = await other.visitor.messages(other.id);
    assert.equal(own.messages.length, team.messages.length);
    assert.ok(own.messages.every((message) => !("by" in message)));
    await other.visitor.act(other.id, "close");
    await space.team.classified(other.id);
    const archived = await space.team.messages(other.id);
    assert.ok(archived.messages.some((message) => message.by === ids.member_id), "also after it has been put away");
    const late = await other.visitor.messages(other.id);
    assert.ok(late.messages.length > 0 && late.messages.every((message) => !("by" in message)));
  });
});
