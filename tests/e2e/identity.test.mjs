// Who a visitor is: tokens of the site's own server, and codes that are mailed.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, visit } from "../support/api.mjs";
import { byHmac, byRsa, pair, token } from "../support/issuer.mjs";
import { Mail } from "../support/platforms.mjs";
import { setUp, tearDown } from "../support/stage.mjs";

let worker, space, mail;

before(async () => {
  mail = await new Mail().start();
  ({ worker, space } = await setUp());
});
after(async () => {
  await tearDown({ worker });
  await mail?.stop();
});

const seconds = () => Math.floor(Date.now() / 1000);
const claims = (more) => ({ sub: "user-1", exp: seconds() + 300, email: "ana@example.com", name: "Ana Lima", ...more });
const sign = (secret, more, header = {}) => token({ alg: "HS256", typ: "JWT", ...header }, claims(more), byHmac(secret));
const prove = ({ id, visitor }, jwt) => visitor.send("POST", `/v1/conversations/${id}/identity`, { body: { token: jwt } });
const customer = async (talk) => {
  const { customer_id } = await space.team.classified(talk.id);
  return space.team.get(`/v1/customers/${customer_id}`);
};
const made = () => space.team.expect(201, "POST", "/v1/settings/identity/secret", { body: {} });

describe("a token of the site's server", () => {
  let secret;

  test("is taken once there is a secret, and what it says is verified", async () => {
    const talk = await visit(space);
    assertProblem(await prove(talk, sign("x".repeat(40))), 422, "invalid_token");
    ({ secret } = await made());
    assert.match(secret, /^is_[0-9a-z]{52}$/);
    const shown = await space.team.get("/v1/settings/identity");
    assert.ok(shown.made_at && !JSON.stringify(shown).includes(secret));

    const taken = await prove(talk, sign(secret));
    assert.equal(taken.status, 200, taken.text);
    await talk.visitor.say(talk.id, "Could you send me the invoice? My name is Bo, bo@example.com");
    await talk.visitor.act(talk.id, "close");
    const profile = await customer(talk);
    assert.deepEqual([profile.email, profile.name, [...profile.verified].sort()], ["ana@example.com", "Ana Lima", ["email", "name"]]);
    assert.deepEqual([profile.subjects, profile.emails], [["user-1"], ["ana@example.com"]]);
    const from = (value) => profile.values.find((one) => one.value === value).source;
    assert.deepEqual([from("ana@example.com").from, from("ana@example.com").proof], ["verified", "token"]);
    assert.equal(from("bo@example.com").from, "conversation");
    const detail = await space.team.conversation(talk.id);
    assert.deepEqual([detail.facts.email.value, detail.proven.email.value], ["bo@example.com", "ana@example.com"]);
    const { items } = await space.team.customers("bo@example.com");
    assert.deepEqual(items, [], "the claim leads nobody into the profile");
  });

  test("joins a claim of the same address, which stays a claim", async () => {
    const talk = await visit(space);
    await talk.visitor.say(talk.id, "Hello, I am Ana, ana@example.com");
    await talk.visitor.act(talk.id, "close");
    const profile = await customer(talk);
    assert.equal(profile.conversations, 2);
    assert.ok(profile.verified.includes("email"));
    assert.deepEqual((await space.team.conversation(talk.id)).proven, {});
  });

  test("shows who is back the proven address, masked, and to nobody else", async () => {
    const question = async (talk) => {
      await talk.visitor.say(talk.id, "I am back, I talked to you last week");
      const { messages } = await talk.visitor.messages(talk.id);
      return messages.find(({ role, text }) => role === "bot" && /on file/.test(text))?.text;
    };
    const talk = await visit(space);
    assert.equal((await prove(talk, sign(secret))).status, 200);
    assert.match(await question(talk), /on file \(a•••@e•••\.com\)/);
    const claims = await visit(space, { known: ["email"] });
    const asked = await question(claims);
    assert.match(asked, /on file/);
    assert.doesNotMatch(asked, /•|@/);
  });

  test("is refused whatever is wrong with it, and never makes one user another", async () => {
    const talk = await visit(space);
    const { privateKey } = pair("rsa", "k");
    const refused = [
      ["invalid_token", sign(secret.slice(0, -1))],
      ["invalid_token", token({ alg: "none" }, claims(), () => Buffer.alloc(0))],
      ["invalid_token", token({ alg: "RS256" }, claims(), byRsa(privateKey))],
      ["invalid_token", token({ alg: "RS256" }, claims(), byHmac(secret))],
      ["invalid_token", sign(secret, { sub: undefined })],
      ["invalid_token", sign(secret, { exp: undefined })],
      ["invalid_token", sign(secret, { email: "nonsense" })],
      ["invalid_token", sign(secret, { aud: "another" })],
      ["invalid_token", "nonsense"],
      ["expired_token", sign(secret, { exp: seconds() - 120 })],
    ];
    for (const [code, jwt] of refused) {
      const problem = assertProblem(await prove(talk, jwt), 422, code);
      assert.ok(!problem.detail.includes("ana@"), problem.detail);
    }
    assert.equal((await prove(talk, sign(secret))).status, 200);
    assertProblem(await prove(talk, sign(secret, { sub: "user-2" })), 403, "forbidden");
    await talk.visitor.act(talk.id, "close");
    assertProblem(await prove(talk, sign(secret)), 409, "conversation_closed");
  });

  test("signed with the secret before is good for a while, and with a dropped one no more", async () => {
    const talk = await visit(space);
    const before = secret;
    ({ secret } = await made());
    assert.notEqual(secret, before);
    assert.equal((await prove(talk, sign(before))).status, 200);
    assert.equal((await prove(talk, sign(secret))).status, 200);
    await space.team.expect(204, "DELETE", "/v1/settings/identity/secret");
    assertProblem(await prove(talk, sign(secret)), 422, "invalid_token");
  });
});

