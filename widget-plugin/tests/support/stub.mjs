// A server that speaks the part of the HTTP API that the widget uses, over the real engine, and that
// can be told to fail. The definition is crates/core/src/api/mod.rs.

import { createHash, randomBytes } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { engine } from "./engine.mjs";
import { DIST } from "./source.mjs";

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

export const SITE_KEY = "pk_shop_test";

export class Stub {
  /** All API requests, `METHOD path`. */
  requests = [];
  conversations = new Map();
  /** Fails requests: `(method, path, when) => "drop" | problem | undefined`, `when` being "before" or "after" the effect. */
  fault = () => undefined;
  /** Fails files: `(path) => boolean`. */
  missing = () => false;
  sockets = new Set();
  /** Pages of the test's own: path → { headers, body }. */
  pages = {};
  /** Folders beside the package's own: prefix → path. */
  folders = {};
  refuseSockets = false;

  static async start({ dist = DIST, policy = {} } = {}) {
    const stub = new Stub();
    stub.dist = dist;
    stub.policy = policy;
    stub.engine = await engine();
    stub.server = createServer((request, response) => void stub.#handle(request, response));
    stub.server.on("upgrade", (request, socket) => stub.#upgrade(request, socket));
    await new Promise((resolve) => stub.server.listen(0, "127.0.0.1", resolve));
    stub.url = `http://127.0.0.1:${stub.server.address().port}`;
    return stub;
  }

  async stop() {
    for (const { socket } of this.sockets) socket.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** The only conversation there is. */
  get conversation() {
    const all = [...this.conversations.values()];
    if (all.length !== 1) throw new Error(`there are ${all.length} conversations`);
    return all[0];
  }

  /** A person of the team says something. */
  agent(text, conversation = this.conversation) {
    conversation.policy.agentMessage(text, Date.now());
    this.#append(conversation, { id: `agent-${conversation.messages.length}`, role: "agent", text });
  }

  /** Something happens: `handoff`, `closed`, … */
  mark(marker, conversation = this.conversation) {
    conversation.policy.marker(marker, Date.now());
    this.#append(conversation, { id: `mark-${conversation.messages.length}`, role: "system", text: marker });
    if (marker === "closed" || marker === "resolved") conversation.status = "completed";
    this.#send(conversation, this.#state(conversation));
  }

  /** What was said is removed for good, as when its visitor is erased. */
  erase(conversation = this.conversation) {
    conversation.erased = true;
    for (const { socket, id } of this.sockets) if (id === conversation.id) socket.destroy();
  }

  /** The team is writing, or has seen something. */
  attend(presence, conversation = this.conversation) {
    this.#attend(conversation, "agent", presence);
  }

  /** The answerer is writing what will be the next message, or (null) no more. */
  draft(text, conversation = this.conversation) {
    this.#send(conversation, { type: "draft", id: this.#drafted(conversation), text });
  }

  /** The answerer has written it. */
  bot(text, conversation = this.conversation) {
    this.#append(conversation, { id: this.#drafted(conversation), role: "bot", text });
  }

  #drafted(conversation) {
    return `auto-${conversation.messages.length}`;
  }

  dropSockets() {
    for (const { socket } of this.sockets) socket.destroy();
  }

  async #handle(request, response) {
    const { pathname, searchParams } = new URL(request.url, this.url);
    if (!pathname.startsWith("/v1/")) {
      const page = this.pages[pathname];
      return page ? response.writeHead(200, page.headers).end(page.body) : this.#file(pathname, response);
    }
    if (request.method === "OPTIONS") {
      return this.#json(response, 204, undefined);
    }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    this.requests.push(`${request.method} ${pathname}`);
    if (this.#fails(request, pathname, "before", response)) return;
    const bearer = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
    const [status, body] = this.#answer(request, pathname, searchParams, bearer, text ? JSON.parse(text) : null);
    if (this.#fails(request, pathname, "after", response)) return;
    this.#json(response, status, body);
  }

  #fails(request, pathname, when, response) {
    const fault = this.fault(request.method, pathname, when);
    if (!fault) return false;
    if (fault === "drop") request.socket.destroy();
    else this.#json(response, fault.status, fault);
    return true;
  }

  #answer({ method, headers }, pathname, query, bearer, body) {
    if (method === "POST" && pathname === "/v1/conversations") return this.#open(headers, bearer, body);
    const [, id, rest] = pathname.match(/^\/v1\/conversations\/([^/]+)\/(messages|actions|facts|identity|presence)$/) ?? [];
    const conversation = this.conversations.get(id);
    if (!conversation) return problem(404, "not_found", "there is no such conversation");
    if (conversation.erased) return gone();
    if (bearer !== conversation.token) return problem(401, "unauthorized", "this needs a visitor token");
    if (method === "POST" && rest === "messages") return this.#say(conversation, body);
    if (method === "GET" && rest === "messages") {
      const after = query.has("after") ? Number(query.get("after")) : -1;
      const messages = conversation.messages.filter((m) => m.seq > after);
      return [200, { status: conversation.status, messages, read: conversation.read }];
    }
    if (rest === "facts") return this.#amend(conversation, body);
    if (rest === "identity") return this.#identify(conversation, body);
    if (rest === "presence") return [200, this.#attend(conversation, "customer", body)];
    if (body?.action !== "close") return problem(403, "forbidden", "a visitor can only close");
    if (conversation.status === "completed") return ended();
    this.mark("closed", conversation);
    const { type, ...state } = this.#state(conversation);
    return [200, state];
  }

  #open(headers, bearer, body) {
    if (bearer !== SITE_KEY) return problem(401, "unauthorized", "the key is not known");
    const allowed = ["visitor_token", "locale", "region", "known"];
    const unknown = Object.keys(body).find((key) => !allowed.includes(key));
    if (unknown) return problem(422, "unknown_field", `there is no field ${unknown}`);
    const key = headers["idempotency-key"];
    let conversation = [...this.conversations.values()].find((c) => c.key === key);
    const known = conversation !== undefined;
    if (conversation?.erased) return gone();
    if (!conversation) {
      const { locale: lang, region, known: kinds } = body;
      const id = `cv_${randomBytes(13).toString("hex")}`;
      const policy = new this.engine.PromptPolicy({ ...this.policy, lang, region, ...(kinds && { known: kinds }) }, Date.now());
      conversation = { id, key, body, policy, token: `vt_${id}`, read: { customer: null, agent: null }, told: [], status: "queued", revision: 0, messages: [], replies: new Map() };
      this.conversations.set(id, conversation);
    } else if (JSON.stringify(conversation.body) !== JSON.stringify(body)) {
      return problem(409, "idempotency_conflict", "this key came with another request");
    }
    return [
      known ? 200 : 201,
      {
        conversation_id: conversation.id,
        visitor_id: "vi_00000000000000000000000000",
        visitor_token: conversation.token,
        status: conversation.status,
        revision: conversation.revision,
        messages: conversation.messages.length,
        session: conversation.policy.toJSON(),
      },
    ];
  }

  #say(conversation, { id, text, ...more }) {
    if (!/^[\w-]{1,64}$/.test(id) || Object.keys(more).length > 0) return problem(422, "invalid_field", "id");
    const before = conversation.replies.get(id);
    if (before) return [200, { ...before, duplicate: true }];
    if (Buffer.byteLength(text) > 8192) return problem(413, "message_too_large", "send it in shorter parts");
    if (conversation.status === "completed") return ended();
    conversation.status = "in-progress";
    const message = this.#append(conversation, { id, role: "customer", text });
    const outcome = conversation.policy.visitorMessage(text, message.at);
    const said = outcome.ask ?? outcome.confirm;
    const ask = said && {
      field: said.field,
      message: this.#append(conversation, { id: `ask-${id}`, role: "bot", text: said.text }),
    };
    const reply = { message, duplicate: false, found: outcome.found, ask, reason: outcome.reason };
    conversation.replies.set(id, reply);
    return [201, reply];
  }

