// A language model behind an OpenAI-compatible endpoint that says what a test has it say.

import { createServer } from "node:http";
import { once } from "node:events";

/** Answers to all the fields that a request asks for; `say(name, field)` gives the value of one. */
export function answersTo(request, say) {
  const { properties } = request.response_format.json_schema.schema;
  const questions = [...request.messages[0].content.matchAll(/^\{"field":.*\}$/gm)].map(([line]) => JSON.parse(line));
  const reply = { injection_suspected: false };
  for (const key of Object.keys(properties).filter((name) => name.startsWith("field_"))) {
    const question = questions.find((q) => q.field === key);
    reply[key] = { value: say(question), confidence: 0.9, evidence: [] };
  }
  return reply;
}

export const completion = (content, usage = { prompt_tokens: 1000, completion_tokens: 100 }) => ({
  id: "x",
  object: "chat.completion",
  choices: [
    {
      index: 0,
      finish_reason: "stop",
      message: { role: "assistant", content: typeof content === "string" ? content : JSON.stringify(content) },
    },
  ],
  usage,
});

/** The server. A script is a list of `(request, response, answer)`; the last one repeats. */
export class Model {
  requests = [];
  #script = [];
  #server;

  static async start() {
    const model = new Model();
    model.#server = createServer((request, response) => model.#take(request, response));
    model.#server.listen(0, "127.0.0.1");
    await once(model.#server, "listening");
    model.url = `http://127.0.0.1:${model.#server.address().port}/v1`;
    return model;
  }

  /** What it does from now on. */
  play(...script) {
    this.#script = script;
    this.requests = [];
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(request, response) {
    const chunks = [];
    request.on("error", () => {});
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      this.requests.push({ at: Date.now(), path: request.url, headers: request.headers, body });
      const step = this.#script.length > 1 ? this.#script.shift() : this.#script[0];
      const json = (value, status = 200, headers = {}) =>
        response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
      step(body, response, json);
    });
  }
}
