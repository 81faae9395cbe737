// Conversations that the team begins over a channel: queued until somebody answers, failed when the
// message cannot be delivered, no-answer when nobody does.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { assertProblem } from "../support/api.mjs";
import { Line, lineText, Mail } from "../support/platforms.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { until } from "../support/until.mjs";

const BEN = "U00000000000000000000000000000ben";

describe("a conversation that the team begins", () => {
  let worker, space, line, mail, chat, post;

  before(async () => {
    [line, mail] = await Promise.all([new Line().start(), new Mail().start()]);
    ({ worker, space } = await setUp({ vars: { LINE_API_URL: line.url, OUTBOUND_ANSWER_MS: "4000" } }));
    const connect = (name, connection) =>
      space.team.expect(201, "POST", "/v1/channels", { body: { name, connection } });
    chat = await connect("Our LINE", { kind: "line", channel_secret: line.secret, access_token: line.token });
    post = await connect("Shop", {
      kind: "email", address: "help@shop.example", send_url: `${mail.url}/emails`, send_key: mail.key,
    });
  });
  after(async () => {
    await tearDown({ worker });
    await line?.stop();
    await mail?.stop();
  });

  const begin = (body, key = randomUUID(), status = 201) =>
    space.team.expect(status, "POST", "/v1/outbound", { body, headers: { "idempotency-key": key } });
  const stands = (id, status) =>
    until(`${id} is ${status}`, async () => (await space.team.conversation(id)).status === status);
  const hear = (text, id) =>
    space.operator.send("POST", chat.webhook, { ...line.webhook(lineText(BEN, id, text)), key: null });

  test("is queued until they answer, and goes on from there", async () => {
    const key = randomUUID();
    const body = { channel_id: chat.channel_id, to: BEN, name: "Ben", text: "Your lamp is ready." };
    const begun = await begin(body, key);
    assert.equal(begun.status, "queued");
    const again = await begin(body, key, 200);
    assert.equal(again.conversation_id, begun.conversation_id);
    await until("it is pushed", () => line.pushed.some(([, text]) => text === body.text));
    const before = await space.team.conversation(begun.conversation_id);
    assert.deepEqual([before.status, before.direction, before.platform], ["queued", "outbound", "line"]);
    await hear("Great, I come today", "1");
    await stands(begun.conversation_id, "in-progress");
    assert.equal(line.pushed.filter(([, text]) => text === body.text).length, 1, "said once");
    await space.team.act(begun.conversation_id, "close");
    const detail = await space.team.classified(begun.conversation_id);
    assert.deepEqual([detail.status, detail.facts.name.value], ["completed", "Ben"]);
    // The customer of before is reached by their id alone.
    const next = await begin({ channel_id: chat.channel_id, customer_id: detail.customer_id, text: "And?" });
    await until("it is pushed", () => line.pushed.some(([to, text]) => to === BEN && text === "And?"));
    assert.equal(next.visitor_id, begun.visitor_id);
    await stands(next.conversation_id, "no-answer");
    assertProblem(
      await space.team.send("POST", `/v1/conversations/${next.conversation_id}/actions`, { body: { action: "reopen" } }),
      409, "illegal_transition",
    );
  });

  test("fails when it cannot be delivered", async () => {
    line.script.push([400, { message: "The property, 'to', in the request body is invalid" }]);
    const { conversation_id: id } = await begin({ channel_id: chat.channel_id, to: "Unobody", text: "Hello?" });
    await stands(id, "failed");
    const detail = await space.team.classified(id);
    assert.equal(detail.sentiment, "not-applicable");
    const list = await space.team.get(`/v1/channels/deliveries?conversation_id=${id}`);
    assert.deepEqual(list.items.map((d) => [d.state, d.reason]), [["failed", "refused"]]);
  });

  test("is written by e-mail with its subject", async () => {
    const body = { channel_id: post.channel_id, to: "Eve@Example.com", subject: "Your order", text: "It has left." };
    const { conversation_id: id } = await begin(body);
    const sent = await until("it is sent", () => mail.sent[0]);
    assert.deepEqual(
      [sent.from, sent.to, sent.subject, sent.text, sent.headers["Message-ID"]],
      ['"Shop" <help@shop.example>', ["eve@example.com"], "Your order", "It has left.", `<outbound.${id}@shop.example>`],
    );
    assert.equal((await space.team.conversation(id)).facts.email.value, "eve@example.com");
  });

  test("is refused where it could reach nobody", async () => {
    const send = (body) => space.team.send("POST", "/v1/outbound", { body });
    const good = { channel_id: chat.channel_id, to: BEN, text: "x" };
    assertProblem(await send({ ...good, text: " " }), 422, "invalid_field");
    assertProblem(await send({ ...good, to: undefined }), 422, "invalid_field");
    assertProblem(await send({ ...good, to: "a b" }), 422, "invalid_field");
    assertProblem(await send({ ...good, subject: "x" }), 422, "invalid_field");
    assertProblem(await send({ ...good, channel_id: post.channel_id, to: "nobody", subject: "x" }), 422, "invalid_field");
    assertProblem(await send({ ...good, channel_id: post.channel_id, to: "eve@example.com" }), 422, "invalid_field");
    assertProblem(await send({ ...good, channel_id: `ch_${"0".repeat(26)}` }), 404, "not_found");
    assertProblem(await space.page.send("POST", "/v1/outbound", { body: good }), 403, "forbidden");
  });
});
