// A server that answers for the owner: their bot, which signs its answers as Standard Webhooks describe,
// or a language model behind an OpenAI-compatible endpoint. What it answers is a function of the test's.

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

export class Bot {
  /** Every request: `{path, headers, body, error?}`; `error` where it was not signed well. */
  requests = [];
  /**
   * `(body, request) => answer`: `{status?, text?, wait?, secret?, id?, at?}`, `{pieces, every?, cut?}` for
   * server-sent events, or none for no answer at all.
   */
  script = () => ({ text: "{}" });
  #server;

  static async start() {
    const bot = new Bot();
    bot.secret = `whsec_${randomBytes(32).toString("base64")}`;
    bot.#server = createServer((request, response) => bot.#take(request, response));
    await new Promise((resolve, reject) => {
      bot.#server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    bot.url = `http://127.0.0.1:${bot.#server.address().port}/bot`;
    bot.base = `http://127.0.0.1:${bot.#server.address().port}/v1`;
    return bot;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(request, response) {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const record = { path: request.url, headers: request.headers, body: JSON.parse(text) };
      if (request.url === "/bot") {
        try {
          new Webhook(this.secret).verify(text, request.headers);
        } catch (error) {
          record.error = String(error);
        }
      }
      this.requests.push(record);
      const answer = this.script(record.body, record);
      if (!answer) return;
      if (answer.pieces) return void stream(response, answer);
      const id = answer.id ?? request.headers["webhook-id"] ?? "x";
      const at = answer.at ?? new Date();
      const body = answer.text ?? "";
      const signature = new Webhook(answer.secret ?? this.secret).sign(id, at, body);
      const headers = {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": signature,
      };
      setTimeout(() => response.writeHead(answer.status ?? 200, headers).end(body), answer.wait ?? 0);
    });
  }
}

/** A chat completion whose message is this value as JSON. */
export function completion(value) {
  const content = typeof value === "string" ? value : JSON.stringify(value);
  const choices = [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }];
  return { text: JSON.stringify({ id: "c-1", object: "chat.completion", choices, usage: { prompt_tokens: 10, completion_tokens: 5 } }) };
}

/** Events one after the other, `every` milliseconds apart; `cut` tears the connection off at the end. */
async function stream(response, { pieces, every = 0, cut = false }) {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  for (const piece of pieces) {
    response.write(`data: ${typeof piece === "string" ? piece : JSON.stringify(piece)}\n\n`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  if (cut) response.destroy();
  else response.end();
}

/** A reply as the chunks of a completion, `size` characters each, and how it ends. */
export function chunks(text, size) {
  const chunk = (delta, finish_reason = null) => ({ object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] });
  const parts = text.match(new RegExp(`.{1,${size}}`, "gsu")).map((content) => chunk({ content }));
  return [chunk({ role: "assistant" }), ...parts, chunk({}, "stop"), "[DONE]"];
}
