// A line between page and server that is cut after every so many messages: at random before the
// server has the message, or after it has it and before the page knows.

import { connect, createServer } from "node:net";

export class Line {
  cuts = { before: 0, after: 0 };
  #open = new Set();
  #messages = 0;
  #seed = 20_261_125;

  constructor(target, every) {
    this.target = new URL(target);
    this.every = every;
  }

  static async lay(target, every) {
    const line = new Line(target, every);
    line.server = createServer((page) => line.#join(page));
    await new Promise((resolve) => line.server.listen(0, "127.0.0.1", resolve));
    line.url = `http://127.0.0.1:${line.server.address().port}`;
    return line;
  }

  async stop() {
    this.#cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #join(page) {
    const server = connect(Number(this.target.port), this.target.hostname);
    for (const [socket, other] of [[page, server], [server, page]]) {
      this.#open.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => (this.#open.delete(socket), other.destroy()));
    }
    let silent = false;
    page.on("data", (bytes) => {
      if (/^POST \S+\/messages HTTP/.test(bytes.toString("latin1")) && (this.#messages += 1) % this.every === 0) {
        if (this.#even()) {
          this.cuts.before += 1;
          return this.#cut();
        }
        this.cuts.after += 1;
        silent = true;
      }
      server.write(bytes);
    });
    server.on("data", (bytes) => (silent ? this.#cut() : page.write(bytes)));
  }

  /** Everything that is open, sockets of the chat included. */
  #cut() {
    for (const socket of this.#open) socket.destroy();
    this.#open.clear();
  }

  /** The same sequence in every run (a linear congruential generator, Numerical Recipes). */
  #even() {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#seed >>> 31 === 0;
  }
}
