// News from the server: over a socket, and by asking again and again where there is none.

import { type Delay, backoff } from "./backoff.js";
import type { ClientFrame, ServerFrame } from "./wire.js";

/** How often to ask while there is no socket. */
const POLL_MS = 4_000;
/** After so long without a word from the server it is asked for one. */
const PING_MS = 30_000;
/** How long it may take to answer, or to open the socket. After that nobody is there, whatever the browser believes: a line that
 * is cut without a farewell (another network, a sleeping laptop) looks open for many minutes. */
const ANSWER_MS = 10_000;

export interface LivePort {
  /** Opens the socket; null where there are none. */
  connect(): WebSocket | null;
  frame(frame: ServerFrame): void;
  /** The socket is gone; what only it tells of is over. */
  lost(): void;
  /** Fetches what may have been missed. Never rejects. */
  catchUp(): Promise<void>;
  /** Whether the page can be seen; hidden ones are not kept up by asking. */
  visible(): boolean;
  delay: Delay;
  random(): number;
}

export class Live {
  readonly #port: LivePort;
  #running = false;
  #socket: WebSocket | null = null;
  #attempt = 0;
  #cancelReconnect: (() => void) | null = null;
  #cancelWatch: (() => void) | null = null;
  #cancelPoll: (() => void) | null = null;

  constructor(port: LivePort) {
    this.#port = port;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#connect();
    this.#poll();
  }

  stop(): void {
    this.#running = false;
    this.#attempt = 0;
    this.#cancelReconnect?.();
    this.#cancelPoll?.();
    this.#cancelWatch?.();
    this.#cancelReconnect = this.#cancelPoll = this.#cancelWatch = null;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** Says something that may get lost; whether there was a socket for it. */
  send(frame: ClientFrame): boolean {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** The line may be back, or the page is seen again. */
  wake(): void {
    if (!this.#running) return;
    if (!this.#socket) {
      this.#cancelReconnect?.();
      this.#cancelReconnect = null;
      this.#connect();
    } else if (this.#socket.readyState === 1) {
      this.#ping(this.#socket);
    }
    void this.#port.catchUp();
  }

  #connect(): void {
    let socket: WebSocket | null = null;
    try {
      socket = this.#port.connect();
    } catch {
      // Refused by the page's security policy, for one: asking does it as well.
    }
    if (!socket) return;
    this.#socket = socket;
    this.#await(socket);
    socket.addEventListener("open", () => {
      if (this.#socket !== socket) return;
      this.#attempt = 0;
      this.#heard(socket);
      // What was said between the last answer and the opening came to nobody.
      void this.#port.catchUp();
    });
    socket.addEventListener("message", (event) => {
      if (this.#socket !== socket) return;
      this.#heard(socket);
      this.#read(event.data);
    });
    socket.addEventListener("close", () => this.#lose(socket));
  }

  /** The server is there: it is asked again when it has been silent for long. */
  #heard(socket: WebSocket): void {
    this.#watch(PING_MS, () => this.#ping(socket));
  }

  /** Answered by the platform, which wakes no conversation for it. */
  #ping(socket: WebSocket): void {
    socket.send("ping");
    this.#await(socket);
  }

  #await(socket: WebSocket): void {
    this.#watch(ANSWER_MS, () => {
      this.#lose(socket);
      socket.close();
    });
  }

  #watch(ms: number, then: () => void): void {
    this.#cancelWatch?.();
    this.#cancelWatch = this.#port.delay(ms, then);
  }

  #lose(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.#cancelWatch?.();
    this.#cancelWatch = null;
    this.#port.lost();
    this.#cancelReconnect = this.#port.delay(backoff(this.#attempt, this.#port.random()), () => {
      this.#cancelReconnect = null;
      this.#connect();
    });
    this.#attempt += 1;
  }

  #read(data: unknown): void {
    if (typeof data !== "string") return;
    let frame: ServerFrame;
    try {
      frame = JSON.parse(data) as ServerFrame;
    } catch {
      return;
    }
    this.#port.frame(frame);
  }

  #poll(): void {
    this.#cancelPoll = this.#port.delay(POLL_MS, () => {
      const asked =
        this.#socket?.readyState === 1 || !this.#port.visible() ? Promise.resolve() : this.#port.catchUp();
      void asked.then(() => {
        if (this.#running) this.#poll();
      });
    });
  }
}
