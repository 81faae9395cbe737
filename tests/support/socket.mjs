// A socket that keeps every frame, so that a test can wait for one without racing it.

import { until } from "./until.mjs";

export class Socket {
  frames = [];
  closed = undefined;

  static open(worker, conversation, token) {
    return Socket.#open(worker, `${conversation}/socket`, ["askwell", token].filter(Boolean));
  }

  /** That of the team, by a secret key. */
  static openForTeam(worker, conversation, key) {
    const headers = { authorization: `Bearer ${key}` };
    return Socket.#open(worker, `${conversation}/team-socket`, { headers });
  }

  static #open(worker, path, options) {
    const socket = new Socket();
    const url = new URL(`/v1/conversations/${path}`, worker.url);
    url.protocol = "ws:";
    const ws = (socket.ws = new WebSocket(url, options));
    ws.addEventListener("message", ({ data }) => socket.frames.push(data === "pong" ? data : JSON.parse(data)));
    ws.addEventListener("close", ({ code, reason }) => (socket.closed = { code, reason }));
    return new Promise((resolve, reject) => {
      ws.addEventListener("open", () => resolve(socket), { once: true });
      ws.addEventListener("error", () => reject(new Error("the socket was refused")), { once: true });
    });
  }

  send(frame) {
    this.ws.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  say(id, text) {
    this.send({ type: "message", id, text });
  }

  /** The first frame, old or new, that `test` accepts. */
  next(what, test, limit) {
    return until(`a frame comes: ${what}`, () => this.frames.find(test), limit);
  }

  close() {
    this.ws.close();
  }
}
