// LINE and Facebook Messenger: what comes in is checked, counts once and becomes a conversation;
// what is answered goes back through the platform; and the person is one customer with the one on the web.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, visit } from "../support/api.mjs";
import { Facebook, facebookMessage, Line, lineText } from "../support/platforms.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { until } from "../support/until.mjs";

const ANA = "U80696558e1aa831d5e2b2d4d1f3e5e00";

let worker, receiver, space, line, facebook;

before(async () => {
  [line, facebook] = await Promise.all([new Line().start(), new Facebook().start()]);
  line.profiles[ANA] = { displayName: "Ana Lima", userId: ANA, language: "en" };
  facebook.profiles["5163218870431"] = { first_name: "Tom", last_name: "Baker", id: "5163218870431" };
  const vars = { LINE_API_URL: line.url, FACEBOOK_API_URL: `${facebook.url}/` };
  ({ worker, receiver, space } = await setUp({ receiver: true, vars }));
});
after(async () => {
  await tearDown({ worker, receiver });
  await line?.stop();
  await facebook?.stop();
});

const post = (path, { raw, headers }) => space.operator.send("POST", path, { raw, headers, key: null });
const connect = (name, connection) =>
  space.team.expect(201, "POST", "/v1/channels", { body: { name, connection } });

/** The conversations of a platform, the latest first, once there are so many. */
const conversations = (platform, count) =>
  until(`${count} conversations on ${platform}`, async () => {
    const found = await space.team.expect(200, "POST", "/v1/conversations/search", { body: { platform } });
    return found.items.length === count ? found.items.map((row) => row.conversation_id) : undefined;
  });
const said = (id, count) =>
  until(`${count} messages are said`, async () => {
    const { messages } = await space.team.messages(id);
    return messages.length >= count ? messages : undefined;
  });

