// The addresses of the dashboard that `tests/browser/pages.txt` lists, and a workspace in which each has something to
// show.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { held, publish } from "./talk.mjs";
import { until } from "./until.mjs";

const LISTED = readFileSync(new URL("../browser/pages.txt", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => line.split(" "));

/** Makes one of everything that has a page of its own, and gives the ids. */
export async function oneOfEach(space) {
  await publish(space);
  const [{ article_id }] = (await space.team.get("/v1/articles")).items;
  const conversation_id = await held(space, ["Hi, I'm Bruno, bruno@example.com. The lamp arrived broken."]);
  const customer = await until("Bruno is known", async () => (await space.team.customers("bruno@example.com")).items[0]);
  const [{ id: field_id, live }, { id: by_id }] = (await space.team.get("/v1/fields/details")).fields;
  const changed = { ...live.field, prompt: `${live.field.prompt} Else null.` };
  await space.team.expect(200, "PUT", `/v1/fields/${field_id}/draft`, { body: changed });
  const step = { do: "tag", tag: "read", on: "conversation" };
  const automation = { name: "All", enabled: true, on: "classified", when: {}, then: [step] };
  const { automation_id } = await space.team.expect(201, "POST", "/v1/automations", { body: automation });
  const connection = { kind: "phone" };
  const { channel_id } = await space.team.expect(201, "POST", "/v1/channels", { body: { name: "Operator", connection } });
  const { id: backfill_id } = await space.team.expect(201, "POST", "/v1/backfills", { body: { field_ids: [field_id] } });
  return { article_id, automation_id, backfill_id, by_id, channel_id, conversation_id, customer_id: customer.customer_id, field_id };
}

/**
 * Of everything that has a page of its own one that a workspace has already: the visitor who has waited longest, the
 * customer seen last whose address is known, and the field that is being changed.
 */
export async function someOfEach(team) {
  const items = async (path) => (await team.get(path)).items;
  const [article, automation, channel] = await Promise.all(["/v1/articles", "/v1/automations", "/v1/channels"].map(async (path) => (await items(path))[0]));
  const customer = (await items("/v1/customers?limit=200")).find(({ email }) => email);
  const { fields } = await team.get("/v1/fields/details");
  const field_id = fields.find(({ live, draft }) => live && draft).id;
  return {
    article_id: article.article_id,
    automation_id: automation.automation_id,
    by_id: fields.find(({ id, live }) => live && id !== field_id).id,
    backfill_id: (await team.get("/v1/backfills")).backfills[0].id,
    channel_id: channel.channel_id,
    conversation_id: (await items("/v1/inbox"))[0].conversation_id,
    customer_id: customer.customer_id,
    field_id,
  };
}

/** The addresses of a kind, with these ids in them. */
export const addresses = (kind, ids) =>
  LISTED.filter(([is]) => is === kind).map(([, path]) =>
    path.replace(/\{(\w+)\}/g, (_, name) => ids[name] ?? assert.fail(`nothing is there for ${name}`)));
