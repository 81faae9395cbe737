// Keys, people and sessions: who is let in, for how long, and how often.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, Client, visit, workspace } from "../support/api.mjs";
import { sharedWorker } from "../support/shared.mjs";
import { Worker } from "../support/worker.mjs";

describe("access", () => {
  let worker, space;

  before(async () => {
    worker = await sharedWorker();
    space = await workspace(worker);
  });
  after(() => worker?.stop());

  const make = (body, client = space.team) => client.expect(201, "POST", "/v1/keys", { body });

  /** Signs in as a browser on a page of the Worker's own origin does, and gives a client with the cookie. */
  async function signIn(key) {
    const answer = await new Client(worker).send("POST", "/v1/session", {
      body: { key },
      headers: { "sec-fetch-site": "same-origin" },
    });
    assert.equal(answer.status, 201, answer.text);
    const cookie = answer.headers.get("set-cookie");
    assert.match(cookie, /^__Host-askwell=se_/);
    for (const part of ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"]) {
      assert.ok(cookie.split("; ").includes(part), `${part} in ${cookie}`);
    }
    const headers = { cookie: cookie.split(";")[0], "sec-fetch-site": "same-origin" };
    return {
      session: answer.json,
      cookie: headers.cookie,
      send: (method, path, options = {}) =>
        new Client(worker).send(method, path, { ...options, headers: { ...headers, ...options.headers } }),
    };
  }

  test("a key is shown once, may what its scopes say, and tells when it was used", async () => {
    const made = await make({ name: "Reports", kind: "secret", scopes: ["reports:read"] });
    assert.match(made.key, new RegExp(`^sk_${space.id}_`));
    assert.ok(made.key.startsWith(made.prefix) && made.key.length > made.prefix.length + 20);
    const key = space.team.as(made.key);
    assert.equal((await key.send("GET", "/v1/overview")).status, 200);
    assertProblem(await key.send("GET", "/v1/customers"), 403, "forbidden");
    assertProblem(await key.send("GET", "/v1/keys"), 403, "forbidden");
    const list = await space.team.send("GET", "/v1/keys");
    assert.ok(!list.text.includes(made.key), "the list does not show the key");
    const row = list.json.items.find((item) => item.key_id === made.key_id);
    assert.deepEqual(row.scopes, ["reports:read"]);
    assert.ok(Math.abs(row.last_used_at - Date.now()) < 60_000);
    assert.match(row.created_by, /^ky_/);
  });

  test("a key that is regenerated or revoked is dead with the next request", async () => {
    const made = await make({ name: "Till", kind: "secret" });
    const old = space.team.as(made.key);
    assert.equal((await old.send("GET", "/v1/overview")).status, 200);
    const again = await space.team.expect(200, "POST", `/v1/keys/${made.key_id}/regenerate`);
    assertProblem(await old.send("GET", "/v1/overview"), 401, "unauthorized");
    const fresh = space.team.as(again.key);
    assert.equal((await fresh.send("GET", "/v1/overview")).status, 200);
    assert.equal((await space.team.send("DELETE", `/v1/keys/${made.key_id}`)).status, 204);
    assertProblem(await fresh.send("GET", "/v1/overview"), 401, "unauthorized");
    assertProblem(await space.team.send("DELETE", `/v1/keys/${made.key_id}`), 404, "not_found");
  });

  test("a site key is good on the workspace's pages only, until it is revoked", async () => {
    const made = await make({ name: "Shop", kind: "site" });
    assert.deepEqual(made.scopes, []);
    const open = (origin) =>
      new Client(worker, made.key, { origin }).send("POST", "/v1/conversations", { body: {} });
    assert.equal((await open(space.origin)).status, 201);
    assertProblem(await open("https://other.example"), 403, "origin_not_allowed");
    assertProblem(await open(undefined), 403, "origin_not_allowed");
    await space.team.send("DELETE", `/v1/keys/${made.key_id}`);
    assertProblem(await open(space.origin), 401, "unauthorized");
  });

  test("nobody hands on what they may not do, and somebody can always make keys", async () => {
    const clerk = await make({ name: "Clerk", kind: "secret", scopes: ["keys:manage"] });
    const client = space.team.as(clerk.key);
    const body = { name: "More", kind: "secret", scopes: ["customers:read"] };
    assertProblem(await client.send("POST", "/v1/keys", { body }), 403, "forbidden");
    const own = await make({ name: "Same", kind: "secret" }, client);
    assert.deepEqual(own.scopes, ["keys:manage"], "by default what the maker may do");
    const wrong = { name: "X", kind: "secret", scopes: ["moon:walk"] };
    assertProblem(await space.team.send("POST", "/v1/keys", { body: wrong }), 422, "invalid_field");
    const site = { name: "X", kind: "site", scopes: [] };
    assertProblem(await space.team.send("POST", "/v1/keys", { body: site }), 422, "invalid_field");
    const alone = await workspace(worker);
    const { items } = await alone.team.get("/v1/keys");
    const last = items.find((key) => key.kind === "secret");
    assertProblem(await alone.team.send("DELETE", `/v1/keys/${last.key_id}`), 403, "forbidden");
    assert.equal((await alone.team.send("GET", "/v1/keys")).status, 200);
  });

  test("people sign in with a key, may what their role says, and sign out", async () => {
    const body = { name: "Ada", email: "Ada@Example.com", role: "agent" };
    const made = await space.team.expect(201, "POST", "/v1/members", { body });
    assert.equal(made.email, "ada@example.com");
    assertProblem(await space.team.send("POST", "/v1/members", { body }), 409, "already_exists");
    // The key signs in and does nothing else.
    assertProblem(await space.team.as(made.sign_in_key).send("GET", "/v1/customers"), 401, "unauthorized");
    const ada = await signIn(made.sign_in_key);
    assert.equal(ada.session.member.member_id, made.member_id);
    assert.equal((await ada.send("GET", "/v1/customers")).status, 200);
    assertProblem(await ada.send("GET", "/v1/keys"), 403, "forbidden");
    assert.equal((await ada.send("GET", "/v1/session")).json.member.role, "agent");

    const path = `/v1/members/${made.member_id}`;
    await space.team.expect(200, "PATCH", path, { body: { role: "viewer" } });
    const { id } = await visit(space);
    const say = { body: { id: "m-1", text: "Hello" } };
    assertProblem(await ada.send("POST", `/v1/conversations/${id}/messages`, say), 403, "forbidden");
    assert.equal((await ada.send("GET", `/v1/conversations/${id}/messages`)).status, 200);

    const out = await ada.send("DELETE", "/v1/session");
    assert.equal(out.status, 204);
    assert.match(out.headers.get("set-cookie"), /Max-Age=0/);
    assertProblem(await ada.send("GET", "/v1/customers"), 401, "unauthorized");

    const back = await signIn(made.sign_in_key);
    assert.equal((await space.team.send("DELETE", path)).status, 204);
    assertProblem(await back.send("GET", "/v1/session"), 401, "unauthorized");
    const { items } = await space.team.get("/v1/members");
    assert.deepEqual(items, []);
  });

  test("another site can neither use a session nor begin one", async () => {
    const me = await signIn(space.secretKey);
    assert.match(me.session.key_id, /^ky_/);
    const body = { name: "Evil", kind: "secret" };
    const foreign = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": null, origin: "https://evil.example" },
      { "sec-fetch-site": null },
    ];
    for (const headers of foreign) {
      assertProblem(await me.send("POST", "/v1/keys", { body, headers }), 403, "origin_not_allowed");
      const signing = { body: { key: space.secretKey }, headers };
      const answer = await new Client(worker).send("POST", "/v1/session", signing);
      assertProblem(answer, 403, "origin_not_allowed");
      assert.equal(answer.headers.get("set-cookie"), null);
    }
    const own = { "sec-fetch-site": null, origin: worker.url };
    assert.equal((await me.send("POST", "/v1/keys", { body, headers: own })).status, 201);
    // What a page of another origin could ask for is not for it to read.
    for (const path of ["/v1/keys", "/v1/customers", "/v1/session", "/v1/overview"]) {
      const answer = await me.send("GET", path, { headers: { origin: "https://evil.example" } });
      assert.equal(answer.headers.get("access-control-allow-origin"), null, path);
      const preflight = await new Client(worker).send("OPTIONS", path);
      assert.equal(preflight.status, 204);
      assert.equal(preflight.headers.get("access-control-allow-origin"), null, path);
    }
    const cookie = `__Host-askwell=${me.cookie.split("=")[1]}x`;
    assertProblem(await me.send("GET", "/v1/keys", { headers: { cookie } }), 401, "unauthorized");
  });

  test("a method that there is not is answered with those that there are", async () => {
    const answer = await space.team.send("DELETE", "/v1/fields");
    assertProblem(answer, 405, "method_not_allowed");
    assert.equal(answer.headers.get("allow"), "GET, HEAD, PUT, POST, OPTIONS");
    const head = await space.team.send("HEAD", "/v1/overview");
    assert.deepEqual([head.status, head.text], [200, ""]);
  });

  test("who asks too often is told how long to wait", async () => {
    const strict = await Worker.start({ vars: { LIMIT_TEAM: 30, LIMIT_VISITOR: 6, LIMIT_PAGE: 3 } });
    try {
      const own = await workspace(strict);
      const talk = await visit(own);
      const says = [];
      for (let n = 0; n < 8; n++) {
        const body = { id: `m-${n}`, text: "Hello" };
        says.push(await talk.visitor.send("POST", `/v1/conversations/${talk.id}/messages`, { body }));
      }
      const refused = says.filter((answer) => answer.status === 429);
      assert.ok(refused.length >= 1 && says.slice(0, 6).every((a) => a.status === 201), says.map((a) => a.status).join());
      assertProblem(refused[0], 429, "rate_limited");
      assert.ok(Number(refused[0].headers.get("retry-after")) >= 1);
      assert.match(refused[0].headers.get("ratelimit"), /^"visitor";r=0;t=\d+$/);

      const opened = [];
      for (let n = 0; n < 4; n++) opened.push(await own.page.send("POST", "/v1/conversations", { body: {} }));
      assert.ok(opened.some((answer) => answer.status === 429), opened.map((a) => a.status).join());
      const elsewhere = await own.team.send("GET", "/v1/overview");
      assert.equal(elsewhere.status, 200, "a page's limit is not the server's");
      assert.equal(elsewhere.headers.get("ratelimit-policy"), '"key";q=30;w=60');

      let last;
      for (let n = 0; n < 40 && last?.status !== 429; n++) last = await own.team.send("GET", "/v1/overview");
      assertProblem(last, 429, "rate_limited");
      const wait = Number(last.headers.get("retry-after"));
      assert.ok(wait >= 1 && wait <= 2, `${wait} s`);
      await new Promise((resolve) => setTimeout(resolve, wait * 1000 + 100));
      assert.equal((await own.team.send("GET", "/v1/overview")).status, 200);
    } finally {
      await strict.stop();
    }
  });
});
