// The API's own description is true: every request in it exists, and answers are as it says.

import Ajv2020 from "ajv/dist/2020.js";
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ApiDocument, address } from "../support/api-document.mjs";
import { assertProblem, Client, visit, workspace } from "../support/api.mjs";
import { sharedWorker } from "../support/shared.mjs";

describe("the OpenAPI document", () => {
  let worker, api, document, validate, space, talk;
  const ids = {};

  before(async () => {
    worker = await sharedWorker();
    api = await ApiDocument.of(worker);
    document = api.json;
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, "api");
    validate = (schema, value) => {
      const check = ajv.compile({ ...at(schema), $id: undefined });
      assert.ok(check(value), `${ajv.errorsText(check.errors)} in ${JSON.stringify(value).slice(0, 400)}`);
    };
    space = await workspace(worker);
    talk = await visit(space);
    await talk.visitor.say(talk.id, "Hi, I'm Nora, nora@example.com");
    await talk.visitor.act(talk.id, "close");
    Object.assign(ids, { conversation_id: talk.id, day: "2020-01-01", action: "customer-enrichment" });
    ids.customer_id = (await space.team.classified(talk.id)).customer_id;
    const article = { title: "Opening hours", body: "We are open from nine to five." };
    ids.article_id = (await space.team.expect(201, "POST", "/v1/articles", { body: article })).article_id;
    const person = { name: "Ada", email: "ada@example.com", role: "agent" };
    ids.member_id = (await space.team.expect(201, "POST", "/v1/members", { body: person })).member_id;
    const automation = { name: "Mark", on: "closed", then: [{ do: "tag", tag: "seen" }] };
    ids.automation_id = (await space.team.expect(201, "POST", "/v1/automations", { body: automation })).automation_id;
    [ids.field_id, ids.other_id] = (await space.team.get("/v1/fields")).fields.map((field) => field.id);
  });
  after(() => worker?.stop());

  /** Points references of a schema into the document. */
  function at(schema) {
    return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/'));
  }

  /** The parameters that a query must have, as days. */
  function required(operation) {
    const names = (operation.parameters ?? []).filter((p) => p.in === "query" && p.required).map((p) => p.name);
    return names.length === 0 ? "" : `?${names.map((name) => `${name}=2020-01-01`).join("&")}`;
  }

  test("is served, and each operation has its own name", () => {
    assert.match(document.openapi, /^3\.1\./);
    const names = api.operations().map(({ operation }) => operation.operationId);
    assert.ok(names.length > 30, `${names.length} operations`);
    assert.equal(new Set(names).size, names.length);
  });

  test("names every route: what it does not name is not there", async () => {
    for (const { path } of api.operations()) {
      const answer = await new Client(worker).send("OPTIONS", address(path, ids));
      assert.equal(answer.status, 204, path);
      const methods = answer.headers.get("allow").split(", ").filter((m) => m !== "HEAD" && m !== "OPTIONS");
      const described = Object.keys(document.paths[path]).map((m) => m.toUpperCase());
      assert.deepEqual(methods.sort(), described.sort(), path);
    }
  });

  test("describes what is answered", async () => {
    const gets = api.operations().filter(({ method, path, operation }) =>
      method === "GET" && !path.includes("{day}") &&
      // What there is none of in a new workspace, what is the operator's, and what is no answer.
      !["llm.get", "conversations.socket", "conversations.team_socket", "hooks.facebook_verify", "channels.get", "calls.get", "backfills.get", "poison.list"]
        .includes(operation.operationId));
    let compared = 0;
    for (const { path, operation } of gets) {
      const answer = await space.team.send("GET", address(path, ids) + required(operation));
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
