// One visitor's conversation: what is said, where it stands, and the way of each message.
//
// A message is shown and kept (so that a reload does not lose it), predicted upon by the engine,
// delivered, and reconciled with the server's answer. Until the first message there is no request
// and nothing is stored.

import { type Api, ApiError } from "./api.js";
import { type Delay, backoff } from "./backoff.js";
import type { Found, KnownFacts, SerializedSession } from "./engine.js";
import { Live } from "./live.js";
import { type Outgoing, Outbox } from "./outbox.js";
import { type Policy, Predictor } from "./predictor.js";
import type { Saved, Store } from "./store.js";
import { type Line, Transcript } from "./transcript.js";
import {
  type ConversationOpened,
  type Message,
  type MessageAccepted,
  type NewConversation,
  type ServerFrame,
  type Status,
  askId,
  isEnded,
} from "./wire.js";

/** What the visitor should know; one sentence each in `strings.ts`. */
export type Notice = "offline" | "trouble" | "unavailable" | "tooLong" | "full" | "ended";

export interface Engine {
  /** A policy for texts before the conversation has begun. */
  fresh(options: { lang?: string; region?: string }): Policy;
  resume(session: SerializedSession): Policy;
}

export interface ConversationPort {
  api: Api;
  store: Store;
  /** Null where WebAssembly is not to be had: then only the server notices and asks. */
  engine(): Engine | null;
  /** How a conversation begins here. */
  begin(): NewConversation;
  connect(url: string): WebSocket | null;
  now(): number;
  newId(): string;
  random(): number;
  delay: Delay;
  online(): boolean;
  visible(): boolean;
}

export interface ConversationEvents {
  changed(): void;
  /** Somebody else said something that the visitor has not seen here yet. */
  heard(line: Line): void;
  /** A refusal in the developer's words. */
  refused(error: ApiError): void;
}

/** The end waits for what is under way, 20 × 100 ms at most. */
const SETTLE_STEP_MS = 100;
const SETTLE_STEPS = 20;

export class Conversation {
  readonly #port: ConversationPort;
  readonly #events: ConversationEvents;
  readonly #outbox: Outbox;
  readonly #live: Live;
  #transcript = new Transcript();
  #predictor = new Predictor();
  /** For typing before the conversation has begun. */
  #draft: Policy | null = null;
  #status: Status | null = null;
  #notice: Notice | null = null;
  /** Set while the conversation is open here. */
  #saved: Saved | null = null;
  #opening: Promise<Saved> | null = null;
  #catchingUp: Promise<void> | null = null;
  #resync: Promise<void> | null = null;
  #cancelRetry: (() => void) | null = null;
  #attempt = 0;
  #disposed = false;

