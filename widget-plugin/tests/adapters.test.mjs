// The adapters against stubs of the products, made after their documentation: what each sends, in which
// form, signed how, and what its API takes. The products themselves are not asked.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { it } from "node:test";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { engine as load } from "./support/engine.mjs";
import { DIST } from "./support/source.mjs";

const engine = await load();
const adapter = async (name) => (await import(pathToFileURL(join(DIST, "adapters", `${name}.js`)).href))[name];
const [chatwoot, crisp, intercom, zendesk] = await Promise.all(["chatwoot", "crisp", "intercom", "zendesk"].map(adapter));

const WISH = "I'm Zoë Marlow. Could you send me the brochure?";
const ANSWER = "zoe@fern.example";

/** The other product's API: knows its routes, its keys and its fields; can be down or out of reach, and can refuse a profile. */
function product(routes) {
  const calls = [];
  const api = { calls, down: false, unreachable: false, refuses: 0, taken: null };
  api.fetch = async (url, { method, headers, body }) => {
    if (api.unreachable) throw new TypeError("fetch failed");
    const { pathname, origin } = new URL(url);
    const route = routes.find((r) => r.method === method && r.path.test(origin + pathname));
    if (!route) return new Response("no such route", { status: 404 });
    for (const [name, value] of Object.entries(route.headers)) {
      if (headers[name] !== value) return new Response(`wrong ${name}`, { status: 401 });
    }
    if (api.down) return new Response("down", { status: 503 });
    const fields = JSON.parse(body);
    const unknown = Object.keys(fields).filter((key) => !route.fields.includes(key));
    if (unknown.length > 0) return new Response(`unknown ${unknown}`, { status: 422 });
    if (route.name === "note" && api.refuses) return Response.json({ message: "Email has already been taken" }, { status: api.refuses });
    if (route.name === "note" && api.taken && body.includes(api.taken)) return Response.json({ message: "Email has already been taken" }, { status: 409 });
    if (route.effect) return Response.json(route.effect(fields));
    calls.push([route.name, fields]);
    return Response.json({});
  };
  return api;
}

/** What is kept, as JSON, which is all that a store can do. */
function memory() {
  const rows = new Map();
  return {
    rows,
    load: async (id) => (rows.has(id) ? JSON.parse(rows.get(id)) : null),
    save: async (id, kept) => void rows.set(id, JSON.stringify(kept)),
  };
}

