// The API's own description is true: every request in it exists, answers are as it says, and nobody is
// let in whom it does not name.

import Ajv2020 from "ajv/dist/2020.js";
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertProblem, Client, visit, workspace } from "../support/api.mjs";
import { Worker } from "../support/worker.mjs";

const ROLES = ["admin", "agent", "viewer"];

describe("the OpenAPI document", () => {
  let worker, document, validate, space, stranger, talk, other, callers;
  const ids = {};

  before(async () => {
    worker = await Worker.start();
    document = await new Client(worker).get("/v1/openapi.json");
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, "api");
    validate = (schema, value) => {
      const check = ajv.compile({ ...at(schema), $id: undefined });
      assert.ok(check(value), `${ajv.errorsText(check.errors)} in ${JSON.stringify(value).slice(0, 400)}`);
    };
    space = await workspace(worker);
    stranger = await workspace(worker);
    talk = await visit(space);
    await talk.visitor.say(talk.id, "Hi, I'm Nora, nora@example.com");
    await talk.visitor.act(talk.id, "close");
    ids.customer_id = (await space.team.classified(talk.id)).customer_id;
    other = await visit(space);
    [ids.field_id, ids.other_id] = (await space.team.get("/v1/fields")).fields.map((field) => field.id);
    callers = await everybody();
  });
  after(() => worker?.stop());

  /** Points references of a schema into the document. */
  function at(schema) {
    return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/'));
  }

  function operations() {
    return Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })));
  }

  /** One of each who may ask: how they say so, and which scopes they have. */
  async function everybody() {
    const all = (await space.team.get("/v1/keys")).items.find((key) => key.kind === "secret").scopes;
    const people = [];
    for (const role of ROLES) {
      const body = { name: role, email: `${role}@example.com`, role };
      const made = await space.team.expect(201, "POST", "/v1/members", { body });
      ids.member_id = made.member_id;
      const answer = await new Client(worker).send("POST", "/v1/session", {
        body: { key: made.sign_in_key },
        headers: { "sec-fetch-site": "same-origin" },
      });
      const headers = { cookie: answer.headers.get("set-cookie").split(";")[0], "sec-fetch-site": "same-origin" };
      people.push({ name: role, scheme: "session", scopes: answer.json.scopes, headers });
    }
    const narrow = await space.team.expect(201, "POST", "/v1/keys", {
      body: { name: "narrow", kind: "secret", scopes: ["reports:read"] },
    });
    ids.key_id = narrow.key_id;
    const bearer = (key) => ({ authorization: `Bearer ${key}` });
    return [
      { name: "nobody", scheme: null, scopes: [], headers: {} },
      { name: "a forger", scheme: null, scopes: [], headers: bearer(`sk_${space.id}_${"0".repeat(26)}`) },
      { name: "the operator", scheme: "operator", scopes: [], headers: bearer(space.operator.key) },
      { name: "a secret key", scheme: "key", scopes: all, headers: bearer(space.secretKey) },
      { name: "a narrow key", scheme: "key", scopes: ["reports:read"], headers: bearer(narrow.key) },
      { name: "a page", scheme: "site", scopes: [], headers: { ...bearer(space.siteKey), origin: space.origin } },
      { name: "the visitor", scheme: "visitor", scopes: [], headers: bearer(talk.visitor.key) },
      { name: "another visitor", scheme: null, scopes: [], headers: bearer(other.visitor.key) },
      ...people,
    ];
  }

  /** The address of an operation, in the workspace of `space`. */
  function address(path) {
    const values = { ...ids, conversation_id: talk.id, day: "2020-01-01" };
    return path.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "zz_00000000000000000000000000");
  }

  /** The parameters that a query must have, as days. */
  function required(operation) {
    const names = (operation.parameters ?? []).filter((p) => p.in === "query" && p.required).map((p) => p.name);
    return names.length === 0 ? "" : `?${names.map((name) => `${name}=2020-01-01`).join("&")}`;
  }

  /** Whether the document says that somebody may send this. */
  function named(operation, { scheme, scopes }) {
    return operation.security.some((option) =>
      Object.entries(option).every(([name, needed]) => name === scheme && needed.every((s) => scopes.includes(s))));
  }

  /** The smallest value that a schema allows, about what there is in the workspace of `space`. */
  function sample(schema) {
    if (schema.$ref) return sample(schema.$ref.slice(2).split("/").reduce((node, name) => node[name], document));
    if ("const" in schema) return schema.const;
    if (schema.enum) return schema.enum[0];
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices) return sample(choices[0]);
    if (schema.pattern) {
      const known = [...Object.values(ids), talk.id, "2020-01-01", "abc"];
      return known.find((value) => new RegExp(schema.pattern).test(value)) ?? assert.fail(`no sample of ${schema.pattern}`);
    }
    switch ([schema.type].flat()[0]) {
      case "object":
        return Object.fromEntries((schema.required ?? []).map((name) => [name, sample(schema.properties[name])]));
      case "array":
        return schema.items ? [sample(schema.items)] : [];
      case "integer":
      case "number":
        return 1;
      case "boolean":
        return true;
      default:
        return "sample";
    }
  }

  test("is served, and each operation has its own name", () => {
    assert.match(document.openapi, /^3\.1\./);
    const names = operations().map(({ operation }) => operation.operationId);
    assert.ok(names.length > 30, `${names.length} operations`);
    assert.equal(new Set(names).size, names.length);
  });

  test("names every route: what it does not name is not there", async () => {
    for (const { path } of operations()) {
      const answer = await new Client(worker).send("OPTIONS", address(path));
      assert.equal(answer.status, 204, path);
      const methods = answer.headers.get("allow").split(", ").filter((m) => m !== "HEAD" && m !== "OPTIONS");
      const described = Object.keys(document.paths[path]).map((m) => m.toUpperCase());
      assert.deepEqual(methods.sort(), described.sort(), path);
    }
  });

  test("lets in whom it names and nobody else, operation by operation", async () => {
    const wrong = [];
    for (const { path, method, operation } of operations()) {
      if (operation.operationId === "conversations.socket") continue;
      for (const who of callers) {
        // A body that is no JSON and a parameter that there is not change nothing, whoever sends them.
        const answer = await new Client(worker).send(method, `${address(path)}?no_such_parameter=1`, {
          headers: who.headers,
          ...(operation.requestBody ? { raw: "{" } : {}),
        });
        const isOpen = operation.security.length === 0;
        const expected = isOpen || named(operation, who)
          ? [400, 404, 409, 422, 425]
          : who.scheme === null && who.name !== "another visitor" ? [401] : [403];
        if (isOpen) expected.push(403);
        if (!expected.includes(answer.status)) {
          wrong.push(`${method} ${path} by ${who.name}: ${answer.status}, not ${expected}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
  });

  test("keeps every workspace to itself, operation by operation", async () => {
    const wrong = [];
    for (const { path, method, operation } of operations()) {
      const parameters = (operation.parameters ?? []).filter((p) => p.in === "path");
      // Days and questions are every workspace's own.
      if (parameters.length === 0 || /\{(day|field_id)\}|\/socket$/.test(path)) continue;
      const body = operation.requestBody && sample(operation.requestBody.content["application/json"].schema);
      const answer = await stranger.team.send(method, address(path), { body });
      if (answer.status !== 404) wrong.push(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
    assert.deepEqual(wrong, []);
    const { messages } = await space.team.messages(talk.id);
    assert.ok(messages.every((message) => message.text !== "sample"));
  });

  test("describes what is answered", async () => {
    const gets = operations().filter(({ method, path, operation }) =>
      method === "GET" && !path.includes("{day}") && operation.operationId !== "conversations.socket");
    let compared = 0;
    for (const { path, operation } of gets) {
      const answer = await space.team.send("GET", address(path) + required(operation));
      assert.equal(answer.status, 200, `${path}: ${answer.text.slice(0, 200)}`);
      const { content } = operation.responses[200];
      const [media] = Object.keys(content);
      assert.equal(answer.type.split(";")[0], media, path);
      const { schema } = content[media];
      if (!schema) continue;
      validate(schema, answer.json);
      compared += 1;
    }
    assert.ok(compared >= 12, `${compared} answers compared`);
    for (const [id, path, body] of [
      ["customers.search", "/v1/customers/search", { email: "nora@example.com" }],
      ["preview.detect", "/v1/preview/detect", { id: 1, text: "I'm Nora" }],
      ["preview.prompt", "/v1/preview/prompt", { id: 1, turns: [{ text: "Please send me the invoice" }] }],
      ["conversations.open", "/v1/conversations", {}],
    ]) {
      const operation = document.paths[path].post;
      assert.equal(operation.operationId, id);
      const answer = await space.team.send("POST", path, { body });
      validate(operation.requestBody.content["application/json"].schema, body);
      validate(operation.responses[answer.status].content["application/json"].schema, answer.json);
    }
  });

  test("describes every refusal, by a code that it names", async () => {
    const { schema } = document.components.responses.Problem.content["application/problem+json"];
    for (const [method, path, options, code] of [
      ["GET", "/v1/customers?limit=many", {}, "invalid_field"],
      ["GET", "/v1/customers?colour=red", {}, "unknown_field"],
      ["GET", "/v1/overview?colour=red", {}, "unknown_field"],
      ["GET", "/v1/nothing", {}, "not_found"],
      ["DELETE", "/v1/overview", {}, "method_not_allowed"],
      ["POST", "/v1/customers/search", { raw: "{" }, "malformed_json"],
    ]) {
      const answer = await space.team.send(method, path, options);
      const problem = assertProblem(answer, answer.status, code);
      validate(schema, problem);
    }
  });
});