  constructor(port: ConversationPort, events: ConversationEvents) {
    this.#port = port;
    this.#events = events;
    this.#outbox = new Outbox({
      deliver: (item) => this.#deliver(item),
      refused: (item, error) => this.#refused(item, error),
      waiting: (error) => this.#waiting(error),
      drained: () => this.#keepInStep(),
      delay: port.delay,
      random: () => port.random(),
    });
    this.#live = new Live({
      connect: () => this.#connect(),
      frame: (frame) => this.#frame(frame),
      catchUp: () => this.#catchUp(),
      visible: () => port.visible(),
      delay: port.delay,
      random: () => port.random(),
    });
  }

  get lines(): Line[] {
    return this.#transcript.list();
  }

  get notice(): Notice | null {
    return this.#notice;
  }

  get ended(): boolean {
    return isEnded(this.#status);
  }

  /** Whether there is anything that could be ended. */
  get begun(): boolean {
    return this.#status !== null && !this.ended;
  }

  /** What the visitor said of themselves, as far as it stands. */
  facts(): KnownFacts {
    return this.#predictor.facts();
  }

  /** What a text that is still being typed holds. */
  peek(text: string): Found[] {
    if (this.#predictor.current || this.#status !== null) return this.#predictor.peek(text);
    const { locale, region } = this.#port.begin();
    this.#draft ??= this.#port.engine()?.fresh({ ...(locale && { lang: locale }), ...(region && { region }) }) ?? null;
    return this.#draft?.peek(text) ?? [];
  }

  /** The visitor says something. */
  send(text: string): void {
    const item: Outgoing = { id: this.#port.newId(), text, at: this.#port.now() };
    this.#notice = null;
    this.#transcript.local({ ...item, role: "customer", state: "sending" });
    this.#port.store.keep(item);
    // Before the delivery begins: it predicts what has not been predicted yet.
    if (this.#outbox.items.length === 0) this.#predict(item);
    this.#outbox.add(item);
    this.#predictWaiting();
    this.#events.changed();
  }

  /** Goes on with the conversation that this browser had, if it had one. */
  resume(): void {
    const unsent = this.#port.store.unsent();
    if (!this.#port.store.load()) return;
    for (const item of unsent) {
      this.#transcript.local({ ...item, role: "customer", state: "sending" });
      this.#outbox.add(item);
    }
    if (unsent.length === 0) void this.#reopen();
  }

  /** The engine has been loaded. */
  engineReady(): void {
    if (this.#saved) this.#keepInStep();
  }

  /** The line may be back, or the page is seen again. */
  wake(): void {
    if (this.#outbox.items.length > 0) this.#outbox.wake();
    else if (this.#cancelRetry) void this.#reopen();
    this.#live.wake();
  }

  /** The visitor ends it. */
  async end(): Promise<void> {
    await this.#settled();
    try {
      const { id, token } = await this.#ready();
      if (id && token) await this.#port.api.close(id, token);
      this.#setStatus("completed");
      await this.#catchUp();
    } catch (error) {
      const refusal = error as ApiError;
      if (refusal.code === "conversation_closed") this.#setStatus("completed");
      else this.#tell(refusal);
    }
    this.#events.changed();
  }

  /** Once all that was written is sent, or after a while: the end must not overtake it. */
  #settled(): Promise<void> {
    return new Promise((resolve) => {
      const check = (left: number): void => {
        if (left === 0 || this.#outbox.items.length === 0) resolve();
        else this.#port.delay(SETTLE_STEP_MS, () => check(left - 1));
      };
      check(SETTLE_STEPS);
    });
  }

  /** Begins anew as the same visitor. The answer is what could not be sent in the old one. */
  restart(): string[] {
    const unsent = this.#outbox.clear().map((item) => item.text);
    for (const line of this.lines) if (line.state === "failed") unsent.push(line.text);
    const token = this.#saved?.token ?? this.#port.store.load()?.token;
    this.#reset();
    const body = { ...this.#port.begin(), ...(token && { visitor_token: token }) };
    this.#port.store.save({ key: this.#port.newId(), body, id: null, token: null });
    this.#events.changed();
    return unsent;
  }

  /** Forgets the visitor. */
  forget(): void {
    this.#outbox.clear();
    this.#reset();
    this.#events.changed();
  }

  dispose(): void {
    this.#disposed = true;
    this.#outbox.clear();
    this.#live.stop();
    this.#cancelRetry?.();
    this.#predictor.free();
    this.#draft?.free();
    this.#draft = null;
  }

  #reset(): void {
    this.#live.stop();
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#predictor.free();
    this.#transcript = new Transcript();
    this.#saved = this.#opening = null;
    this.#status = this.#notice = null;
    this.#port.store.forget();
  }

  // ---- opening ---------------------------------------------------------------------------------

  #ready(): Promise<Saved> {
    if (this.#saved) return Promise.resolve(this.#saved);
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #open(): Promise<Saved> {
    const { api, store } = this.#port;
    let saved = store.load() ?? this.#fresh();
    // The key is kept before the request, so that a lost answer begins no second conversation.
    store.save(saved);
    let opened: ConversationOpened;
    try {
      opened = await api.open(saved.body, saved.key);
    } catch (error) {
      if (!(error instanceof ApiError) || !isOutdated(error, saved)) throw error;
      // The server has no such conversation or visitor any more: begin as a new one.
      saved = this.#fresh();
      store.save(saved);
      opened = await api.open(saved.body, saved.key);
    }
    saved = { ...saved, id: opened.conversation_id, token: opened.visitor_token };
    store.save(saved);
    this.#status = opened.status;
    if (opened.messages > 0) await this.#fetch(saved);
    if (this.#disposed) return saved;
    this.#saved = saved;
    this.#takeMemory(opened);
    if (!this.ended) this.#live.start();
    this.#events.changed();
    return saved;
  }

  #fresh(): Saved {
    return { key: this.#port.newId(), body: this.#port.begin(), id: null, token: null };
  }

  async #reopen(): Promise<void> {
    this.#cancelRetry = null;
    try {
      await this.#ready();
      this.#attempt = 0;
      this.#waiting(null);
    } catch (error) {
      const refusal = error as ApiError;
      if (!refusal.retryable || this.#disposed) return;
      this.#cancelRetry = this.#port.delay(backoff(this.#attempt, this.#port.random()), () => void this.#reopen());
      this.#attempt += 1;
      this.#waiting(refusal);
    }
  }

  // ---- the engine ------------------------------------------------------------------------------

  #takeMemory(opened: ConversationOpened): void {
    const engine = this.#port.engine();
    if (!engine) return;
    this.#draft?.free();
    this.#draft = null;
    this.#predictor.reset((session) => engine.resume(session), opened.session, opened.messages);
    // What came in since the answer was written.
    for (const line of this.lines) {
      if (line.seq !== null) this.#predictor.heard({ ...line, seq: line.seq });
    }
  }

  #predict(item: Outgoing): void {
    const prediction = this.#predictor.predict(item, this.#port.now());
    if (!prediction?.ask) return;
    this.#transcript.local({
      id: askId(item.id),
      role: "bot",
      text: prediction.ask.text,
      at: this.#port.now(),
      state: "predicted",
    });
  }

  #predictWaiting(): void {
    for (const item of this.#outbox.items) this.#predict(item);
  }

  /** Where prediction and server may differ, the server's memory is fetched once all is sent. */
  #keepInStep(): void {
    if (this.#predictor.current || !this.#port.engine() || !this.#saved || this.ended || this.#resync) return;
    if (this.#outbox.items.length > 0) return;
    const { body, key } = this.#saved;
    this.#resync = this.#port.api
      .open(body, key)
      .then(
        (opened) => {
          if (this.#saved?.key === key && this.#outbox.items.length === 0) this.#takeMemory(opened);
        },
        // Without prediction everything still works; the next drained outbox tries again.
        () => undefined,
      )
      .finally(() => {
        this.#resync = null;
        this.#events.changed();
      });
  }

  // ---- outgoing --------------------------------------------------------------------------------

  async #deliver(item: Outgoing): Promise<void> {
    const { id, token } = await this.#ready();
    // An answer that was lost shows in the history.
    if (this.#transcript.has(item.id)) return this.#port.store.sent(item.id);
    if (!id || !token) throw new ApiError(0, "network", "the conversation is not open yet");
    this.#predictWaiting();
    this.#events.changed();
    try {
      this.#accepted(await this.#port.api.post(id, token, item));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        // The token has run out; opening again gives a new one. A second 401 is final.
        this.#saved = null;
        const again = await this.#ready();
        this.#accepted(await this.#port.api.post(id, again.token ?? token, item));
        return;
      }
      throw error;
    }
  }

  #accepted(answer: MessageAccepted): void {
    const { message, ask } = answer;
    this.#port.store.sent(message.id);
    this.#predictor.accepted(answer);
    this.#transcript.put(message);
    const asked = ask !== null && this.#transcript.put(ask.message);
    if (!ask) this.#transcript.drop(askId(message.id));
    if (this.#status === "queued") this.#status = "in-progress";
    if (this.#transcript.gap) void this.#catchUp();
    if (asked) this.#events.heard({ ...ask.message, state: "sent" });
    this.#events.changed();
  }

  #refused(item: Outgoing, error: ApiError): void {
    this.#port.store.sent(item.id);
    this.#transcript.fail(item.id);
    this.#transcript.drop(askId(item.id));
    // The engine has remembered a message that the server has not.
    this.#predictor.free();
    if (error.code === "conversation_closed") this.#setStatus("completed");
    this.#tell(error);
  }

  #waiting(error: ApiError | null): void {
    if (!error) {
      if (this.#notice === "offline" || this.#notice === "trouble") this.#notice = null;
    } else {
      this.#notice = error.code === "network" && !this.#port.online() ? "offline" : "trouble";
    }
    this.#events.changed();
  }

  #tell(error: ApiError): void {
    this.#notice = noticeOf(error);
    this.#events.refused(error);
    this.#events.changed();
  }

  // ---- incoming --------------------------------------------------------------------------------

  #connect(): WebSocket | null {
    const { id, token } = this.#saved ?? {};
    return id && token ? this.#port.connect(this.#port.api.socketUrl(id, token)) : null;
  }

  #frame(frame: ServerFrame): void {
    switch (frame.type) {
      case "message":
        this.#receive(frame.message);
        break;
      case "accepted":
        this.#accepted(frame);
        break;
      case "state":
        this.#setStatus(frame.status);
        break;
      default:
        // Messages are posted, so no frame of ours can have been refused; newer types are ignored.
        return;
    }
    if (this.#transcript.gap) void this.#catchUp();
    this.#events.changed();
  }

  #catchUp(): Promise<void> {
    const saved = this.#saved;
    if (!saved) return Promise.resolve();
    this.#catchingUp ??= this.#fetch(saved)
      .catch(() => undefined)
      .finally(() => {
        this.#catchingUp = null;
        this.#events.changed();
      });
    return this.#catchingUp;
  }

  async #fetch({ id, token }: Saved): Promise<void> {
    if (!id || !token) return;
    const transcript = this.#transcript;
    const page = await this.#port.api.messages(id, token, transcript.complete);
    if (transcript !== this.#transcript) return;
    for (const message of page.messages) this.#receive(message);
    this.#setStatus(page.status);
  }

  #receive(message: Message): void {
    if (!this.#transcript.put(message)) return;
    this.#predictor.heard(message);
    // What is fetched while the conversation is being opened is history, not news.
    if (this.#saved) this.#events.heard({ ...message, state: "sent" });
    if (!this.#predictor.current) this.#keepInStep();
  }

  #setStatus(status: Status): void {
    const ended = this.ended;
    this.#status = status;
    if (this.ended === ended || !this.#saved) return;
    if (this.ended) this.#live.stop();
    else this.#live.start();
  }
}

/** Whether the server does not know, or no longer accepts, what was kept of an earlier visit. */
function isOutdated({ code }: ApiError, saved: Saved): boolean {
  if (code === "unauthorized") return saved.body.visitor_token !== undefined;
  return saved.id !== null && (code === "not_found" || code === "idempotency_conflict" || code === "invalid_field");
}

function noticeOf(error: ApiError): Notice {
  switch (error.code) {
    case "message_too_large":
    case "body_too_large":
      return "tooLong";
    case "conversation_full":
      return "full";
    case "conversation_closed":
      return "ended";
    case "network":
      return "offline";
    default:
      return error.retryable ? "trouble" : "unavailable";
  }
}