const kinds = [
  {
    name: "Chatwoot",
    make() {
      const url = "https://chat.acme.example";
      // A conversation of an inbox that has a bot.
      const conversation = { status: "pending", opened: 0 };
      const open = ({ status }) => Object.assign(conversation, { status, opened: conversation.opened + 1 });
      const api = product([
        { name: "open", method: "POST", path: /^https:\/\/chat\.acme\.example\/api\/v1\/accounts\/3\/conversations\/17\/toggle_status$/, headers: { api_access_token: "bot" }, fields: ["status"], effect: open },
        { name: "ask", method: "POST", path: /^https:\/\/chat\.acme\.example\/api\/v1\/accounts\/3\/conversations\/17\/messages$/, headers: { api_access_token: "bot" }, fields: ["content", "message_type", "private", "content_type"] },
        { name: "note", method: "PUT", path: /^https:\/\/chat\.acme\.example\/api\/v1\/accounts\/3\/contacts\/5$/, headers: { api_access_token: "agent" }, fields: ["name", "email", "phone_number"] },
      ]);
      const options = { engine, memory: memory(), url, botToken: "bot", userToken: "agent", secret: "s3cret", fetch: api.fetch, policy: { lang: "en" } };
      const event = (id, type, content, sender, more = {}) => ({
        event: "message_created", id, content, message_type: type, private: false, content_type: "text", created_at: "2026-11-25T12:00:00.000Z",
        sender, conversation: { id: 17, status: conversation.status, channel: "Channel::WebWidget" }, account: { id: 3, name: "Acme" }, inbox: { id: 2 }, ...more,
      });
      const contact = { id: 5, name: "wild-river-12", type: "contact" };
      const request = (body, secret = "s3cret") => new Request(`https://us.example/hooks?secret=${secret}`, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });
      return {
        api, conversation, options, secret: "secret",
        hook: (one) => chatwoot(one, options),
        image: () => request(event(74, "incoming", null, contact, { attachments: [{ id: 1 }] })),
        visitor: (id, text) => request(event(id, "incoming", text, contact)),
        team: (id, text) => request(event(id, "outgoing", text, { id: 9, name: "Ines", type: "user" })),
        echo: (id, text) => request(event(id, "outgoing", text, { id: 1, type: "agent_bot" })),
        ignored: [
          request(event(70, "outgoing", "a note", { id: 9, type: "user" }, { private: true })),
          request(event(71, "activity", "Conversation was marked resolved", undefined)),
          request({ event: "conversation_created", id: 17 }),
        ],
        stranger: request(event(73, "incoming", WISH, contact), "guess"),
        body: (text) => request(text),
        noted: { name: "Zoë Marlow" }, later: { email: ANSWER }, question: (fields) => fields.content,
      };
    },
  },
  {
    name: "Intercom",
    make() {
      const api = product([
        { name: "ask", method: "POST", path: /^https:\/\/api\.intercom\.io\/conversations\/215\/reply$/, headers: { Authorization: "Bearer t0ken", "Intercom-Version": "2.11" }, fields: ["message_type", "type", "admin_id", "body"] },
        { name: "note", method: "PUT", path: /^https:\/\/api\.intercom\.io\/contacts\/64be$/, headers: { Authorization: "Bearer t0ken" }, fields: ["name", "email", "phone"] },
      ]);
      const options = { engine, memory: memory(), token: "t0ken", clientSecret: "cl13nt", adminId: "77", fetch: api.fetch, policy: { lang: "en" } };
      const item = (parts, source) => ({
        type: "conversation", id: "215", created_at: 1_795_000_000, updated_at: 1_795_000_000,
        source: { type: "conversation", id: "403918", delivered_as: "customer_initiated", subject: "", body: `<p>${source ?? "Hello"}</p>`, author: { type: "lead", id: "64be", name: null } },
        conversation_parts: { type: "conversation_part.list", conversation_parts: parts },
      });
      const part = (id, body, author) => ({ type: "conversation_part", id: String(id), part_type: "comment", body, created_at: 1_795_000_100, author });
      const request = (topic, data, secret = "cl13nt") => {
        const body = typeof data === "string" ? data : JSON.stringify({ type: "notification_event", app_id: "acme", id: "notif_1", topic, delivery_attempts: 1, data: { type: "notification_event_data", item: data } });
        const signature = createHmac("sha1", secret).update(body).digest("hex");
        return new Request("https://us.example/hooks", { method: "POST", body, headers: { "X-Hub-Signature": `sha1=${signature}` } });
      };
      const lead = { type: "lead", id: "64be" };
      return {
        api, options, secret: "clientSecret",
        hook: (one) => intercom(one, options),
        visitor: (id, text) => (id === 1 ? request("conversation.user.created", item([], text.replace("'", "&#39;"))) : request("conversation.user.replied", item([part(id, `<p>${text}</p>`, lead)]))),
        team: (id, text) => request("conversation.admin.replied", item([part(id, `<p>${text}</p>`, { type: "admin", id: "12" })])),
        echo: (id, text) => request("conversation.admin.replied", item([part(id, `<p>${text}</p>`, { type: "admin", id: "77" })])),
        ignored: [request("ping", { type: "ping" }), request("conversation.admin.closed", item([part(70, null, { type: "admin", id: "12" })]))],
        stranger: request("conversation.user.created", item([], WISH), "guess"),
        body: (text) => request("", text),
        noted: { name: "Zoë Marlow" }, later: { email: ANSWER }, question: (fields) => fields.body,
      };
    },
  },
  {
    name: "Zendesk messaging",
    make() {
      const api = product([
        { name: "ask", method: "POST", path: /^https:\/\/acme\.zendesk\.com\/sc\/v2\/apps\/5698\/conversations\/13f3\/messages$/, headers: { Authorization: `Basic ${btoa("app_1:s3")}` }, fields: ["author", "content", "metadata"] },
        { name: "note", method: "PATCH", path: /^https:\/\/acme\.zendesk\.com\/sc\/v2\/apps\/5698\/users\/cbec$/, headers: { Authorization: `Basic ${btoa("app_1:s3")}` }, fields: ["profile"] },
      ]);
      const options = { engine, memory: memory(), appId: "5698", keyId: "app_1", keySecret: "s3", webhookSecret: "8564", url: "https://acme.zendesk.com/sc", fetch: api.fetch, policy: { lang: "en" } };
      const event = (id, text, author, more = {}) => ({
        id: `ev-${id}`, type: "conversation:message", createdAt: "2026-11-25T12:00:00.000Z",
        payload: { conversation: { id: "13f3", type: "personal" }, message: { id: `m-${id}`, received: "2026-11-25T12:00:00.000Z", content: { type: "text", text }, author, source: { type: "web" }, ...more } },
      });
      const request = (events, secret = "8564") =>
        new Request("https://us.example/hooks", { method: "POST", headers: { "X-API-Key": secret }, body: typeof events === "string" ? events : JSON.stringify({ app: { id: "5698" }, webhook: { id: "5e55", version: "v2" }, events }) });
      const user = { type: "user", userId: "cbec", displayName: "Web User cbec" };
      const business = { type: "business", displayName: "Ines" };
      return {
        api, options, secret: "webhookSecret",
        hook: (one) => zendesk(one, options),
        visitor: (id, text) => request([event(id, text, user)]),
        team: (id, text) => request([event(id, text, business)]),
        echo: (id, text) => request([event(id, text, { type: "business" }, { metadata: { askwell: true } })]),
        ignored: [
          request([event(70, undefined, user, { content: { type: "image", mediaUrl: "https://x.example/a.png" } })]),
          request([null]),
          request(event(73, WISH, user)),
          request([{ id: "ev-71", type: "conversation:read", payload: { conversation: { id: "13f3" } } }]),
        ],
        stranger: request([event(72, WISH, user)], "guess"),
        body: (text) => request(text),
        noted: { profile: { givenName: "Zoë Marlow" } }, later: { profile: { email: ANSWER } }, question: (fields) => fields.content.text,
      };
    },
  },
];

