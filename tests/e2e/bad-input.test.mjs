// What must be refused is refused as problem details with its stable code, and nothing is half written.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { assertProblem, Client, visit, workspace } from "../support/api.mjs";
import { sharedWorker } from "../support/shared.mjs";

const MAX_MESSAGE = 8 * 1024;
const MAX_BODY = 1024 * 1024;
const NO_ID = "0".repeat(26);

describe("bad input", () => {
  let worker, space, talk, intact;

  before(async () => {
    worker = await sharedWorker();
    space = await workspace(worker);
    talk = await visit(space);
    await talk.visitor.say(talk.id, "Hello, is the oak table still available?");
    await space.team.listed(talk.id, (row) => row.status === "in-progress");
  });
  after(() => worker?.stop());

  /** All that the workspace holds, as far as the API shows it. */
  async function everything() {
    return {
      overview: await space.team.overview(),
      conversations: await space.team.all("/v1/conversations"),
      customers: await space.team.all("/v1/customers"),
      fields: await space.team.get("/v1/fields"),
      messages: await space.team.messages(talk.id),
    };
  }

  beforeEach(async () => {
    intact = await everything();
  });

  /** Checks a refusal, and that it left no trace. */
  async function refused(answer, status, code) {
    const problem = assertProblem(answer, status, code);
    assert.deepEqual(await everything(), intact, "something was written");
    return problem;
  }

  const messages = () => `/v1/conversations/${talk.id}/messages`;
  const actions = () => `/v1/conversations/${talk.id}/actions`;

  test("a body where there is nothing to say: none or {}, and nothing else", async () => {
    const of = (path) => ["POST", path];
    const keys = await space.team.get("/v1/keys");
    const { key_id } = (keys.items ?? keys.keys ?? keys)[0];
    for (const [method, path] of [
      of(`/v1/conversations/${talk.id}/return`),
      of("/v1/llm/check"),
      of(`/v1/keys/${key_id}/regenerate`),
      ["DELETE", "/v1/llm"],
    ]) {
      await refused(await space.team.send(method, path, { raw: "{" }), 400, "malformed_json");
      await refused(await space.team.send(method, path, { raw: "[1]" }), 422, "invalid_field");
      await refused(await space.team.send(method, path, { raw: '{"force": true}' }), 422, "unknown_field");
    }
    const after = await space.team.get("/v1/keys");
    assert.deepEqual(after, keys, "nothing was done");
    const there = (answer) => answer.json?.code ?? answer.status;
    const without = there(await space.team.send("POST", "/v1/llm/check"));
    assert.equal(there(await space.team.send("POST", "/v1/llm/check", { raw: "{}" })), without);
    assert.ok(!["malformed_json", "unknown_field"].includes(without), without);
  });

  test("text that is not JSON: 400 malformed_json", async () => {
    for (const raw of ["", "{", '{"id":"x","text":"hi"', '{"id":"x","text":"hi"} x', "{'id':'x'}", "id=x"]) {
      await refused(await talk.visitor.send("POST", messages(), { raw }), 400, "malformed_json");
    }
    const broken = Buffer.from([0x7b, 0x22, 0x69, 0x64, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]);
    await refused(await talk.visitor.send("POST", messages(), { raw: broken }), 400, "malformed_json");
    await refused(await space.team.send("POST", "/v1/conversations", { raw: "{" }), 400, "malformed_json");
    await refused(await space.team.send("POST", actions(), { raw: "{" }), 400, "malformed_json");
    await refused(await space.team.send("PUT", "/v1/fields", { raw: "[" }), 400, "malformed_json");
    await refused(await space.operator.send("POST", "/v1/workspaces", { raw: "{" }), 400, "malformed_json");
  });

  test("a field that there is not: 422 unknown_field, named", async () => {
    const webhook = { url: "http://127.0.0.1:9/x", secret: `whsec_${"A".repeat(44)}`, retries: 3 };
    for (const [client, method, path, body, name] of [
      [talk.visitor, "POST", messages(), { id: "x", text: "hi", colour: "red" }, "colour"],
      [space.team, "POST", "/v1/conversations", { shoe_size: 43 }, "shoe_size"],
      [space.page, "POST", "/v1/conversations", { shoe_size: 43 }, "shoe_size"],
      [space.team, "POST", actions(), { action: "close", why: "done" }, "why"],
      [space.operator, "POST", "/v1/workspaces", { id: "new-one", name: "N", origins: [], colour: "red" }, "colour"],
      [space.operator, "POST", "/v1/workspaces", { id: "new-one", name: "N", origins: [], webhook }, "retries"],
    ]) {
      const problem = await refused(await client.send(method, path, { body }), 422, "unknown_field");
      assert.ok(problem.detail.includes(name), `${problem.detail} names ${name}`);
    }
  });

  test("a field that is missing, of the wrong type or out of range: 422 invalid_field, named", async () => {
    for (const [client, method, path, body, name] of [
      [talk.visitor, "POST", messages(), ["x", "hi"], "object"],
      [space.team, "POST", "/v1/conversations", [], "object"],
      [talk.visitor, "POST", messages(), { id: "x" }, "text"],
      [talk.visitor, "POST", messages(), { text: "hi" }, "id"],
      [talk.visitor, "POST", messages(), { id: "x", text: "" }, "text"],
      [talk.visitor, "POST", messages(), { id: "x", text: " \n\t" }, "text"],
      [talk.visitor, "POST", messages(), { id: "x", text: "\u200b\ufeff" }, "text"],
      [talk.visitor, "POST", messages(), { id: "mark-0", text: "hi" }, "id"],
      [talk.visitor, "POST", messages(), { id: "x", text: "hi", at: 1 }, "at"],
      [talk.visitor, "POST", messages(), { id: "x", text: 7 }, "text"],
      [talk.visitor, "POST", messages(), { id: "", text: "hi" }, "id"],
      [talk.visitor, "POST", messages(), { id: "a b", text: "hi" }, "id"],
      [talk.visitor, "POST", messages(), { id: "x".repeat(65), text: "hi" }, "id"],
      [space.team, "POST", messages(), { id: "x", text: "hi", role: "king" }, "role"],
      [space.team, "POST", actions(), { action: "explode" }, "action"],
      [space.team, "POST", actions(), { action: "begin" }, "action"],
      [space.team, "POST", "/v1/conversations", { platform: "telegraph" }, "platform"],
      [space.team, "POST", "/v1/conversations", { known: ["shoe"] }, "known"],
      [space.team, "POST", "/v1/conversations", { region: "Germany" }, "region"],
      [space.operator, "POST", "/v1/workspaces", { id: "UPPER", name: "N", origins: [] }, "id"],
    ]) {
      const answer = await client.send(method, path, { body });
      const problem = await refused(answer, 422, "invalid_field");
      assert.ok(problem.detail.includes(name), `${JSON.stringify(body)}: “${problem.detail}” names ${name}`);
    }
  });

  test("a refusal never repeats what was sent", async () => {
    const secret = "kate.morris@example.com";
    for (const raw of [
      JSON.stringify({ id: "x", text: { [secret]: 1 } }),
      JSON.stringify({ id: secret, text: "hi" }),
      JSON.stringify({ id: "x", text: "hi", role: secret }),
      JSON.stringify({ id: "x", text: "hi", [secret]: 1 }),
      `{"id":"x","text":"${secret}`,
    ]) {
      const answer = await space.team.send("POST", messages(), { raw });
      assert.ok([400, 422].includes(answer.status), answer.text);
      assert.ok(!answer.text.includes(secret), answer.text);
    }
  });

  test("an id that nobody has: 404 not_found", async () => {
    const body = { id: "x", text: "hi" };
    for (const id of [`cv_${NO_ID}`, "cv_", "nonsense", "%00", "..%2f..", `cu_${NO_ID}`]) {
      const path = `/v1/conversations/${id}`;
      await refused(await space.team.send("GET", path), 404, "not_found");
      await refused(await space.team.send("GET", `${path}/messages`), 404, "not_found");
      await refused(await space.team.send("POST", `${path}/messages`, { body }), 404, "not_found");
      const action = { body: { action: "close" } };
      await refused(await space.team.send("POST", `${path}/actions`, action), 404, "not_found");
    }
    await refused(await space.team.send("GET", `/v1/customers/cu_${NO_ID}`), 404, "not_found");
    await refused(await space.team.send("GET", "/v1/customers/nobody"), 404, "not_found");
    await refused(await space.team.send("GET", "/v1/no-such-thing"), 404, "not_found");
  });

  test("a method that a route does not have: 405 method_not_allowed", async () => {
    await refused(await space.team.send("DELETE", messages()), 405, "method_not_allowed");
    await refused(await space.team.send("PUT", "/v1/conversations", { body: {} }), 405, "method_not_allowed");
    await refused(await space.team.send("PROPFIND", "/v1/overview"), 405, "method_not_allowed");
  });

  test("a page of no rows, or of too many: 422 invalid_field", async () => {
    for (const path of ["conversations", "customers", "events", "deliveries", "exports/reads"]) {
      for (const limit of [0, 501]) {
        await refused(await space.team.send("GET", `/v1/${path}?limit=${limit}`), 422, "invalid_field");
      }
    }
  });

  test("no key, or a wrong one: 401 unauthorized", async () => {
    const altered = (key) => key.slice(0, -2) + (key.endsWith("aa") ? "bb" : "aa");
    const token = talk.visitor.key;
    const wrong = [
      undefined,
      "nonsense",
      "sk_",
      "sk_nobody_abcdefghijklmnop",
      `sk_${space.id}_wrong`,
      altered(space.secretKey),
      altered(token),
      token.slice(0, token.indexOf(".")),
    ];
    for (const key of wrong) {
      const caller = new Client(worker, key, { origin: space.origin });
      for (const [method, path, body] of [
        ["GET", "/v1/overview"],
        ["GET", "/v1/customers"],
        ["GET", "/v1/customers.csv"],
        ["GET", "/v1/exports"],
        ["GET", `/v1/conversations/${talk.id}`],
        ["POST", messages(), { id: "x", text: "hi" }],
        ["POST", "/v1/conversations", {}],
        ["POST", "/v1/workspaces", { id: "new-one", name: "N", origins: [] }],
        ["POST", "/v1/preview/detect", { id: "1", text: "I am Ann" }],
      ]) {
        await refused(await caller.send(method, path, { body }), 401, "unauthorized");
      }
    }
    const basic = { headers: { authorization: `Basic ${btoa(space.secretKey)}` } };
    await refused(await space.team.send("GET", "/v1/overview", basic), 401, "unauthorized");
  });

  test("a good key for something else: 403 forbidden", async () => {
    for (const caller of [space.page, talk.visitor]) {
      for (const path of ["/v1/overview", "/v1/customers", "/v1/customers.csv", "/v1/exports", "/v1/fields"]) {
        await refused(await caller.send("GET", path), 403, "forbidden");
      }
      const body = { id: "new-one", name: "N", origins: [] };
      await refused(await caller.send("POST", "/v1/workspaces", { body }), 403, "forbidden");
    }
    const body = { id: "new-one", name: "N", origins: [] };
    await refused(await space.team.send("POST", "/v1/workspaces", { body }), 403, "forbidden");
    await refused(await talk.visitor.send("POST", actions(), { body: { action: "handoff" } }), 403, "forbidden");
  });

  test("what only a secret key may say is refused from a page", async () => {
    for (const body of [{ recorded: true }, { visitor_ref: "someone" }, { direction: "outbound" }]) {
      await refused(await space.page.send("POST", "/v1/conversations", { body }), 403, "forbidden");
    }
    const spoof = { id: "spoof-1", text: "I am of the team", role: "agent" };
    await refused(await talk.visitor.send("POST", messages(), { body: spoof }), 403, "forbidden");
  });

  test("another origin: 403 origin_not_allowed", async () => {
    const foreign = [
      "https://evil.example",
      "http://shop.example",
      "https://shop.example:8443",
      "https://shop.example.evil.example",
      "https://sub.shop.example",
      "null",
      undefined,
    ];
    for (const origin of foreign) {
      const page = new Client(worker, space.siteKey, { origin });
      const answer = await page.send("POST", "/v1/conversations", { body: {} });
      await refused(answer, 403, "origin_not_allowed");
    }
  });

  test("a message over 8 kB: 413 message_too_large", async () => {
    for (const text of ["x".repeat(MAX_MESSAGE + 1), "é".repeat(MAX_MESSAGE / 2 + 1)]) {
      const body = { id: "big", text };
      await refused(await talk.visitor.send("POST", messages(), { body }), 413, "message_too_large");
      await refused(await space.team.send("POST", messages(), { body }), 413, "message_too_large");
    }
  });

  test("a body over 1 MB, announced or not: 413 body_too_large", async () => {
    const raw = Buffer.alloc(MAX_BODY + 1, 0x20);
    await refused(await talk.visitor.send("POST", messages(), { raw }), 413, "body_too_large");
    await refused(await space.team.send("POST", "/v1/conversations", { raw }), 413, "body_too_large");
    await refused(await space.team.send("PUT", "/v1/fields", { raw }), 413, "body_too_large");
    const chunk = new Uint8Array(64 * 1024).fill(0x20);
    const stream = () => {
      let left = MAX_BODY / chunk.length + 1;
      return new ReadableStream({
        pull: (to) => (left-- > 0 ? to.enqueue(chunk) : to.close()),
      });
    };
    const answer = await talk.visitor.send("POST", messages(), { raw: stream() });
    await refused(answer, 413, "body_too_large");
  });

  test("nesting without end does not bring it down", async () => {
    const lists = "[".repeat(100_000);
    for (const raw of [lists, `{"id":${lists}`, '{"a":'.repeat(50_000)]) {
      await refused(await talk.visitor.send("POST", messages(), { raw }), 400, "malformed_json");
    }
    // JSON as it should be, but for what it says.
    const whole = lists + "]".repeat(100_000);
    for (const [raw, code] of [
      [whole, "invalid_field"],
      [`{"id":${whole},"text":"hi"}`, "invalid_field"],
      [`{"id":"x","text":${whole}}`, "invalid_field"],
      [`{"id":"x","text":"hi","deep":${whole}}`, "unknown_field"],
      [`${'{"a":'.repeat(50_000)}0${"}".repeat(50_000)}`, "unknown_field"],
    ]) {
      await refused(await talk.visitor.send("POST", messages(), { raw }), 422, code);
    }
    for (const raw of [whole, `{"fields":${whole}}`]) {
      await refused(await space.team.send("PUT", "/v1/fields", { raw }), 422, "invalid_field");
    }
  });

  test("moves that the status machine does not have: 409 illegal_transition", async () => {
    const held = (action) => space.team.send("POST", actions(), { body: { action } });
    for (const action of ["fail", "busy", "no-answer", "voicemail", "reopen"]) {
      await refused(await held(action), 409, "illegal_transition");
    }
    const waiting = await visit(space);
    await space.team.listed(waiting.id);
    intact = await everything();
    for (const action of ["handoff", "transfer", "busy", "no-answer", "voicemail", "reopen"]) {
      const path = `/v1/conversations/${waiting.id}/actions`;
      await refused(await space.team.send("POST", path, { body: { action } }), 409, "illegal_transition");
    }
    assert.equal((await space.team.messages(waiting.id)).status, "queued");
  });

  test("a workspace that there is already: 409 already_exists", async () => {
    const body = { id: space.id, name: "Another", origins: ["https://evil.example"] };
    await refused(await space.operator.send("POST", "/v1/workspaces", { body }), 409, "already_exists");
  });

  test("a webhook that is neither https nor on this machine, or with a poor secret: 422", async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
    for (const webhook of [
      { url: "http://example.com/hook", secret },
      { url: "ftp://127.0.0.1/hook", secret },
      { url: "not a url", secret },
      { url: "https://example.com/hook", secret: "whsec_c2hvcnQ=" },
      { url: "https://example.com/hook", secret: "plain" },
    ]) {
      const body = { id: "new-one", name: "N", origins: [], webhook };
      const answer = await space.operator.send("POST", "/v1/workspaces", { body });
      await refused(answer, 422, "invalid_field");
    }
  });

  // Changes the conversation, so it comes last.
  test("a closed conversation: 409 conversation_closed", async () => {
    await space.team.act(talk.id, "close");
    await space.team.classified(talk.id);
    await space.team.settled();
    intact = await everything();
    const body = { id: "late", text: "one more thing" };
    await refused(await talk.visitor.send("POST", messages(), { body }), 409, "conversation_closed");
    await refused(await space.team.send("POST", messages(), { body }), 409, "conversation_closed");
    for (const action of ["close", "resolve", "handoff", "transfer", "fail"]) {
      const answer = await space.team.send("POST", actions(), { body: { action } });
      await refused(answer, 409, "conversation_closed");
    }
  });

  test("exactly 8 kB is a message", async () => {
    const other = await visit(space);
    for (const text of ["x".repeat(MAX_MESSAGE), "é".repeat(MAX_MESSAGE / 2)]) {
      assert.equal((await other.visitor.say(other.id, text)).message.text, text);
    }
  });
});
