// News from the server: over a socket, and by asking again and again where there is none.

import { type Delay, backoff } from "./backoff.js";
import type { ClientFrame, ServerFrame } from "./wire.js";

/** How often to ask while there is no socket. */
const POLL_MS = 4_000;

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
    this.#cancelReconnect = this.#cancelPoll = null;
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
    socket.addEventListener("open", () => {
      if (this.#socket !== socket) return;
      this.#attempt = 0;
      // What was said between the last answer and the opening came to nobody.
      void this.#port.catchUp();
    });
    socket.addEventListener("message", (event) => {
      if (this.#socket === socket) this.#read(event.data);
    });
    socket.addEventListener("close", () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#port.lost();
      this.#cancelReconnect = this.#port.delay(backoff(this.#attempt, this.#port.random()), () => {
        this.#cancelReconnect = null;
        this.#connect();
      });
      this.#attempt += 1;
    });
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