describe("a mailed code", () => {
  const send = (talk, body = {}) => talk.visitor.send("POST", `/v1/conversations/${talk.id}/code`, { body });
  const answer = (talk, code) => talk.visitor.send("POST", `/v1/conversations/${talk.id}/code/answer`, { body: { code } });
  const codeIn = (to) => mail.sent.findLast((one) => one.to[0] === to).text.match(/^\d{6}$/m)[0];
  const other = (code) => (code === "000000" ? "000001" : "000000");

  test("needs a channel for e-mail", async () => {
    const talk = await visit(space);
    assertProblem(await send(talk), 422, "invalid_field");
    assertProblem(await send(talk, { email: "cy@example.com" }), 404, "not_found");
    const connection = { kind: "email", address: "help@shop.example", send_url: `${mail.url}/emails`, send_key: mail.key };
    await space.team.expect(201, "POST", "/v1/channels", { body: { name: "Shop", connection } });
  });

  test("shows that an address is the visitor's", async () => {
    const talk = await visit(space, { locale: "de" });
    await talk.visitor.say(talk.id, "cy@example.com");
    mail.script.push([500, {}]);
    assertProblem(await send(talk), 502, "bad_gateway");
    const sent = await send(talk);
    assert.equal(sent.status, 202, sent.text);
    assert.equal(sent.json.tries, 5);
    assertProblem(await send(talk), 429, "rate_limited");
    const code = codeIn("cy@example.com");
    assert.ok(!sent.text.includes(code));
    assertProblem(await answer(talk, other(code)), 422, "wrong_code");
    assert.equal((await answer(talk, code)).status, 200);
    assertProblem(await answer(talk, code), 422, "expired_code");
    assertProblem(await send(talk), 409, "already_exists");
    await talk.visitor.act(talk.id, "close");
    const profile = await customer(talk);
    assert.deepEqual([profile.email, profile.verified], ["cy@example.com", ["email"]]);
    assert.ok(profile.values.some(({ source }) => source.from === "verified" && source.proof === "code"));
  });

  test("counts as well when it is written into the chat, where the visitor is told", async () => {
    const talk = await visit(space);
    const path = `/v1/conversations/${talk.id}/code`;
    await space.team.expect(202, "POST", path, { body: { email: "di@example.com" } });
    const code = codeIn("di@example.com");
    await talk.visitor.say(talk.id, other(code));
    await talk.visitor.say(talk.id, code);
    const { messages } = await talk.visitor.messages(talk.id);
    assert.deepEqual(
      messages.filter((m) => m.id.startsWith("code-")).map((m) => [m.role, /confirmed/.test(m.text)]),
      [["bot", false], ["bot", true]],
    );
    assert.equal((await space.team.conversation(talk.id)).proven.email.value, "di@example.com");
  });

  test("dies of five wrong answers", async () => {
    const talk = await visit(space);
    assert.equal((await send(talk, { email: "ed@example.com" })).status, 202);
    const code = codeIn("ed@example.com");
    for (let n = 0; n < 5; n += 1) assertProblem(await answer(talk, other(code)), 422, "wrong_code");
    assertProblem(await answer(talk, code), 422, "expired_code");
  });
});
