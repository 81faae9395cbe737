// A client of the HTTP API as a page, a server of the team, or the operator would write it.

import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { ADMIN_KEY } from "./worker.mjs";
import { until } from "./until.mjs";

/** One caller: an address, a key or token, and for pages their origin. */
export class Client {
  constructor(worker, key, { origin } = {}) {
    this.worker = worker;
    this.key = key;
    this.origin = origin;
  }

  /** The same address with another key or token. */
  as(key, options = {}) {
    return new Client(this.worker, key, options);
  }

  /**
   * Sends a request and reads the answer whole. `body` is sent as JSON, `raw` as it is; a header set
   * to null is left out.
   */
  async send(method, path, { body, raw, headers = {}, key = this.key } = {}) {
    const all = {
      ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...(this.origin ? { origin: this.origin } : {}),
      ...(body === undefined && raw === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    };
    const answer = await fetch(new URL(path, this.worker.url), {
      method,
      headers: Object.entries(all).filter(([, value]) => value !== null),
      body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
      redirect: "manual",
      duplex: "half",
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const text = bytes.toString("utf8");
    const type = answer.headers.get("content-type") ?? "";
    const json = /^application\/(problem\+)?json\b/.test(type) && text ? JSON.parse(text) : undefined;
    return { status: answer.status, headers: answer.headers, type, bytes, text, json };
  }

  /** Sends a request that must succeed with this status, and gives the JSON of the answer. */
  async expect(status, method, path, options) {
    const answer = await this.send(method, path, options);
    const allowed = [status].flat();
    assert.ok(
      allowed.includes(answer.status),
      `${method} ${path} gave ${answer.status}, not ${allowed}: ${answer.text.slice(0, 500)}`,
    );
    return answer.json;
  }

  get(path) {
    return this.expect(200, "GET", path);
  }

  open(body = {}, options = {}) {
    return this.expect([200, 201], "POST", "/v1/conversations", { body, ...options });
  }

  say(conversation, text, more = {}) {
    const body = { id: randomUUID(), text, ...more };
    return this.expect([200, 201], "POST", `/v1/conversations/${conversation}/messages`, { body });
  }

  act(conversation, action, more = {}) {
    const body = { action, ...more };
    return this.expect(200, "POST", `/v1/conversations/${conversation}/actions`, { body });
  }

  messages(conversation, after) {
    const query = after === undefined ? "" : `?after=${after}`;
    return this.get(`/v1/conversations/${conversation}/messages${query}`);
  }

  conversation(id) {
    return this.get(`/v1/conversations/${id}`);
  }

  /** Customers with this e-mail. */
  customers(email) {
    return this.expect(200, "POST", "/v1/customers/search", { body: { email } });
  }

  /** All rows of a paged list; also checks that pages neither overlap nor end early. */
  async all(path, limit) {
    const items = [];
    const seen = new Set();
    for (let cursor; ; ) {
      const url = new URL(path, "http://x");
      if (limit) url.searchParams.set("limit", limit);
      if (cursor) url.searchParams.set("cursor", cursor);
      const page = await this.get(url.pathname + url.search);
      items.push(...page.items);
      if (!page.next) return items;
      assert.ok(!seen.has(page.next), "the same cursor came twice");
      seen.add(page.next);
      cursor = page.next;
    }
  }

  async overview() {
    // How many pages a database has depends on how often it was written, and not on what stands in it.
    const { storage, ...counts } = await this.get("/v1/overview");
    return counts;
  }

  /** Waits until a conversation's closing has been classified into the ledger, and gives its detail. */
  classified(id, revision = 1, limit = undefined) {
    return until(`conversation ${id} is classified`, async () => {
      const answer = await this.send("GET", `/v1/conversations/${id}`);
      return answer.status === 200 && answer.json.revision >= revision && answer.json.sentiment
        ? answer.json
        : undefined;
    }, limit);
  }

  /** Waits until the list of conversations shows one as it should be, and gives its row. */
  listed(id, check = () => true) {
    return until(`conversation ${id} is in the list`, async () =>
      (await this.all("/v1/conversations")).find((row) => row.conversation_id === id && check(row)));
  }

  /** Waits until nothing is on its way inside the Worker any more, and gives the overview. */
  settled(check = () => true, limit = undefined) {
    return until("nothing is on its way any more", async () => {
      const overview = await this.overview();
      const quiet = overview.outbox === 0 && overview.events_undelivered === 0;
      return quiet && check(overview) ? overview : undefined;
    }, limit);
  }
}

/** A workspace made for one test, with a client for each kind of caller. */
export async function workspace(worker, { id, origins, webhook, name = "Test Shop" } = {}) {
  const operator = new Client(worker, ADMIN_KEY);
  const origin = "https://shop.example";
  const made = await operator.expect(201, "POST", "/v1/workspaces", {
    body: {
      id: id ?? `t-${randomBytes(6).toString("hex")}`,
      name,
      origins: origins ?? [origin],
      ...(webhook ? { webhook: { url: webhook.url, secret: webhook.secret } } : {}),
    },
  });
  return {
    id: made.workspace_id,
    siteKey: made.site_key,
    secretKey: made.secret_key,
    operator,
    team: new Client(worker, made.secret_key),
    page: new Client(worker, made.site_key, { origin: (origins ?? [origin])[0] }),
    origin: (origins ?? [origin])[0],
  };
}

/** Opens a conversation as a page does, and gives it with a client that holds the visitor's token. */
export async function visit(space, body = {}) {
  const opened = await space.page.open(body);
  return {
    id: opened.conversation_id,
    opened,
    visitor: space.page.as(opened.visitor_token, { origin: space.origin }),
  };
}

/** Checks that an answer is problem details (RFC 9457) with this status and code, and gives them. */
export function assertProblem(answer, status, code) {
  const { json } = answer;
  assert.deepEqual(
    { status: answer.status, type: answer.type.split(";")[0], code: json?.code },
    { status, type: "application/problem+json", code },
    answer.text.slice(0, 500),
  );
  assert.equal(json.status, status);
  assert.equal(json.type, "about:blank");
  assert.ok(json.title, "a problem has a title");
  assert.ok(json.detail, "a problem says what to do");
  return json;
}
