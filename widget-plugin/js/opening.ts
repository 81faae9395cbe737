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

  /** The conversation, opened where it is not yet; rejects with an `ApiError`. */
  ready(): Promise<Saved> {
    if (this.#saved) return Promise.resolve(this.#saved);
    const pending = (this.#pending ??= this.#open().finally(() => {
      if (this.#pending === pending) this.#pending = null;
    }));
    return pending;
  }

  /** The token has run out; opening again gives a new one. */
  renew(): Promise<Saved> {
    this.#saved = null;
    return this.ready();
  }

  /** Goes on with an earlier conversation, and tries again where the line is down. */
  async resume(): Promise<void> {
    const epoch = this.#epoch;
    this.#cancelRetry = null;
    try {
      await this.ready();
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
    this.#attempt = 0;
  }

  async #open(): Promise<Saved> {
    const { api, store } = this.#page;
    const epoch = this.#epoch;
    const current = (): void => {
      if (epoch !== this.#epoch) throw new ApiError(410, "superseded", "the chat has begun anew");
    };
    let saved = store.load() ?? this.#fresh();
    // The key is kept before the request, so that a lost answer begins no second conversation.
    store.save(saved);
    let opened: ConversationOpened;
    try {
      opened = await api.open(saved.body, saved.key);
    } catch (error) {
      current();
      if (!(error instanceof ApiError) || !isOutdated(error, saved)) throw error;
      // The server has no such conversation or visitor any more: begin as a new one.
      saved = this.#fresh();
      store.save(saved);
      opened = await api.open(saved.body, saved.key);
    }
    current();
    saved = { ...saved, id: opened.conversation_id, token: opened.visitor_token };
    store.save(saved);
    await this.#port.entered(saved, opened);
    current();
    const memory = await this.#identified(saved, opened);
    current();
    this.#saved = saved;
    this.#port.opened(memory);
    return saved;
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

  #fresh(): Saved {
    return { key: this.#page.newId(), body: this.#page.begin(), id: null, token: null };
  }
}
