// The API's own description, and one of each who may ask.

import assert from "node:assert/strict";
import { Client } from "./api.mjs";

const ROLES = ["admin", "agent", "viewer"];

/** The OpenAPI document that a Worker serves, with what can be derived from it. */
export class ApiDocument {
  static async of(worker) {
    return new ApiDocument(await new Client(worker).get("/v1/openapi.json"));
  }

  constructor(json) {
    this.json = json;
  }

  /** All operations: `{id, path, method, operation}`. */
  operations() {
    return Object.entries(this.json.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        id: operation.operationId,
        path,
        method: method.toUpperCase(),
        operation,
      })));
  }

  /** What a reference points to. */
  resolve(schema) {
    if (schema === true) return {};
    if (!schema.$ref) return schema;
    return this.resolve(schema.$ref.slice(2).split("/").reduce((node, name) => node[name], this.json));
  }

  /** The schema of an operation's body; none without one. */
  body(operation) {
    return operation.requestBody?.content["application/json"].schema;
  }

  /** The smallest value that a schema allows; what has a pattern is taken from `known`. */
  sample(schema, known) {
    schema = this.resolve(schema);
    if ("const" in schema) return schema.const;
    if (schema.enum) return schema.enum[0];
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices) return this.sample(choices[0], known);
    if (schema.pattern) {
      return known.find((value) => new RegExp(schema.pattern).test(value)) ?? assert.fail(`no sample of ${schema.pattern}`);
    }
    switch ([schema.type].flat()[0]) {
      case "object":
        return Object.fromEntries(
          (schema.required ?? []).map((name) => [name, this.sample(schema.properties[name], known)]),
        );
      case "array":
        return schema.items ? [this.sample(schema.items, known)] : [];
      case "integer":
      case "number":
        return 1;
      case "boolean":
        return true;
      default:
        return "sample";
    }
  }
}

/** The address of an operation, with what stands in it taken from `values`. */
export function address(path, values) {
  return path.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "zz_00000000000000000000000000");
}

/** Signs in as a browser on a page of the Worker's own origin does: the headers that it sends from then on. */
export async function signIn(worker, key) {
  const answer = await new Client(worker).send("POST", "/v1/session", {
    body: { key },
    headers: { "sec-fetch-site": "same-origin" },
  });
  assert.equal(answer.status, 201, answer.text);
  return { cookie: answer.headers.get("set-cookie").split(";")[0], "sec-fetch-site": "same-origin" };
}

/** A member of each role: `{admin, agent, viewer}`, each with the headers that they send and the `member_id`. */
export async function members(worker, space) {
  const people = {};
  for (const role of ROLES) {
    const body = { name: role, email: `${role}@example.com`, role };
    const made = await space.team.expect(201, "POST", "/v1/members", { body });
    people[role] = { member_id: made.member_id, headers: await signIn(worker, made.sign_in_key) };
  }
  return people;
}

export function bearer(key) {
  return { authorization: `Bearer ${key}` };
}
