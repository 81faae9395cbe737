// Every event of the source's catalog, brought about over the API or handed in, as a webhook gets it, against the
// schema that is published.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import Ajv2020 from "ajv/dist/2020.js";
import { Client, visit, workspace } from "../support/api.mjs";
import { setUp, tearDown } from "../support/stage.mjs";
import { ask, publish } from "../support/talk.mjs";
import { until } from "../support/until.mjs";
import { freePort, ROOT } from "../support/worker.mjs";

const SCHEMA = JSON.parse(readFileSync(new URL("../../docs/events.schema.json", import.meta.url), "utf8"));
const ULID = "01hz".padEnd(26, "x");

/** As the source has them. */
const NAMES = [
  "auth.sign_in.success", "auth.sign_in.failure", "workspace.created", "workspace.switched", "kb.created",
  "kb.published", "channel.connected", "channel.disconnected", "comment_responder.reply.generated",
  "comment_responder.reply.sent", "chatti_live.conversation.assigned", "billing.plan_changed",
  "customer_signal.detected", "customer_signal.severe_negative_detected", "customer_signal.success_detected",
  "customer_signal.theme_clustered", "ai_triage.completed", "ai_triage.escalation_triggered", "ai_reply.generated",
  "ai_reply.sent", "ai_reply.kb_gap_detected", "interaction.outcome_resolved", "interaction.outcome_recovered",
  "interaction.outcome_reopened", "interaction.outcome_handoff_completed",
];
/** What other parts of a platform tell. */
const HANDED_IN = {
  "comment_responder.reply.generated": { app_surface: "comments", result: "success" },
  "comment_responder.reply.sent": { app_surface: "comments", result: "failure", error_code: "timeout" },
  "customer_signal.theme_clustered": { app_surface: "reviews", signal_type: "friction", theme_id: `th_${ULID}` },
};