describe("LINE", () => {
  let channel, hook, first;

  before(async () => {
    channel = await connect("Our LINE", {
      kind: "line", channel_secret: line.secret, access_token: line.token,
    });
    hook = channel.webhook;
  });

  test("is connected, and its secrets are shown to nobody", async () => {
    assert.deepEqual([channel.platform, channel.state], ["line", "connected"]);
    const list = await space.team.send("GET", "/v1/channels");
    assert.equal(list.json.items.length, 1);
    assert.ok(!list.text.includes(line.secret) && !list.text.includes(line.token));
  });

  test("is believed only with its signature over the very body", async () => {
    const { raw, headers } = line.webhook(lineText(ANA, "1", "hello"));
    assertProblem(await post(hook, { raw: raw.replace("hello", "hallo"), headers }), 403, "forbidden");
    assertProblem(await post(hook, { raw, headers: {} }), 403, "forbidden");
    assertProblem(await post(hook, { raw, headers: { "x-line-signature": "nonsense" } }), 403, "forbidden");
    assertProblem(await post(hook.replace(/ch_.{5}/, "ch_00000"), { raw, headers }), 404, "not_found");
    assertProblem(await post(hook.replace(space.id, "nobody"), { raw, headers }), 404, "not_found");
    assertProblem(await post(hook, { raw: "x".repeat(1_100_000), headers }), 413, "body_too_large");
    // The console tries the address so.
    assert.equal((await post(hook, line.webhook())).status, 200);
    assert.equal((await space.team.all("/v1/conversations")).length, 0, "nothing of it counted");
  });

  test("brings a message in once, however often it comes, and says who wrote it", async () => {
    const webhook = line.webhook(lineText(ANA, "100", "Hi, my parcel has not arrived"));
    const answers = await Promise.all([post(hook, webhook), post(hook, webhook), post(hook, webhook)]);
    assert.deepEqual(answers.map((a) => a.status), [200, 200, 200]);
    [first] = await conversations("line", 1);
    const again = line.webhook(
      lineText(ANA, "100", "Hi, my parcel has not arrived", { deliveryContext: { isRedelivery: true } }),
      lineText(ANA, "101", "It was order 77"),
    );
    await post(hook, again);
    const messages = await until("both are there", async () => {
      const all = (await said(first, 2)).filter((m) => m.role === "customer");
      return all.length === 2 ? all : undefined;
    });
    assert.deepEqual(messages.map((m) => m.text), ["Hi, my parcel has not arrived", "It was order 77"]);
    const detail = await space.team.conversation(first);
    assert.deepEqual([detail.platform, detail.direction, detail.status], ["line", "inbound", "in-progress"]);
    assert.equal(detail.facts.name.value, "Ana Lima", "her name there is claimed");
    assert.ok(!messages.some((m) => m.role === "bot" && /name/i.test(m.text)));
  });

  test("plays nothing that is a week old", async () => {
    await post(hook, line.webhook(lineText(ANA, "50", "old", { timestamp: Date.now() - 8 * 86_400_000 })));
    await post(hook, line.webhook(lineText(ANA, "102", "new")));
    const texts = await until("the new one is there", async () => {
      const all = (await said(first, 3)).map((m) => m.text);
      return all.includes("new") ? all : undefined;
    });
    assert.ok(!texts.includes("old"));
  });

  test("gets the answers of the team and of the policy, in order", async () => {
    await space.team.say(first, "It leaves today.", { id: "a-1" });
    await space.team.say(first, "x".repeat(6_000), { id: "a-2" });
    await until("all are pushed", () => line.pushed.filter(([, text]) => text.startsWith("x")).length === 2);
    const { messages } = await space.team.messages(first);
    const ours = messages.filter((m) => m.role !== "customer").map((m) => m.text);
    assert.equal(line.pushed.map(([, text]) => text).join(""), ours.join(""));
    assert.ok(line.pushed.every(([user]) => user === ANA));
    const { items } = await until("all is told", async () => {
      const list = await space.team.get(`/v1/channels/deliveries?conversation_id=${first}`);
      return list.items.filter((d) => d.state === "sent").length === ours.length + 1 ? list : undefined;
    });
    assert.deepEqual(items.filter((d) => d.message_id === "a-2").map((d) => d.part).sort(), [0, 1]);
  });

  test("gets each message once, though its answer was lost, and late rather than never", async () => {
    line.script.push([500, { message: "internal" }]);
    await space.team.say(first, "Sent again.", { id: "a-3" });
    const failing = await until("it is seen", async () => {
      const one = await space.team.get(`/v1/channels/${channel.channel_id}`);
      return one.state === "failing" ? one : undefined;
    });
    assert.equal(failing.trouble.reason, "unreachable");
    const waiting = await space.team.get("/v1/channels/deliveries?state=waiting");
    assert.deepEqual(
      waiting.items.map((d) => [d.message_id, d.status, d.attempts]), [["a-3", 500, 1]],
    );
    await until("it came through", () => line.pushed.filter(([, text]) => text === "Sent again.").length === 1, 60_000);
    const keys = line.requests.filter((r) => r.body?.messages?.[0].text === "Sent again.").map((r) => r.headers["x-line-retry-key"]);
    assert.deepEqual([keys.length, new Set(keys).size], [2, 1]);
    await until("it works again", async () =>
      (await space.team.get(`/v1/channels/${channel.channel_id}`)).state === "connected");
  });

  test("shows what it refuses", async () => {
    line.script.push([400, { message: "Failed to send messages" }]);
    await space.team.say(first, "You have blocked us.", { id: "a-4" });
    const { items } = await until("it failed", async () => {
      const list = await space.team.get("/v1/channels/deliveries?state=failed");
      return list.items.length ? list : undefined;
    });
    assert.deepEqual(items.map((d) => [d.message_id, d.reason, d.status]), [["a-4", "refused", 400]]);
  });

  test("is one customer with the visitor of the web who gave the same address", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "Hi, please send the invoice to ana.lima@example.com");
    await talk.visitor.act(talk.id, "close");
    const web = await space.team.classified(talk.id);
    await post(hook, line.webhook(lineText(ANA, "103", "my e-mail is Ana.Lima@example.com")));
    await until("it is noted", async () => (await space.team.conversation(first)).facts.email);
    await space.team.act(first, "close");
    const chat = await space.team.classified(first);
    assert.equal(chat.customer_id, web.customer_id);
    const customer = await space.team.get(`/v1/customers/${web.customer_id}`);
    assert.deepEqual(
      [customer.email, customer.name, customer.conversations, [...customer.platforms].sort()],
      ["ana.lima@example.com", "Ana Lima", 2, ["line", "web_widget"]],
    );
    const both = await space.team.expect(200, "POST", "/v1/conversations/search", {
      body: { customer_id: web.customer_id },
    });
    assert.deepEqual(both.items.map((c) => c.conversation_id).sort(), [talk.id, first].sort());
  });

  test("begins a new conversation after one has ended, and is not asked what is known", async () => {
    await post(hook, line.webhook(lineText(ANA, "104", "Please send me the invoice again")));
    const [second] = await conversations("line", 2);
    assert.notEqual(second, first);
    const messages = await said(second, 1);
    assert.ok(!messages.some((m) => m.role === "bot"), JSON.stringify(messages));
    // What was taken for the first does not come back in the second.
    await post(hook, line.webhook(lineText(ANA, "103", "my e-mail is Ana.Lima@example.com")));
    await space.team.act(second, "close");
    const detail = await space.team.classified(second);
    assert.equal(detail.transcript.filter((m) => m.role === "customer").length, 1);
    assert.equal((await space.team.get(`/v1/customers/${detail.customer_id}`)).conversations, 3);
  });

  test("tells the events, and nothing after it was disconnected", async () => {
    await space.team.expect(200, "DELETE", `/v1/channels/${channel.channel_id}`);
    assertProblem(await post(hook, line.webhook(lineText(ANA, "105", "hello?"))), 404, "not_found");
    const events = await until("both are delivered", () => {
      const all = receiver.events.filter((e) => e.type.startsWith("askwell.channel."));
      return all.length === 2 ? all : undefined;
    });
    assert.deepEqual(
      events.map((e) => [e.type, e.data.channel_type, e.data.result]),
      [["askwell.channel.connected", "line", "success"], ["askwell.channel.disconnected", "line", "success"]],
    );
    receiver.assertSound();
  });
});