  /** As `Session::amend` does it, over the memory as JSON: the module has no such call. */
  #amend(conversation, { field, value }) {
    if (conversation.status === "completed") return ended();
    if (field === "email" && value !== null && !/^\S+@\S+\.\S+$/.test(value)) return problem(422, "invalid_field", "value");
    const session = conversation.policy.toJSON();
    if (value === null) delete session.facts[field];
    else session.facts[field] = { value, seq: 0, at: Date.now(), detector: 0 };
    conversation.policy.free();
    conversation.policy = this.engine.PromptPolicy.fromJSON(session);
    return [200, { messages: conversation.messages.length, session: conversation.policy.toJSON() }];
  }

  /** One token is good, and says all that could be asked. */
  #identify(conversation, { token }) {
    if (token !== "good") return problem(422, "invalid_token", "the token is not signed with the workspace's identity secret");
    conversation.policy.identified(["name", "email", "phone"], Date.now());
    return [200, { messages: conversation.messages.length, session: conversation.policy.toJSON() }];
  }

  #attend(conversation, role, { typing = false, read = null }) {
    conversation.told.push({ role, typing, read });
    if (read !== null) conversation.read[role] = Math.max(conversation.read[role] ?? -1, read);
    this.#send(conversation, { type: "presence", role, typing, read: conversation.read });
    return conversation.read;
  }

  #append(conversation, { id, role, text }) {
    const message = { id, seq: conversation.messages.length, role, text, at: Date.now() };
    conversation.messages.push(message);
    this.#send(conversation, { type: "message", message });
    return message;
  }

  #state({ id, status, revision, messages }) {
    return { type: "state", conversation_id: id, status, revision, messages: messages.length, transferred: false };
  }

  #json(response, status, body) {
    const kind = status >= 400 ? "application/problem+json" : "application/json";
    response.writeHead(status, {
      "Content-Type": kind,
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    });
    response.end(body === undefined ? "" : JSON.stringify(body));
  }

  #file(pathname, response) {
    const [prefix = "", folder = this.dist] = Object.entries(this.folders).find(([start]) => pathname.startsWith(`${start}/`)) ?? [];
    const file = pathname.slice(prefix.length);
    const path = normalize(join(folder, file.endsWith("/") ? `${file}index.html` : file));
    if (this.missing(pathname) || !path.startsWith(folder) || !existsSync(path) || !statSync(path).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream" });
    createReadStream(path).pipe(response);
  }

  // RFC 6455; messages come by POST, so that frames from the page are short and never divided.

  #upgrade(request, socket) {
    const { pathname } = new URL(request.url, this.url);
    const [protocol, token] = (request.headers["sec-websocket-protocol"] ?? "").split(/, */);
    this.requests.push(`SOCKET ${pathname}`);
    const conversation = this.conversations.get(pathname.match(/^\/v1\/conversations\/([^/]+)\/socket$/)?.[1]);
    if (this.refuseSockets || !conversation || conversation.erased || protocol !== "askwell" || token !== conversation.token) {
      socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
      return;
    }
    const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash("sha1").update(key).digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
    );
    const entry = { socket, id: conversation.id };
    this.sockets.add(entry);
    socket.on("close", () => this.sockets.delete(entry));
    socket.on("error", () => this.sockets.delete(entry));
    socket.on("data", (data) => {
      for (let rest = data; rest.length >= 6; ) {
        // A close frame (opcode 8) is answered by closing.
        if ((rest[0] & 15) === 8) return socket.end();
        const length = rest[1] & 127;
        const mask = rest.subarray(2, 6);
        const text = Buffer.from(rest.subarray(6, 6 + length).map((byte, i) => byte ^ mask[i % 4])).toString();
        rest = rest.subarray(6 + length);
        if (text === "ping") {
          socket.write(Buffer.concat([Buffer.from([0x81, 4]), Buffer.from("pong")]));
          continue;
        }
        const { type, ...presence } = JSON.parse(text);
        if (type === "presence") this.#attend(conversation, "customer", presence);
      }
    });
  }

  #send({ id }, frame) {
    const payload = Buffer.from(JSON.stringify(frame));
    const head = payload.length < 126 ? Buffer.from([0x81, payload.length]) : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
    for (const entry of this.sockets) if (entry.id === id) entry.socket.write(Buffer.concat([head, payload]));
  }
}

function problem(status, code, detail) {
  return [status, { type: "about:blank", title: "", status, detail, code }];
}

function gone() {
  return problem(410, "gone", "this conversation was erased");
}

function ended() {
  return problem(409, "conversation_closed", "the conversation has ended; reopen it first");
}
