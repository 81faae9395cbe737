// Messages on their way: in order, one at a time, each until it is accepted or refused for good.
//
// A message keeps its id over all attempts and the server knows it again, so a lost answer neither
// loses nor doubles anything.

import { ApiError } from "./api.js";
import { type Delay, backoff } from "./backoff.js";

export interface Outgoing {
  readonly id: string;
  readonly text: string;
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
}

/** How long to wait for what is under way: 20 × 100 ms at most. */
const SETTLE_STEP_MS = 100;
const SETTLE_STEPS = 20;

export interface OutboxPort {
  /** Brings one message to the server; throws an `ApiError` when it could not. */
  deliver(item: Outgoing): Promise<void>;
  /** A message was refused and will not be tried again. */
  refused(item: Outgoing, error: ApiError): void;
  /** Delivery waits because of this, or (null) goes on. */
  waiting(error: ApiError | null): void;
  /** Nothing is left to deliver. */
  drained(): void;
  delay: Delay;
  /** 0 to 1. */
  random(): number;
}

export class Outbox {
  readonly #port: OutboxPort;
  #items: Outgoing[] = [];
  #busy = false;
  /** Counts the clearings: what was under way before one is nobody's business after it. */
  #epoch = 0;
  #attempt = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(port: OutboxPort) {
    this.#port = port;
  }

  get items(): readonly Outgoing[] {
    return this.#items;
  }

  add(item: Outgoing): void {
    if (this.#items.some((known) => known.id === item.id)) return;
    this.#items.push(item);
    if (!this.#cancelTimer) void this.#run();
  }

  /** Tries now instead of when the wait is over: the line may be back. */
  wake(): void {
    this.#stopTimer();
    void this.#run();
  }

  /** Takes everything out that has not been accepted; an answer still to come changes nothing. */
  clear(): Outgoing[] {
    this.#stopTimer();
    this.#epoch += 1;
    this.#busy = false;
    this.#attempt = 0;
    return this.#items.splice(0);
  }

  /** Once everything is delivered, or after two seconds. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      const check = (left: number): void => {
        if (left === 0 || this.#items.length === 0) resolve();
        else this.#port.delay(SETTLE_STEP_MS, () => check(left - 1));
      };
      check(SETTLE_STEPS);
    });
  }

  async #run(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const epoch = this.#epoch;
    try {
      for (let head = this.#items[0]; head; head = this.#items[0]) {
        const error = await this.#attemptOne(head);
        // Whoever sends now has begun anew, without waiting for this answer.
        if (epoch !== this.#epoch) return;
        if (error?.retryable) return this.#wait(error);
        this.#attempt = 0;
        this.#items.shift();
        this.#port.waiting(null);
        if (error) this.#port.refused(head, error);
        if (epoch !== this.#epoch) return;
        if (this.#items.length === 0) this.#port.drained();
      }
    } finally {
      if (epoch === this.#epoch) this.#busy = false;
    }
  }

  async #attemptOne(item: Outgoing): Promise<ApiError | null> {
    try {
      await this.#port.deliver(item);
      return null;
    } catch (error) {
      return error instanceof ApiError ? error : new ApiError(400, "internal", String(error));
    }
  }

  #wait(error: ApiError): void {
    const ms = Math.max(backoff(this.#attempt, this.#port.random()), error.retryAfterMs ?? 0);
    this.#attempt += 1;
    this.#cancelTimer = this.#port.delay(ms, () => this.wake());
    this.#port.waiting(error);
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }
}