describe("Facebook Messenger", () => {
  let hook;
  const TOM = "5163218870431";

  before(async () => {
    const channel = await connect("Our page", {
      kind: "facebook", page_id: facebook.page, app_secret: facebook.appSecret,
      verify_token: "meatyhamhock", access_token: facebook.token,
    });
    hook = channel.webhook;
  });

  test("finds the address that is meant", async () => {
    const query = (token) => new URLSearchParams({
      "hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158201444",
    });
    const good = await space.operator.send("GET", `${hook}?${query("meatyhamhock")}`, { key: null });
    assert.deepEqual([good.status, good.text], [200, "1158201444"]);
    assertProblem(await space.operator.send("GET", `${hook}?${query("other")}`, { key: null }), 403, "forbidden");
  });

  test("brings a message in, with a mark for what is no text, and is answered", async () => {
    const image = facebookMessage(facebook, TOM, {
      mid: "m_1", text: "look", attachments: [{ type: "image", payload: { url: "https://scontent.example/1.jpg" } }],
    });
    const echo = facebookMessage(facebook, facebook.page, { mid: "m_2", text: "ours", is_echo: true });
    const webhook = facebook.webhook(image, echo);
    const forged = { raw: webhook.raw, headers: { "x-hub-signature-256": `sha256=${"0".repeat(64)}` } };
    assertProblem(await post(hook, forged), 403, "forbidden");
    assert.equal((await post(hook, webhook)).status, 200);
    assert.equal((await post(hook, webhook)).status, 200);
    const [id] = await conversations("facebook", 1);
    const messages = (await said(id, 1)).filter((m) => m.role === "customer");
    assert.deepEqual(messages.map((m) => m.text), ["look\n[image]"]);
    assert.equal((await space.team.conversation(id)).facts.name.value, "Tom Baker");
    await space.team.say(id, "Nice lamp!");
    await until("it is sent", () => facebook.sent.some(([to, text]) => to === TOM && text === "Nice lamp!"));
    const request = facebook.requests.find((r) => r.body?.message?.text === "Nice lamp!");
    assert.equal(request.body.messaging_type, "RESPONSE");
  });

  test("shows that its token has expired, and delivers once there is another", async () => {
    const [id] = await conversations("facebook", 1);
    facebook.script.push([400, { error: { message: "Session has expired", type: "OAuthException", code: 190 } }]);
    await space.team.say(id, "Still there?");
    const list = () => space.team.get("/v1/channels");
    const failing = await until("it is seen", async () =>
      (await list()).items.find((c) => c.platform === "facebook" && c.state === "failing"));
    assert.equal(failing.trouble.reason, "credentials");
    await until("it is delivered", () => facebook.sent.some(([, text]) => text === "Still there?"), 60_000);
  });
});

test("what cannot be connected is refused, and nothing is half connected", async () => {
  const before = (await space.team.get("/v1/channels")).items.length;
  const send = (connection, name = "x") =>
    space.team.send("POST", "/v1/channels", { body: { name, connection } });
  const line = { kind: "line", channel_secret: "s", access_token: "t" };
  assertProblem(await send({ ...line, access_token: "two\nlines" }), 422, "invalid_field");
  assertProblem(await send({ ...line, channel_secret: "" }), 422, "invalid_field");
  assertProblem(await send({ kind: "pigeon" }), 422, "invalid_field");
  assertProblem(await send(line, ""), 422, "invalid_field");
  const mail = { kind: "email", address: "help@shop.example", send_url: "http://mail.example", send_key: "k" };
  assertProblem(await send(mail), 422, "invalid_field");
  assertProblem(await send({ ...mail, address: "help" }), 422, "invalid_field");
  assertProblem(await space.page.send("GET", "/v1/channels"), 403, "forbidden");
  assert.equal((await space.team.get("/v1/channels")).items.length, before);
});