for (const { name, make } of kinds) {
  it(`${name}: what is volunteered is noted, what is missing is asked for once`, async () => {
    const { api, echo, hook, later, noted, options, question, team, visitor } = make();
    const status = async (request) => (await hook(request)).status;
    assert.equal(await status(visitor(1, WISH)), 200);
    assert.deepEqual(api.calls.map(([call]) => call), ["note", "ask"]);
    assert.deepEqual(api.calls[0][1], noted);
    const asked = question(api.calls[1][1]);
    assert.match(asked, /e-?mail/i);

    assert.equal(await status(visitor(1, WISH)), 200);
    assert.equal(await status(echo(2, asked)), 200);
    assert.equal(api.calls.length, 2, "neither a repeat nor its own question leads to anything");

    assert.equal(await status(visitor(3, ANSWER)), 200);
    assert.deepEqual(api.calls.slice(2), [["note", later]], "learned, and nothing asked again");
    assert.equal(await status(team(4, "Thank you, it is on its way.")), 200);
    assert.equal(await status(visitor(5, "Could you send me the price list too?")), 200);
    assert.equal(api.calls.length, 3);
    assert.equal(options.memory.rows.size, 1);
  });

  it(`${name}: a team that asks is not doubled`, async () => {
    const { api, hook, team, visitor } = make();
    await hook(visitor(1, "Hello"));
    await hook(team(2, "Hi! What's your e-mail address, please?"));
    await hook(visitor(3, "One moment. Could you send me the brochure?"));
    assert.deepEqual(api.calls.filter(([call]) => call === "ask"), []);
  });

  for (const trouble of ["down", "unreachable"]) {
    it(`${name}, ${trouble}: what could not be done is done when the webhook comes again`, async () => {
      const { api, hook, options, visitor } = make();
      api[trouble] = true;
      const answer = await hook(visitor(1, WISH));
      assert.equal(answer.status, 500, "the one that all three repeat");
      assert.doesNotMatch(await answer.text(), /Zoë|brochure/);
      assert.equal(options.memory.rows.size, 0);
      api[trouble] = false;
      assert.equal((await hook(visitor(1, WISH))).status, 200);
      assert.deepEqual(api.calls.map(([call]) => call), ["note", "ask"]);
    });
  }

  it(`${name}: a profile that is refused for good is told of, and the conversation goes on`, async () => {
    for (const status of [401, 409, 422]) {
      const { api, hook, later, options, team, visitor } = make();
      const refusals = [];
      options.onRefused = (refusal) => void refusals.push(refusal);
      api.refuses = status;
      assert.equal((await hook(visitor(1, WISH))).status, 200);
      assert.deepEqual(api.calls.map(([call]) => call), ["ask"], "asked all the same");
      assert.deepEqual(refusals.map(({ conversation, learned, error }) => [conversation, learned, error.status]), [[[...options.memory.rows.keys()][0], { name: "Zoë Marlow" }, status]]);
      assert.doesNotMatch(refusals[0].error.message, /Zoë|brochure/);
      api.refuses = 0;
      await hook(visitor(3, ANSWER));
      assert.deepEqual(api.calls.slice(1), [["note", later]], "and remembered: what was asked for is known");
      await hook(team(4, "Thank you."));
      await hook(visitor(5, "Could you send me the price list too?"));
      assert.equal(api.calls.length, 2);
    }
  });

  it(`${name}: an e-mail address that another profile has does not cost the name`, async () => {
    const { api, hook, noted, options, visitor } = make();
    const refusals = [];
    options.onRefused = ({ learned, error }) => void refusals.push([learned, error.status]);
    api.taken = ANSWER;
    assert.equal((await hook(visitor(1, `I'm Zoë Marlow, ${ANSWER}.`))).status, 200);
    assert.deepEqual(api.calls, [["note", noted]]);
    assert.deepEqual(refusals, [[{ email: ANSWER }, 409]]);
    await hook(visitor(2, "Could you send me the brochure?"));
    assert.equal(api.calls.length, 1, "what is known is neither noted nor asked for again");
  });

  it(`${name}: a profile that may be taken later is tried again`, async () => {
    for (const status of [408, 429, 503]) {
      const { api, hook, options, visitor } = make();
      options.onRefused = () => assert.fail("nothing is final");
      api.refuses = status;
      assert.equal((await hook(visitor(1, WISH))).status, 500);
      assert.equal(options.memory.rows.size, 0);
      api.refuses = 0;
      assert.equal((await hook(visitor(1, WISH))).status, 200);
      assert.deepEqual(api.calls.map(([call]) => call), ["note", "ask"]);
    }
  });

  it(`${name}: strangers, garbage and other events change nothing`, async () => {
    const { api, body, hook, ignored, options, stranger } = make();
    assert.equal((await hook(stranger)).status, 401);
    for (const text of ["{", "null", "5", '"x"', "[]"]) assert.equal((await hook(body(text))).status, 400, text);
    for (const request of ignored) assert.equal((await hook(request)).status, 200);
    assert.deepEqual([api.calls, options.memory.rows.size], [[], 0]);
  });

  it(`${name}: without a secret nobody is let in`, async () => {
    for (const missing of [undefined, null, "", 7]) {
      const { api, hook, options, secret, visitor } = make();
      options[secret] = missing;
      await assert.rejects(hook(visitor(1, WISH)), new RegExp(`option ${secret} `));
      assert.deepEqual([api.calls, options.memory.rows.size], [[], 0]);
    }
  });
}

