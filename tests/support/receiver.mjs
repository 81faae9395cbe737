// A webhook receiver as a customer would run one: checks each delivery with the official Standard
// Webhooks library and as CloudEvents 1.0 in JSON format, and can be told to fail.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

export class Receiver {
  /** Every request that came, in order: `{status, headers, text, event?, error?}`. */
  requests = [];
  /** While set, everything is answered with 503. */
  away = false;
  /** While set, everything is answered with a redirect to there. */
  redirect;
  /** Milliseconds that it takes to answer. */
  slow = 0;
  /** Answers for the next requests, before it goes back to 204. */
  #answers = [];
  #server;

  static async start() {
    const receiver = new Receiver();
    receiver.secret = `whsec_${randomBytes(32).toString("base64")}`;
    receiver.#server = createServer((request, response) => receiver.#take(request, response));
    await new Promise((resolve, reject) => {
      receiver.#server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    receiver.url = `http://127.0.0.1:${receiver.#server.address().port}/hook`;
    return receiver;
  }

  /** The next `count` requests are answered with this status; 0 cuts the connection. */
  fail(count, status = 503) {
    this.#answers.push(...Array(count).fill(status));
  }

  /** The next requests are answered with these statuses. */
  answer(...statuses) {
    this.#answers.push(...statuses);
  }

  /** Events that were taken, in the order of their coming, repeats included. */
  get taken() {
    return this.requests.filter((r) => r.status === 204).map((r) => r.event);
  }

  /** Events that were taken, once each. */
  get events() {
    return [...new Map(this.taken.map((event) => [event.id, event])).values()];
  }

  /** Fails when any request was no well-signed CloudEvent. */
  assertSound() {
    assert.deepEqual(this.requests.filter((r) => r.error).map((r) => r.error), []);
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(request, response) {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("error", () => {});
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const record = { headers: request.headers, text, at: Date.now() };
      try {
        record.event = new Webhook(this.secret).verify(text, request.headers);
        assertCloudEvent(record.event, request.headers);
      } catch (error) {
        record.error = `${error.name}: ${error.message}`;
      }
      const answer = () => (this.away ? 503 : this.redirect ? 307 : (this.#answers.shift() ?? 204));
      record.status = record.error ? 400 : answer();
      this.requests.push(record);
      setTimeout(() => {
        if (record.status === 0) request.socket.destroy();
        else response.writeHead(record.status, record.status === 307 ? { location: this.redirect } : {}).end();
      }, this.slow);
    });
  }
}

/** CloudEvents 1.0.2, JSON format: required attributes, attribute names, media type. */
function assertCloudEvent(event, headers) {
  assert.match(headers["content-type"] ?? "", /^application\/cloudevents\+json\b/);
  assert.equal(event.specversion, "1.0");
  for (const name of ["id", "source", "type"]) {
    assert.ok(typeof event[name] === "string" && event[name] !== "", `${name} is required`);
  }
  for (const name of Object.keys(event)) assert.match(name, /^[a-z0-9]+$/, `attribute ${name}`);
  if (event.time !== undefined) {
    assert.match(event.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  }
}
