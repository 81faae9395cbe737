// Scripted servers in the place of LINE, Facebook and a mail provider, following their published
// contracts: what they send is signed as they sign it, what they are sent is checked and answered as
// they answer it, and they can be told to fail.

import { createHmac, randomUUID } from "node:crypto";
import { createServer } from "node:http";

/** A server that keeps what it was asked, and answers from `reply`. */
class Scripted {
  /** Every request, in order: `{method, path, headers, body, status}`. */
  requests = [];
  /** Answers for the next messages that are sent to it: a status, or `[status, body]`. */
  script = [];

  constructor(reply) {
    this.reply = reply;
  }

  async start() {
    this.server = createServer((request, response) => {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const url = new URL(request.url, "http://x");
        const record = {
          method: request.method,
          path: url.pathname,
          query: url.searchParams,
          headers: request.headers,
          body: text ? JSON.parse(text) : undefined,
        };
        const [status, body] = [this.reply(record)].flat();
        record.status = status;
        this.requests.push(record);
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body ?? {}));
      });
    });
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** The next scripted answer, else what the platform answers when all is well. */
  next(good) {
    return this.script.shift() ?? good;
  }
}

/** LINE Messaging API. */
export class Line extends Scripted {
  secret = "8c570fa6dd201bb328f1c1eac23a96d8";
  token = "line-channel-access-token";
  /** Users' profiles by id. */
  profiles = {};
  /** Accepted retry keys. */
  keys = new Set();

  constructor() {
    super((request) => this.answer(request));
  }

  answer({ method, path, headers, body }) {
    if (headers.authorization !== `Bearer ${this.token}`) return [401, { message: "Authentication failed" }];
    if (method === "GET" && path.startsWith("/v2/bot/profile/")) {
      const profile = this.profiles[path.split("/").at(-1)];
      return profile ? [200, profile] : [404, { message: "Not found" }];
    }
    if (method !== "POST" || path !== "/v2/bot/message/push") return [404, {}];
    const scripted = this.next();
    if (scripted) return scripted;
    const key = headers["x-line-retry-key"];
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key ?? "")) return [400, { message: "bad retry key" }];
    const good = body.to && body.messages?.length >= 1 && body.messages.length <= 5
      && body.messages.every((m) => m.type === "text" && m.text.length >= 1 && m.text.length <= 5000);
    if (!good) return [400, { message: "The request body has 1 error(s)" }];
    if (this.keys.has(key)) return [409, { message: "The retry key is already accepted" }];
    this.keys.add(key);
    return [200, { sentMessages: [{ id: "461230966842064897", quoteToken: "IStG5h1Tz7b" }] }];
  }

  /** What was pushed and taken, as `[user, text]`. */
  get pushed() {
    return this.requests
      .filter((r) => r.path === "/v2/bot/message/push" && r.status === 200)
      .map((r) => [r.body.to, r.body.messages[0].text]);
  }

  /** The raw body and headers of a webhook with these events. */
  webhook(...events) {
    const raw = JSON.stringify({ destination: "U8e742f61d673b39c7fff3cecb7536ef0", events });
    return { raw, headers: { "x-line-signature": createHmac("sha256", this.secret).update(raw).digest("base64") } };
  }
}

/** An event as LINE sends it for a text. */
export function lineText(user, id, text, more = {}) {
  return {
    type: "message",
    message: { type: "text", id, quoteToken: "q3Plxr4AgKd", text },
    webhookEventId: "01FZ74A0TDDPYRVKNK77XKC3ZR",
    deliveryContext: { isRedelivery: false },
    timestamp: Date.now(),
    source: { type: "user", userId: user },
    replyToken: randomUUID().replaceAll("-", ""),
    mode: "active",
    ...more,
  };
}

/** Facebook's Graph API, as far as Messenger needs it. */
export class Facebook extends Scripted {
  appSecret = "1d0ba6b2e5a44f6f9c0e8a3b7c2d9e10";
  token = "EAAGm0PX4ZCpsBAKZCpage";
  page = "682498302938465";
  profiles = {};

  constructor() {
    super((request) => this.answer(request));
  }

  answer({ method, path, query, headers, body }) {
    const proof = createHmac("sha256", this.appSecret).update(this.token).digest("hex");
    if (headers.authorization !== `Bearer ${this.token}` || query.get("appsecret_proof") !== proof) {
      return [400, { error: { message: "Invalid OAuth access token.", type: "OAuthException", code: 190 } }];
    }
    if (method === "GET") {
      const profile = this.profiles[path.split("/").at(-1)];
      return profile && query.get("fields") === "first_name,last_name" ? [200, profile] : [400, { error: { code: 100 } }];
    }
    if (path !== `/${this.page}/messages`) return [404, { error: { code: 100 } }];
    const scripted = this.next();
    if (scripted) return scripted;
    const good = body.recipient?.id && ["RESPONSE", "UPDATE", "MESSAGE_TAG"].includes(body.messaging_type)
      && body.message?.text?.length >= 1 && body.message.text.length < 2000;
    return good ? [200, { recipient_id: body.recipient.id, message_id: "m_AG5Hz2U" }] : [400, { error: { code: 100 } }];
  }

  get sent() {
    return this.requests.filter((r) => r.method === "POST" && r.status === 200)
      .map((r) => [r.body.recipient.id, r.body.message.text]);
  }

  webhook(...messaging) {
    const raw = JSON.stringify({ object: "page", entry: [{ id: this.page, time: Date.now(), messaging }] });
    const signature = createHmac("sha256", this.appSecret).update(raw).digest("hex");
    return { raw, headers: { "x-hub-signature-256": `sha256=${signature}` } };
  }
}

/** An event as Facebook sends it for a message. */
export function facebookMessage(facebook, user, message, timestamp = Date.now()) {
  return { sender: { id: user }, recipient: { id: facebook.page }, timestamp, message };
}

/** A mail provider: `POST /emails`, as Resend's interface has it. */
export class Mail extends Scripted {
  key = "re_123456789";
  keys = new Map();

  constructor() {
    super((request) => this.answer(request));
  }

  answer({ method, path, headers, body }) {
    if (method !== "POST" || path !== "/emails") return [404, {}];
    if (headers.authorization !== `Bearer ${this.key}`) {
      return [401, { statusCode: 401, name: "missing_api_key", message: "Missing API key" }];
    }
    const scripted = this.next();
    if (scripted) return scripted;
    if (!body.from || !body.to?.length || !body.subject || !body.text) {
      return [422, { statusCode: 422, name: "missing_required_field" }];
    }
    const key = headers["idempotency-key"];
    if (!this.keys.has(key)) this.keys.set(key, body);
    return [200, { id: "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794" }];
  }

  /** Mails that went out, once each. */
  get sent() {
    return [...this.keys.values()];
  }
}