it("Chatwoot: the team sees a conversation from its first message on, and once it is open it stays theirs", async () => {
  for (const first of ["visitor", "image"]) {
    const chat = kinds[0].make();
    const { conversation, hook } = chat;
    assert.equal((await hook(chat[first](1, "Hello"))).status, 200);
    assert.deepEqual(conversation, { status: "open", opened: 1 });
    await hook(chat.visitor(2, WISH));
    conversation.status = "snoozed";
    await hook(chat.visitor(3, "Are you there?"));
    await hook(chat.team(4, "Yes."));
    assert.deepEqual(conversation, { status: "snoozed", opened: 1 });
    // One that was resolved is pending again when the visitor writes.
    conversation.status = "pending";
    await hook(chat.team(5, "I set it aside."));
    assert.equal(conversation.status, "pending");
    await hook(chat.visitor(6, "One thing more"));
    assert.equal(conversation.status, "open");
  }
});

it("Chatwoot: a conversation that could not be opened is opened when the webhook comes again", async () => {
  const { api, conversation, hook, visitor } = kinds[0].make();
  api.down = true;
  assert.equal((await hook(visitor(1, "Hello"))).status, 500);
  api.down = false;
  assert.equal((await hook(visitor(1, "Hello"))).status, 200);
  assert.equal(conversation.status, "open");
});

