// Requests made up from the API's own description, half right and half wrong: none makes the Worker fail, every
// refusal is a problem with a code that is described, and every answer is as it is described.
//
// ASKWELL_FUZZ=100000 sends so many; ASKWELL_SEED=N repeats a run that failed, as far as answers do not depend
// on which of those under way came first.

import Ajv2020 from "ajv/dist/2020.js";
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ApiDocument, address, bearer, members } from "../support/api-document.mjs";
import { Client, visit, workspace } from "../support/api.mjs";
import { Worker } from "../support/worker.mjs";

const REQUESTS = Number(process.env.ASKWELL_FUZZ ?? 3_000);
// What asks for an upgrade is no request that `fetch` sends.
const SOCKETS = ["conversations.socket", "conversations.team_socket"];
const SEED = Number(process.env.ASKWELL_SEED ?? Date.now() % 2 ** 32);
const AT_ONCE = 16;

/** Numbers from 0 to 1 (mulberry32). */
function numbers(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const TEXTS = [
  "", " ", "a", "Nora", "nora@example.com", "+44 20 7946 0018", "\u0000", "\ud800", "'; DROP TABLE customers; --", "<script>",
  "=1+1", "é".repeat(100), "𝒩".repeat(70), "-1", "NaN", "null", "2020-02-30", "2020-01-01", "9".repeat(40), "../../etc/passwd", "%00",
  "a".repeat(201), "x".repeat(9_000), "https://shop.example", "\u202e\u200b", "😀", "*", "\"1\"", "en", "GB", "customers:read",
];
const NUMBERS = [0, -0, 1, -1, 0.5, 50, 500, 501, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 2, 2 ** 63, 2 ** 64, 1e308, -1e308, 1_780_000_000_000];
const RAW = ["", "{", "[]", "null", "\"\"", "{\"a\":", "\u0000", "[".repeat(20_000), "{\"a\":".repeat(2_000), "{\"id\":1,\"id\":2}", "1e999"];

describe(`the Worker stands ${REQUESTS} requests made up with seed ${SEED}`, () => {
  let worker, document, space, callers, validators;
  const pool = {};
  const random = numbers(SEED);
  const below = (n) => Math.floor(random() * n);
  const pick = (list) => list[below(list.length)];
  const chance = (p) => random() < p;

  before(async () => {
    const many = "1000000";
    worker = await Worker.start({ vars: { LIMIT_TEAM: many, LIMIT_PAGE: many, LIMIT_VISITOR: many } });
    document = await ApiDocument.of(worker);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document.json, "api");
    validators = (schema) =>
      ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/')));
    space = await workspace(worker);
    const talks = await Promise.all(Array.from({ length: 4 }, () => visit(space)));
    for (const [n, talk] of talks.entries()) {
      await talk.visitor.say(talk.id, `Hi, I'm Nora, nora${n}@example.com. Where is my parcel?`);
      if (n < 2) await talk.visitor.act(talk.id, "close");
    }
    const closed = await Promise.all(talks.slice(0, 2).map((talk) => space.team.classified(talk.id)));
    const people = await members(worker, space);
    const spare = await Promise.all([0, 1, 2].map((n) =>
      space.team.expect(201, "POST", "/v1/keys", { body: { name: `Key ${n}`, kind: "secret", scopes: [] } })));
    const gone = await space.team.expect(201, "POST", "/v1/members", {
      body: { name: "Eve", email: "eve@example.com", role: "viewer" },
    });
    Object.assign(pool, {
      conversation_id: talks.map((talk) => talk.id),
      customer_id: closed.map((row) => row.customer_id),
      field_id: (await space.team.get("/v1/fields")).fields.map((field) => field.id),
      key_id: spare.map((key) => key.key_id),
      member_id: [gone.member_id],
      day: ["2020-01-01", new Date().toISOString().slice(0, 10)],
    });
    pool.other_id = pool.field_id;
    callers = [
      {}, bearer("sk_x_y"), bearer(space.operator.key), bearer(space.secretKey), bearer(space.secretKey),
      bearer(space.secretKey), bearer(space.secretKey), people.admin.headers, people.agent.headers,
      { ...bearer(space.siteKey), origin: space.origin }, bearer(talks[2].visitor.key), bearer(talks[3].visitor.key),
    ];
  });
  after(() => worker?.stop());

  const text = () => (chance(0.2) ? String.fromCodePoint(...Array.from({ length: 1 + below(40) }, () => below(0xd7ff))) : pick(TEXTS));
  const ids = () => Object.values(pool).flat();

  /** Anything at all. */
  function anything(depth = 0) {
    const kinds = [text, () => pick(NUMBERS), () => null, () => chance(0.5), () => pick(ids())];
    if (depth < 3) {
      kinds.push(() => Array.from({ length: below(4) }, () => anything(depth + 1)));
      kinds.push(() => Object.fromEntries(Array.from({ length: below(4) }, () => [text(), anything(depth + 1)])));
    }
    return pick(kinds)();
  }

  /** A value that a schema allows, or, now and then, almost. */
  function value(schema, name = "", depth = 0) {
    if (chance(0.04)) return anything();
    schema = document.resolve(schema);
    if (name in pool && chance(0.7)) return pick(pool[name]);
    if ("const" in schema) return schema.const;
    if (schema.enum) return pick(schema.enum);
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices) return value(pick(choices), name, depth);
    if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => value(part, name, depth)));
    switch (pick([schema.type].flat())) {
      case "object": {
        const made = {};
        for (const [field, inner] of Object.entries(schema.properties ?? {})) {
          const needed = (schema.required ?? []).includes(field);
          if (needed ? !chance(0.02) : chance(0.4)) made[field] = value(inner, field, depth + 1);
        }
        if (typeof schema.additionalProperties === "object") {
          for (let n = below(3); n > 0; n--) made[pick(["a", "b", text()])] = value(schema.additionalProperties, "", depth + 1);
        }
        if (chance(0.03)) made[text()] = anything();
        return made;
      }
      case "array":
        return Array.from({ length: depth > 4 ? 0 : below(4) }, () => (schema.items ? value(schema.items, name.replace(/s$/, ""), depth + 1) : anything()));
      case "integer":
        return chance(0.5) ? below(1_000) : pick(NUMBERS);
      case "number":
        return chance(0.5) ? random() * 100 : pick(NUMBERS);
      case "boolean":
        return chance(0.5);
      case "null":
        return null;
      case "string": {
        const fitting = schema.pattern && ids().filter((id) => new RegExp(schema.pattern, "u").test(id));
        return fitting?.length > 0 && chance(0.8) ? pick(fitting) : text();
      }
      default:
        return anything();
    }
  }

  function request({ id, path, method, operation }) {
    const values = Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) =>
      [name, encodeURIComponent((chance(0.85) && pool[name] ? pick(pool[name]) : text()).toWellFormed() || "x")]));
    const query = new URLSearchParams();
    const headers = { ...pick(callers) };
    for (const parameter of operation.parameters ?? []) {
      const given = parameter.required ? !chance(0.05) : chance(0.3);
      if (parameter.in === "path" || !given) continue;
      const drawn = /^(first|last)$/.test(parameter.name) && chance(0.7) ? pick(pool.day) : value(parameter.schema, parameter.name);
      const said = typeof drawn === "object" ? JSON.stringify(drawn) : String(drawn);
      if (parameter.in === "query") query.append(parameter.name, said.toWellFormed());
      // A header that Node.js would not send is no request.
      else if (/^[\x20-\x7e]{1,200}$/.test(said) && !SOCKETS.includes(id)) headers[parameter.name.toLowerCase()] = chance(0.5) ? said : `"${below(5)}"`;
    }
    if (chance(0.03)) query.append(text().toWellFormed(), text().toWellFormed());
    const schema = document.body(operation);
    const body = !schema ? {} : chance(0.04) ? { raw: pick(RAW) } : { body: value(schema) };
    const search = String(query);
    return { method, path: address(path, values) + (search ? `?${search}` : ""), options: { headers, ...body } };
  }

  /** Keeps what came into being, so that later requests are about something. */
  function remember(json) {
    for (const [name, found] of Object.entries(json ?? {})) {
      const name_ = name === "id" ? "" : name;
      if (typeof found !== "string" || !/^(conversation|customer|note|link)_id$/.test(name_)) continue;
      const known = (pool[name_] ??= []);
      if (!known.includes(found)) known.length < 60 ? known.push(found) : (known[below(60)] = found);
    }
  }

  test("none makes it fail, and every answer is as it is described", async () => {
    const operations = document.operations().filter(({ id }) => id !== "session.end");
    const problem = validators(document.json.components.responses.Problem.content["application/problem+json"].schema);
    const shapes = new Map();
    const tally = {};
    const wrong = [];
    let left = REQUESTS;
    const lane = async () => {
      while (left > 0 && wrong.length < 20) {
        const operation = pick(operations);
        // Else there would soon be nobody left to ask about.
        if (operation.id === "customers.erase" && chance(0.95)) continue;
        left -= 1;
        const { method, path, options } = request(operation);
        const answer = await new Client(worker).send(method, path, options);
        const complain = (why) =>
          wrong.push(`${why}: ${method} ${path} ${JSON.stringify(options).slice(0, 600)} -> ${answer.status} ${answer.text.slice(0, 300)}`);
        tally[answer.status] = (tally[answer.status] ?? 0) + 1;
        if (answer.status >= 500 && answer.json?.code !== "bad_gateway") complain("it failed");
        if (answer.status >= 400) {
          if (!answer.json || !problem(answer.json) || answer.json.status !== answer.status) complain("no problem");
          continue;
        }
        remember(answer.json);
        const described = operation.operation.responses[answer.status];
        if (!described) {
          complain("a status that is not described");
          continue;
        }
        const schema = described.content?.["application/json"]?.schema;
        if (!schema || method === "HEAD") continue;
        const key = `${operation.id} ${answer.status}`;
        if (!shapes.has(key)) shapes.set(key, validators(schema));
        if (!shapes.get(key)(answer.json)) complain(`not as described, ${JSON.stringify(shapes.get(key).errors[0])}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    console.log(`${REQUESTS} requests, seed ${SEED}: ${JSON.stringify(tally)}`);
    assert.deepEqual(wrong, []);
    const taken = Object.entries(tally).filter(([status]) => status < 300).reduce((sum, [, n]) => sum + n, 0);
    assert.ok(taken > REQUESTS / 10, `only ${taken} of ${REQUESTS} were taken: they no longer fit the description`);
    assert.equal((await space.team.send("GET", "/v1/overview")).status, 200);
  });
});
