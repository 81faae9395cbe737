// The way into a conversation: it is opened once, found again by its key, and tried again for as long as the
// line is down.
//
// `clear()` begins anew at once, whatever is under way: what that comes to opens nothing any more.

import { ApiError } from "./api.js";
import { backoff } from "./backoff.js";
import { isOutdated } from "./notice.js";
import type { ConversationPort } from "./ports.js";
import type { Saved } from "./store.js";
import type { ConversationOpened, FactsAmended } from "./wire.js";

export interface OpeningPort {
  /** The server has it: its history is fetched before anything is said in it. */
  entered(saved: Saved, opened: ConversationOpened): Promise<void>;
  /** Whether it has ended. */
  ended(): boolean;
  /** The server does not have it any more, and nobody waits for another. */
  outdated(): void;
  /** It is open here, and this is what the server remembers. */
  opened(memory: FactsAmended): void;
  /** The server does not take the site's word for who the visitor is. */
  refused(error: ApiError): void;
  /** Going on with an earlier conversation waits because of this, or (null) no more. */
  waiting(error: ApiError | null): void;
}

export class Opening {
  readonly #page: ConversationPort;
  readonly #port: OpeningPort;
  #saved: Saved | null = null;
  /** Whether there is something to say: only then another is begun where the server has lost the earlier one. */
  #wanted = false;
  /** Whether it was open here before. */
  #renewing = false;
  #pending: Promise<Saved> | null = null;
  /** Counts the beginnings. */
  #epoch = 0;
  #attempt = 0;
  #cancelRetry: (() => void) | null = null;

  constructor(page: ConversationPort, port: OpeningPort) {
    this.#page = page;
    this.#port = port;
  }

  /** Set while the conversation is open here. */
  get saved(): Saved | null {
    return this.#saved;
  }

  /** Whether it is neither open here nor on its way to be. */
  get idle(): boolean {
    return !this.#saved && !this.#pending && !this.#cancelRetry;
  }

  /** The conversation, opened where it is not yet; rejects with an `ApiError`. */
  ready(): Promise<Saved> {
    this.#wanted = true;
    return this.#ready();
  }

  /** The token has run out; opening again gives a new one. Rejects with `gone` where the server has lost it. */
  renew(): Promise<Saved> {
    this.#saved = null;
    this.#renewing = true;
    return this.#ready();
  }

  #ready(): Promise<Saved> {
    if (this.#saved) return Promise.resolve(this.#saved);
    const pending = (this.#pending ??= this.#open().finally(() => {
      if (this.#pending === pending) this.#pending = null;
    }));
    return pending;
  }

  /** Goes on with an earlier conversation, and tries again where the line is down. Begins no other. */
  async resume(): Promise<void> {
    const epoch = this.#epoch;
    this.#cancelRetry = null;
    try {
      await this.#ready();
      if (epoch !== this.#epoch) return;
      this.#attempt = 0;
      this.#port.waiting(null);
    } catch (error) {
      const refusal = error as ApiError;
      if (!refusal.retryable || epoch !== this.#epoch) return;
      this.#cancelRetry = this.#page.delay(backoff(this.#attempt, this.#page.random()), () => void this.resume());
      this.#attempt += 1;
      this.#port.waiting(refusal);
    }
  }

  /** The line may be back: what waits is tried at once. */
  wake(): void {
    if (this.#cancelRetry) void this.resume();
  }

  clear(): void {
    this.#epoch += 1;
    this.#cancelRetry?.();
    this.#cancelRetry = this.#pending = this.#saved = null;
    this.#wanted = this.#renewing = false;
    this.#attempt = 0;
  }

  async #open(): Promise<Saved> {
    const { store } = this.#page;
    const epoch = this.#epoch;
    const saved = store.load() ?? this.fresh();
    // The key is kept before the request, so that a lost answer begins no second conversation.
    store.save(saved);
    try {
      return await this.#enter(saved, epoch);
    } catch (error) {
      this.#current(epoch);
      if (!(error instanceof ApiError) || !isOutdated(error, saved)) throw error;
      // What was said in it is on the page, and is not to be mixed with another.
      if (this.#renewing) throw new ApiError(410, "gone", error.message);
      if (!this.#wanted) {
        this.#port.outdated();
        throw error;
      }
    }
    // The server has no such conversation or visitor any more: begin as a new one.
    const fresh = this.fresh();
    store.save(fresh);
    return this.#enter(fresh, epoch);
  }

  async #enter(found: Saved, epoch: number): Promise<Saved> {
    const opened = await this.#page.api.open(found.body, found.key);
    this.#current(epoch);
    const saved = { ...found, id: opened.conversation_id, token: opened.visitor_token };
    this.#page.store.save(saved);
    await this.#port.entered(saved, opened);
    this.#current(epoch);
    const memory = await this.#identified(saved, opened);
    this.#current(epoch);
    this.#saved = saved;
    this.#renewing = false;
    this.#port.opened(memory);
    return saved;
  }

  #current(epoch: number): void {
    if (epoch !== this.#epoch) throw new ApiError(410, "superseded", "the chat has begun anew");
  }

  /** What the server remembers once it has heard who the visitor is. A token that it refuses is the
   * site's to mend: the visitor goes on as somebody whom nobody has vouched for. */
  async #identified({ id, token }: Saved, before: FactsAmended): Promise<FactsAmended> {
    const jwt = this.#page.identity();
    if (!jwt || !id || !token || this.#port.ended()) return before;
    try {
      return await this.#page.api.identify(id, token, jwt);
    } catch (error) {
      if (error instanceof ApiError && !error.retryable) this.#port.refused(error);
      else throw error;
      return before;
    }
  }

  /** A conversation that has yet to begin; `visitor` is the token of whom it goes on with. */
  fresh(visitor?: string | null): Saved {
    const body = { ...this.#page.begin(), ...(visitor && { visitor_token: visitor }) };
    return { key: this.#page.newId(), body, id: null, token: null };
  }
}