it("Intercom: its trial of the address, a HEAD request, is answered", async () => {
  const { hook, options } = kinds[1].make();
  const answer = await hook(new Request("https://us.example/hooks", { method: "HEAD" }));
  assert.deepEqual([answer.status, await answer.text(), options.memory.rows.size], [200, "", 0]);
  assert.equal((await hook(new Request("https://us.example/hooks"))).status, 401);
});

it("a product that does not answer is not waited for any longer than ten seconds", async (t) => {
  const timer = new AbortController();
  t.mock.method(AbortSignal, "timeout", (ms) => {
    assert.equal(ms, 10_000);
    return timer.signal;
  });
  const { hook, options, visitor } = kinds[0].make();
  const asked = Promise.withResolvers();
  options.fetch = (_, { signal }) => new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
    asked.resolve();
  });
  const answer = hook(visitor(1, WISH));
  await asked.promise;
  timer.abort(new DOMException("late", "TimeoutError"));
  assert.equal((await answer).status, 500);
  assert.equal(options.memory.rows.size, 0);
});

it("what is not told of otherwise is written to the console, without what was said", async (t) => {
  const warn = t.mock.method(console, "warn", () => {});
  const { api, hook, visitor } = kinds[0].make();
  api.refuses = 422;
  await hook(visitor(1, WISH));
  assert.deepEqual(warn.mock.calls.map(({ arguments: said }) => said.join(" ")), ["askwell: a profile was not changed: PUT /api/v1/accounts/3/contacts/5 answered 422."]);
});

/** The chatbox: commands queue in an array until it has loaded, then each is run as it comes. */
class Chatbox {
  user = {};
  shown = [];
  #listeners = new Map();

  load(queue) {
    for (const command of queue.splice(0)) this.#run(command);
    queue.push = (...commands) => commands.forEach((command) => this.#run(command));
  }

  #run([verb, what, argument]) {
    if (verb === "on") this.#listeners.set(what, [...(this.#listeners.get(what) ?? []), argument]);
    // As documented: the event alone, and so all that listen to it.
    else if (verb === "off") this.#listeners.delete(what);
    else if (verb === "set" && /^user:(email|phone|nickname)$/.test(what) && Array.isArray(argument)) this.user[what] = argument[0];
    else if (verb === "do" && what === "message:show") {
      const [type, content] = argument;
      this.shown.push(content);
      // Shown as the operator's, it is told of as the operator's.
      this.#tell("message:received", { type, content, from: "operator", origin: "local" });
    } else throw new Error(`unknown command ${verb} ${what}`);
  }