describe("the catalog", () => {
  let worker, receiver, space;

  before(async () => {
    ({ worker, receiver, space } = await setUp({ receiver: true }));
  });
  after(() => tearDown({ worker, receiver }));

  const signIn = (key, cookie) =>
    new Client(worker).send("POST", "/v1/session", {
      body: { key }, headers: { "sec-fetch-site": "same-origin", ...(cookie ? { cookie } : {}) },
    });

  async function team() {
    assert.equal((await signIn(`${space.secretKey.slice(0, -3)}xyz`)).status, 401);
    const other = await workspace(worker);
    const there = await signIn(other.secretKey);
    const here = await signIn(space.secretKey, there.headers.get("set-cookie").split(";")[0]);
    assert.equal(here.status, 201);
    const mail = { kind: "email", address: "help@shop.example", send_url: "http://127.0.0.1:9/emails", send_key: "key" };
    const channel = await space.team.expect(201, "POST", "/v1/channels", { body: { name: "Mail", connection: mail } });
    await space.team.expect(200, "DELETE", `/v1/channels/${channel.channel_id}`);
    await space.team.expect(200, "PUT", "/v1/billing", { body: { plan: "starter" } });
  }

  async function conversations() {
    await publish(space);
    const upset = await visit(space);
    await ask(upset, "When are you open?");
    await ask(upset, "Do you mend old accordions?");
    await upset.visitor.say(upset.id, "The lamp arrived broken. This is disgusting, you are liars and thieves. My lawyer will sue you!");
    await space.team.act(upset.id, "handoff");
    await space.team.expect(200, "POST", `/v1/conversations/${upset.id}/assign`, { body: {} });
    await space.team.say(upset.id, "Kim here. I have put it right.", { role: "agent" });
    await upset.visitor.say(upset.id, "Oh wow, it works now. Thank you so much, I am really happy!");
    await upset.visitor.act(upset.id, "close");
    await space.team.classified(upset.id, 2);
    await space.team.act(upset.id, "reopen");
    await upset.visitor.say(upset.id, "When are you open?");
    await space.team.act(upset.id, "close");
    const content = await visit(space);
    await ask(content, "When are you open?");
    await content.visitor.say(content.id, "Perfect, thank you so much, that is exactly what I needed!");
    await space.team.act(content.id, "resolve");
    await Promise.all([space.team.classified(upset.id, 3), space.team.classified(content.id)]);
  }

  async function platform() {
    const batch = Object.entries(HANDED_IN).map(([name, data]) => ({
      specversion: "1.0", id: name, source: "/platform", type: `askwell.${name}`,
      time: new Date(Date.now() - 60_000).toISOString(), data: { user_id: `us_${ULID}`, ...data },
    }));
    const answer = await space.team.expect(200, "POST", "/v1/events", { body: batch });
    assert.deepEqual(answer, { taken: batch.length, repeats: 0, refusals: [] });
  }

  test("reaches a webhook whole, each event as the published schema has it", async () => {
    await Promise.all([team(), conversations(), platform()]);
    await space.team.settled();
    const names = () => new Set(receiver.events.map((event) => event.type.replace(/^askwell\./, "")));
    const missing = () => NAMES.filter((name) => !names().has(name));
    await until("all are there", () => missing().length === 0).catch(() => assert.deepEqual(missing(), []));
    receiver.assertSound();

    const valid = new Ajv2020({ strict: false, validateFormats: false }).compile(SCHEMA);
    for (const event of receiver.events) {
      assert.ok(valid(event), `${JSON.stringify(event)}: ${JSON.stringify(valid.errors)}`);
    }
    for (const [name, data] of Object.entries(HANDED_IN)) {
      const same = (event) => Object.entries(data).every(([field, value]) => event.data[field] === value);
      assert.ok(receiver.events.some((event) => event.type === `askwell.${name}` && same(event)), name);
    }
    const theme = receiver.events.find(({ type, data }) => type === "askwell.customer_signal.theme_clustered" && data.conversation_id);
    assert.deepEqual([theme.data.signal_type, theme.data.severity], ["friction", "critical"], "the lamp, with a lawyer");
    // The schema can refuse.
    const [event] = receiver.events;
    for (const wrong of [
      { ...event, message: "hello" }, { ...event, data: { ...event.data, note: "hello" } },
      { ...event, type: "askwell.no.such" }, { ...event, data: { ...event.data, user_id: "ana@example.org" } },
    ]) {
      assert.ok(!valid(wrong), JSON.stringify(wrong));
    }
    assert.equal((await space.team.overview()).events_blocked, 0);
  });

  test("is taken by the receiver of docs/events.md", async () => {
    const page = readFileSync(new URL("../../docs/events.md", import.meta.url), "utf8");
    const [, code] = page.match(/^```js receiver\n(.*?)^```$/ms);
    const [other, port] = [await workspace(worker), await freePort()];
    const url = `http://127.0.0.1:${port}/hooks/askwell`;
    const { secret } = await other.team.expect(201, "POST", "/v1/webhooks", { body: { url } });
    const env = { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) };
    const options = { cwd: ROOT, env, stdio: ["ignore", "pipe", "inherit"] };
    const child = spawn(process.execPath, ["--input-type=module", "--eval", code], options);
    try {
      let told = "";
      child.stdout.setEncoding("utf8").on("data", (text) => { told += text; });
      const forged = () => fetch(url, { method: "POST", body: "{}" }).then((answer) => answer.status, () => 0);
      await until("it listens and refuses what is not signed", async () => (await forged()) === 401);
      await other.team.expect(200, "PUT", "/v1/billing", { body: { plan: "starter" } });
      await other.team.settled();
      await until("it has taken the event", () => told.endsWith("\n"));
      assert.equal(JSON.parse(told).type, "askwell.billing.plan_changed");
      const { items: [hook] } = await other.team.get("/v1/webhooks");
      assert.deepEqual([hook.delivered, hook.waiting], [1, 0]);
    } finally {
      child.kill();
    }
  });
});
