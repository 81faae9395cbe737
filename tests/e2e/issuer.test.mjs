// Signing in by the word of an OpenID provider or of Cloudflare Access, and settings that are not overwritten.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, Client, workspace } from "../support/api.mjs";
import { byEc, byHmac, byRsa, Issuer, pair, token } from "../support/issuer.mjs";
import { sharedWorker } from "../support/shared.mjs";

describe("signing in by a token", () => {
  let worker, issuer, space;
  const ISSUER = "https://id.example";

  before(async () => {
    worker = await sharedWorker();
    issuer = await Issuer.start();
    space = await workspace(worker);
    await space.team.expect(201, "POST", "/v1/members", { body: { name: "Ada", email: "ada@example.com", role: "agent" } });
    await set({ issuer: ISSUER, audience: "askwell", jwks_url: issuer.url });
  });
  after(async () => {
    await worker?.stop();
    await issuer?.stop();
  });

  const set = (value) => space.team.expect(200, "PUT", "/v1/settings/sign-in", { body: { issuer: value } });
  const seconds = () => Math.floor(Date.now() / 1000);
  const claims = (more = {}) => ({
    iss: ISSUER, aud: "askwell", sub: "1", email: "Ada@Example.com", email_verified: true, iat: seconds(), exp: seconds() + 300, ...more,
  });
  const rsa = (more, header = {}) => token({ alg: "RS256", kid: "r-1", ...header }, claims(more), byRsa(issuer.rsa.privateKey));

  function send(jwt, headers = {}) {
    return new Client(worker).send("POST", "/v1/session/token", {
      body: { workspace_id: space.id, ...(jwt ? { token: jwt } : {}) },
      headers: { "sec-fetch-site": "same-origin", ...headers },
    });
  }

  test("a member with a good token is signed in, by any of the issuer's keys", async () => {
    const good = [
      rsa(),
      rsa({}, { kid: undefined }),
      rsa({ aud: ["other", "askwell"] }),
      token({ alg: "ES256", kid: "e-1" }, claims(), byEc(issuer.ec.privateKey)),
    ];
    for (const jwt of good) {
      const answer = await send(jwt);
      assert.equal(answer.status, 201, answer.text);
      assert.equal(answer.json.member.email, "ada@example.com");
      const cookie = answer.headers.get("set-cookie").split(";")[0];
      const session = await new Client(worker).send("GET", "/v1/session", { headers: { cookie } });
      assert.equal(session.json.member.role, "agent");
    }
    // As Cloudflare Access hands it on.
    assert.equal((await send(undefined, { "cf-access-jwt-assertion": rsa() })).status, 201);
  });

  test("whose word counts is for those to say who may do everything already", async () => {
    const made = await space.team.expect(201, "POST", "/v1/keys", { body: { name: "HR", kind: "secret", scopes: ["members:manage"] } });
    const answer = await space.team.as(made.key).send("PUT", "/v1/settings/sign-in", { body: { issuer: null } });
    assertProblem(answer, 403, "forbidden");
  });

  test("the sign-in page leads whoever comes by Cloudflare Access into the workspace that they name", async () => {
    const open = (path, headers = {}) => new Client(worker).send("GET", path, { headers });
    const form = (fields, headers = {}) =>
      new Client(worker).send("POST", "/app/sign-in", {
        raw: new URLSearchParams(fields).toString(),
        headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin", ...headers },
        redirect: "manual",
      });
    const ada = { "cf-access-jwt-assertion": rsa() };
    assert.ok(!(await open("/app/sign-in")).text.includes('name="workspace"'), "nobody says who it is");
    const shown = await open(`/app/sign-in?workspace=${space.id}&to=/app/customers`, ada);
    assert.ok(shown.text.includes(`name="workspace" value="${space.id}"`), shown.text);
    const into = await form({ workspace: ` ${space.id} `, to: "/app/customers" }, ada);
    assert.deepEqual([into.status, into.headers.get("location")], [303, "/app/customers"]);
    const cookie = into.headers.get("set-cookie").split(";")[0];
    assert.equal((await open("/app/customers", { cookie })).status, 200);
    for (const [fields, headers, status, words] of [
      [{ workspace: "no-such-shop" }, ada, 401, "does not let you in"],
      [{ workspace: "No Such Shop!" }, ada, 422, "does not let you in"],
      [{ workspace: space.id }, { "cf-access-jwt-assertion": rsa({ exp: seconds() - 300 }) }, 401, "does not let you in"],
      [{ workspace: space.id }, { "cf-access-jwt-assertion": rsa({ email: "eve@example.com" }) }, 403, "no member"],
      [{ workspace: space.id, key: "" }, {}, 401, "opens nothing"],
    ]) {
      const answer = await form(fields, headers);
      assert.equal(answer.status, status, answer.text);
      assert.ok(answer.text.includes(words), answer.text);
      assert.equal(answer.headers.get("set-cookie"), null);
    }
  });

  test("nobody else is", async () => {
    const stranger = pair("rsa", "r-1");
    const small = issuer.rsa.jwk.n;
    const [header, body, signature] = rsa().split(".");
    const other = rsa({ email: "eve@example.com" }).split(".")[1];
    const bad = {
      "signed by somebody else": token({ alg: "RS256", kid: "r-1" }, claims(), byRsa(stranger.privateKey)),
      "with other claims than were signed": `${header}.${other}.${signature}`,
      "without a signature": `${header}.${body}.`,
      "with no algorithm": token({ alg: "none" }, claims(), () => Buffer.alloc(0)),
      "whose secret is the public key": token({ alg: "HS256", kid: "r-1" }, claims(), byHmac(small)),
      "of one algorithm with the key of another": token({ alg: "ES256", kid: "r-1" }, claims(), byEc(issuer.ec.privateKey)),
      "with a key that is not published": rsa({}, { kid: "r-2" }),
      "of another issuer": rsa({ iss: `${ISSUER}/` }),
      "for somebody else": rsa({ aud: "other" }),
      "that has expired": rsa({ exp: seconds() - 120 }),
      "that is not good yet": rsa({ nbf: seconds() + 600 }),
      "that never expires": rsa({ exp: undefined }),
      "whose address nobody verified": rsa({ email_verified: false }),
      "whose address may be anybody's": rsa({ email_verified: undefined }),
      "about nobody": rsa({ email: undefined }),
      "that is none": "abc",
    };
    for (const [what, jwt] of Object.entries(bad)) {
      const answer = await send(jwt);
      assert.equal(answer.status, 401, `${what}: ${answer.text}`);
      assert.equal(answer.headers.get("set-cookie"), null, what);
    }
    assertProblem(await send(undefined), 401, "unauthorized");
    assertProblem(await send(rsa({ email: "eve@example.com" })), 403, "forbidden");
    assertProblem(await send(rsa(), { "sec-fetch-site": "cross-site" }), 403, "origin_not_allowed");
    const elsewhere = await workspace(worker);
    const answer = await new Client(worker).send("POST", "/v1/session/token", {
      body: { workspace_id: elsewhere.id, token: rsa() },
      headers: { "sec-fetch-site": "same-origin" },
    });
    assertProblem(answer, 401, "unauthorized");
  });

  test("an issuer that fails is said to fail, and is not followed elsewhere", async () => {
    for (const answer of [[500], [404], [302, { location: `${issuer.url}/again` }]]) {
      issuer.answer = answer;
      assertProblem(await send(rsa()), 502, "bad_gateway");
    }
    issuer.answer = undefined;
    assert.equal((await send(rsa())).status, 201);
  });

  test("settings that somebody else has changed are not overwritten", async () => {
    const sections = {
      "/v1/settings/sign-in": (n) => ({ issuer: { issuer: ISSUER, audience: `a-${n}`, jwks_url: issuer.url } }),
      "/v1/workspace": (n) => ({ name: `Shop ${n}`, origins: [space.origin] }),
    };
    for (const [path, body] of Object.entries(sections)) {
      const read = await space.team.send("GET", path);
      const etag = read.headers.get("etag");
      assert.match(etag, /^"\d+"$/, path);
      const put = (n, tag) => space.team.send("PUT", path, { body: body(n), headers: { "if-match": tag } });
      const first = await put(1, etag);
      assert.equal(first.status, 200, first.text);
      assertProblem(await put(2, etag), 412, "precondition_failed");
      assert.notEqual(first.headers.get("etag"), etag);
      assert.equal((await put(3, first.headers.get("etag"))).status, 200, path);
      assert.equal((await put(4, "*")).status, 200, path);
      assertProblem(await put(5, "W/abc"), 412, "precondition_failed");
    }
  });
});