  session = (id) => this.#heard("session:loaded", id);

  #heard(event, what) {
    for (const listener of this.#listeners.get(event) ?? []) listener(what);
  }

  #tell(event, message) {
    this.#heard(event, { fingerprint: 1, timestamp: Date.now(), is_me: event === "message:sent", ...message });
  }

  visitor = (content, type = "text") => this.#tell("message:sent", { type, content, from: "user", origin: "chat" });
  operator = (content) => this.#tell("message:received", { type: "text", content, from: "operator", origin: "chat" });
}

/** A page view with the chatbox on it, in a tab that keeps its storage. */
function page(tab, id = "session_1") {
  const queue = [];
  const storage = tab && { getItem: (key) => tab.get(key) ?? null, setItem: (key, value) => void tab.set(key, value) };
  const stop = crisp(queue, { engine, policy: { lang: "en" }, storage });
  const box = new Chatbox();
  box.load(queue);
  box.session(id);
  return { box, queue, stop };
}

it("Crisp: what is volunteered is noted, what is missing is asked for once", () => {
  const { box, queue, stop } = page(null);
  const site = [];
  queue.push(["on", "message:sent", ({ content }) => site.push(content)]);
  box.visitor(WISH);
  assert.deepEqual(box.user, { "user:nickname": "Zoë Marlow" });
  assert.equal(box.shown.length, 1);
  assert.match(box.shown[0], /e-?mail/i);
  box.visitor({ url: "https://x.example/a.png", name: "a.png", type: "image/png" }, "file");
  box.visitor(ANSWER);
  assert.deepEqual(box.user, { "user:nickname": "Zoë Marlow", "user:email": ANSWER });
  box.operator("Thank you, it is on its way.");
  box.visitor("Could you send me the price list too?");
  assert.equal(box.shown.length, 1);
  stop();
  stop();
  box.visitor("My phone number is +44 20 7946 0958");
  assert.equal(box.user["user:phone"], undefined, "after stopping nothing is noted");
  assert.match(site.at(-1), /^My phone number/, "and the site's own listeners still hear");
});

it("Crisp: the next page view of the tab goes on, and another conversation begins anew", () => {
  const tab = new Map();
  const first = page(tab);
  first.box.visitor(WISH);
  assert.equal(first.box.shown.length, 1);
  first.stop();
  const second = page(tab);
  second.box.visitor(ANSWER);
  assert.deepEqual(second.box.user, { "user:email": ANSWER }, "what is in the profile is not written again");
  second.box.visitor("Could you send me the price list too?");
  assert.deepEqual(second.box.shown, [], "what was said is not asked for");
  second.stop();
  const other = page(tab, "session_2");
  other.box.visitor(WISH);
  assert.deepEqual([other.box.user, other.box.shown.length], [{ "user:nickname": "Zoë Marlow" }, 1]);
  other.stop();
  tab.set("askwell.crisp", '{"id":"session_2","session":{"of":"another version"}}');
  const last = page(tab, "session_2");
  last.box.visitor(WISH);
  assert.equal(last.box.shown.length, 1);
  last.stop();
});

it("Crisp: a storage that refuses costs nothing but the next page view", () => {
  const queue = [];
  const no = () => { throw new Error("QuotaExceededError"); };
  const stop = crisp(queue, { engine, policy: { lang: "en" }, storage: { getItem: no, setItem: no } });
  const box = new Chatbox();
  box.load(queue);
  box.visitor(WISH);
  assert.equal(box.shown.length, 1);
  stop();
});
