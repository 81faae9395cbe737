// One visitor's conversation: what is said, where it stands, and the way of each message.
//
// A message is shown and kept (so that a reload does not lose it), predicted upon by the engine,
// delivered, and reconciled with the server's answer. Until the first message there is no request
// and nothing is stored.
//
// `restart()` and `forget()` begin anew at once, whatever is under way. What was under way belongs to
// an earlier generation and changes nothing any more: every answer that is waited for is checked.

import { ApiError, unopened } from "./api.js";
import { backoff } from "./backoff.js";
import type { Found, Kind, KnownFacts } from "./engine.js";
import { Memory } from "./memory.js";
import { News } from "./news.js";
import { type Notice, isOver, noticeOf } from "./notice.js";
import { Opening } from "./opening.js";
import { type Outgoing, Outbox } from "./outbox.js";
import type { ConversationEvents, ConversationPort } from "./ports.js";
import type { Saved } from "./store.js";
import { type Line, Transcript, isAnswer } from "./transcript.js";
import { type ConversationOpened, type FactsAmended, type Message, type MessageAccepted, type Status, askId, isEnded } from "./wire.js";

export class Conversation {
  readonly #port: ConversationPort;
  readonly #events: ConversationEvents;
  readonly #opening: Opening;
  readonly #outbox: Outbox;
  readonly #news: News;
  readonly #memory: Memory;
  #transcript = new Transcript();
  /** Counts the beginnings. */
  #generation = 0;
  /** Whether this one took the place of one that the server had erased, and nothing has been accepted in it yet. */
  #startedOver = false;
  #status: Status | null = null;
  #notice: Notice | null = null;
  #resync: Promise<void> | null = null;
  /** Stands for the visitor's wish to end it, until that is fulfilled or they write on. */
  #end: object | null = null;
  #cancelEnd: (() => void) | null = null;
  /** How often that has failed. */
  #endFailures = 0;
  /** Whether the server has yet to hear who the visitor is, because nobody could be reached. */
  #unidentified = false;

  constructor(port: ConversationPort, events: ConversationEvents) {
    this.#port = port;
    this.#events = events;
    this.#memory = new Memory(() => port.engine());
    this.#opening = new Opening(port, {
      entered: (saved, opened) => this.#entered(saved, opened),
      ended: () => this.ended,
      outdated: () => {
        this.forget();
        events.outdated();
      },
      opened: (memory) => this.#opened(memory),
      refused: (error) => events.refused(error),
      waiting: (error) => this.#waiting(error),
    });
    this.#outbox = new Outbox({
      deliver: (item) => this.#deliver(item),
      refused: (item, error) => this.#refused(item, error),
      waiting: (error) => this.#waiting(error),
      drained: () => this.#keepInStep(),
      delay: port.delay,
      random: () => port.random(),
    });
    this.#news = new News(port, {
      saved: () => this.#opening.saved,
      transcript: () => this.#transcript,
      stands: (status) => this.#setStatus(status),
      accepted: (answer) => this.#accepted(answer),
      received: (message) => this.#received(message),
      changed: () => events.changed(),
    });
  }

  get lines(): Line[] {
    const { draft } = this.#news;
    return draft ? [...this.#transcript.list(), draft] : this.#transcript.list();
  }

  get notice(): Notice | null {
    return this.#notice ?? (this.#endFailures > 0 ? "ending" : null);
  }

  get ended(): boolean {
    return isEnded(this.#status);
  }

  /** Whether there is anything that could be ended. */
  get begun(): boolean {
    return this.#status !== null && !this.ended;
  }

  /** Whether what was noted can be put right here. */
  get amendable(): boolean {
    return this.begun && this.#opening.saved !== null;
  }

  /** Whether a reply is being written. */
  get typing(): boolean {
    return this.#news.typing;
  }

  /** The highest place that the team has seen; -1 for none. */
  get seen(): number {
    return this.#news.seen;
  }

  /** What the visitor said of themselves, as far as it stands. */
  facts(): KnownFacts {
    return this.#memory.facts();
  }

  /** What a text that is still being typed holds. */
  peek(text: string): Found[] {
    const { locale, region } = this.#port.begin();
    const options = { ...(locale && { lang: locale }), ...(region && { region }) };
    return this.#memory.peek(text, this.#status !== null, options);
  }

  /** The visitor is writing. */
  writing(): void {
    if (this.begun) this.#news.writing();
  }

  /** The visitor has the conversation before their eyes. */
  look(): void {
    const last = this.lines.filter((line) => line.seq !== null && line.role !== "customer").at(-1);
    if (this.begun && last?.seq != null) this.#news.see(last.seq);
  }

  /** The visitor says something. */
  send(text: string): void {
    // A reload sorts what was kept by time: two of the same moment, or a clock that was put back, must not change the order.
    const at = Math.max(this.#port.now(), (this.#outbox.items.at(-1)?.at ?? 0) + 1);
    const item: Outgoing = { id: this.#port.newId(), text, at };
    this.#notice = null;
    this.#keepOpen();
    this.#transcript.local({ ...item, role: "customer", state: "sending" });
    this.#port.store.keep(item);
    // Before the delivery begins: it predicts what has not been predicted yet.
    if (this.#outbox.items.length === 0) this.#predict(item);
    this.#outbox.add(item);
    this.#predictWaiting();
    this.#events.changed();
  }

  /** Says once more what was refused. */
  retry(id: string): void {
    const line = this.lines.find((one) => one.id === id && one.state === "failed");
    if (!line) return;
    this.#transcript.drop(id);
    this.#port.store.drop(id);
    this.send(line.text);
  }

  /** The visitor puts right what was noted of them, or (null) has it removed; throws an `ApiError`. */
  async amend(field: Kind, value: string | null): Promise<void> {
    const { id, token } = await this.#opening.ready();
    if (!id || !token) throw unopened();
    await this.#take(this.#port.api.amend(id, token, { field, value }));
  }

  /** The site has told who the visitor is. Before the conversation is open that waits for it. */
  async identify(): Promise<void> {
    const { id, token } = this.#opening.saved ?? {};
    const jwt = this.#port.identity();
    if (!id || !token || !jwt || this.ended) return;
    const generation = this.#generation;
    await this.#take(this.#port.api.identify(id, token, jwt)).then(
      () => (this.#unidentified = false),
      (error: ApiError) => {
        if (generation !== this.#generation) return;
        this.#unidentified = error.retryable;
        if (!error.retryable) this.#events.refused(error);
      },
    );
  }

  /** What the server remembers from now on. */
  async #take(answer: Promise<FactsAmended>): Promise<void> {
    const generation = this.#generation;
    try {
      const { session, messages } = await answer;
      if (generation === this.#generation) this.#memory.take(session, messages, this.#placed());
    } catch (error) {
      if (generation === this.#generation && isOver(error as ApiError)) this.#setStatus("completed");
      throw error;
    } finally {
      this.#events.changed();
    }
  }

  /** Goes on with the conversation that this browser had, if it had one; also where another window has begun it meanwhile, or
   * has left something unsent. Where nothing is unsent it begins no other, and one that has ended is left alone until it is
   * looked at. */
  resume(): void {
    const { store } = this.#port;
    const [saved, unsent] = [store.load(), store.unsent()];
    const own = this.#opening.saved;
    // Another one is not mixed with what is on the page.
    if (!saved || (own && own.key !== saved.key)) return;
    for (const { failed, ...item } of unsent) {
      this.#transcript.local({ ...item, role: "customer", state: failed ? "failed" : "sending" });
      if (!failed) this.#outbox.add(item);
    }
    if (this.#outbox.items.length === 0 && saved.id !== null && this.#opening.idle) {
      if (saved.ended) this.#status = "completed";
      else void this.#opening.resume();
    }
    this.#events.changed();
  }

  /** Another window has begun one. What that has yet to send it sends itself. */
  follow(): void {
    const saved = this.#port.store.load();
    if (saved?.id && !saved.ended && this.#status === null && this.#opening.idle) void this.#opening.resume();
  }

  /** The visitor opens the chat: what was said in one that has ended is fetched. */
  reread(): void {
    if (!this.ended) return;
    if (this.#opening.saved) void this.#news.catchUp();
    else void this.#opening.resume();
  }

  /** The engine has been loaded. */
  engineReady(): void {
    if (this.#opening.saved) this.#keepInStep();
  }

  /** The line may be back, or the page is seen again. */
  wake(): void {
    if (this.#cancelEnd) void this.end();
    if (this.#unidentified) void this.identify();
    if (this.#outbox.items.length > 0) this.#outbox.wake();
    else this.#opening.wake();
    this.#news.wake();
    // The team may have opened it again.
    if (this.#opening.saved) this.reread();
  }

  /** The visitor ends it: now, or where the line is down once it is back, unless they write on before that. */
  async end(): Promise<void> {
    const generation = this.#generation;
    const end = (this.#end = {});
    this.#stopEnd();
    // The end must not overtake what was written before it.
    await this.#outbox.settled();
    if (this.#end !== end) return;
    try {
      const { id, token } = await this.#opening.ready();
      if (id && token) await this.#port.api.close(id, token);
      if (generation !== this.#generation) return;
      this.#setStatus("completed");
      this.#keepOpen();
      await this.#news.catchUp();
    } catch (error) {
      if (generation !== this.#generation) return;
      const refusal = error as ApiError;
      if (refusal.retryable) return this.#endLater(end);
      this.#keepOpen();
      if (isOver(refusal)) this.#setStatus("completed");
      else this.#tell(refusal);
    }
    this.#events.changed();
  }

  #endLater(end: object): void {
    if (this.#end !== end) return;
    this.#cancelEnd = this.#port.delay(backoff(this.#endFailures, this.#port.random()), () => void this.end());
    this.#endFailures += 1;
    this.#events.changed();
  }

  #stopEnd(): void {
    this.#cancelEnd?.();
    this.#cancelEnd = null;
  }

  /** Nobody wishes any more that it ends. */
  #keepOpen(): void {
    this.#stopEnd();
    this.#end = null;
    this.#endFailures = 0;
  }

  /** Begins anew as the same visitor. The answer is what could not be sent in the old one. */
  restart(): string[] {
    const unsent = this.#outbox.clear().map((item) => item.text);
    for (const line of this.lines) if (line.state === "failed") unsent.push(line.text);
    const token = this.#opening.saved?.token ?? this.#port.store.load()?.token;
    this.#reset(this.#opening.fresh(token));
    this.#events.changed();
    return unsent;
  }

  /** Forgets the visitor. */
  forget(): void {
    this.#outbox.clear();
    this.#reset(null);
    this.#events.changed();
  }

  dispose(): void {
    this.#outbox.clear();
    this.#leave();
  }

  #reset(next: Saved | null): void {
    this.#leave();
    this.#transcript = new Transcript();
    this.#status = this.#notice = null;
    // Never both: other windows forget the visitor when they see the entry go.
    if (next) this.#port.store.begin(next);
    else this.#port.store.forget();
  }

  /** The server has erased the conversation, or has ended it meanwhile (then for the same visitor): what was to be said
   * in it begins another. */
  #startOver(item: Outgoing, token?: string): void {
    const unsent = [item, ...this.#outbox.clear()];
    const failed = this.lines.filter((line) => line.state === "failed");
    this.#reset(this.#opening.fresh(token));
    this.#startedOver = true;
    for (const { id, text, at } of failed) {
      this.#transcript.local({ id, text, at, role: "customer", state: "failed", after: -1 });
      this.#port.store.keep({ id, text, at, failed: true, after: -1 });
    }
    for (const { text } of unsent) this.send(text);
  }

  /** From here on no answer to an earlier request is heard. */
  #leave(): void {
    this.#generation += 1;
    this.#keepOpen();
    this.#news.clear();
    this.#opening.clear();
    this.#resync = null;
    this.#memory.clear();
  }

  async #entered(saved: Saved, opened: ConversationOpened): Promise<void> {
    this.#status = opened.status;
    this.#port.store.mark(saved.key, this.ended);
    if (opened.messages > 0) await this.#news.fetch(saved);
  }

  #opened({ session, messages }: FactsAmended): void {
    this.#memory.take(session, messages, this.#placed());
    if (!this.ended) this.#news.start();
    const unseen = this.lines.filter((line) => isAnswer(line) && this.#news.isUnseen(line.seq));
    if (unseen.length > 0) this.#events.missed(unseen.length);
    this.#events.changed();
  }

  /** What the server has told, with its places. */
  #placed(): Message[] {
    return this.lines.flatMap((line) => (line.seq === null ? [] : { ...line, seq: line.seq }));
  }

  #predict(item: Outgoing): void {
    const now = this.#port.now();
    const ask = this.#memory.predict(item, now);
    if (ask) this.#transcript.local({ id: askId(item.id), role: "bot", text: ask.text, at: now, state: "predicted" });
  }

  #predictWaiting(): void {
    for (const item of this.#outbox.items) this.#predict(item);
  }

  /** Where prediction and server may differ, the server's memory is fetched once all is sent. */
  #keepInStep(): void {
    if (this.#memory.current || !this.#port.engine() || !this.#opening.saved || this.ended || this.#resync) return;
    if (this.#outbox.items.length > 0) return;
    const { body, key } = this.#opening.saved;
    const resync = this.#port.api
      .open(body, key)
      // Without prediction everything still works; the next drained outbox tries again.
      .catch(() => null)
      .then((opened) => {
        if (this.#resync !== resync) return;
        this.#resync = null;
        if (opened && this.#outbox.items.length === 0) {
          this.#memory.take(opened.session, opened.messages, this.#placed());
        }
        this.#events.changed();
      });
    this.#resync = resync;
  }

  async #deliver(item: Outgoing): Promise<void> {
    const generation = this.#generation;
    const { id, token } = await this.#opening.ready();
    if (generation !== this.#generation) return;
    // An answer that was lost shows in the history.
    if (this.#transcript.has(item.id)) return this.#port.store.drop(item.id);
    if (!id || !token) throw unopened();
    this.#predictWaiting();
    this.#events.changed();
    const answer = await this.#post(item, id, token, generation);
    if (answer && generation === this.#generation) this.#accepted(answer);
  }

  async #post(item: Outgoing, id: string, token: string, generation: number): Promise<MessageAccepted | null> {
    try {
      return await this.#port.api.post(id, token, item);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      if (generation !== this.#generation) return null;
      // The token has run out. A second 401 is final.
      const again = await this.#opening.renew();
      return await this.#port.api.post(id, again.token ?? token, item);
    }
  }

  #accepted(answer: MessageAccepted): void {
    const { message, ask } = answer;
    this.#startedOver = false;
    this.#port.store.drop(message.id);
    this.#memory.accepted(answer);
    this.#transcript.put(message);
    const asked = ask !== null && this.#transcript.put(ask.message);
    if (!ask) this.#transcript.drop(askId(message.id));
    if (this.#status === "queued") this.#status = "in-progress";
    if (this.#transcript.gap) void this.#news.catchUp();
    if (asked) this.#events.heard({ ...ask.message, state: "sent" });
    this.#events.changed();
  }

  #refused(item: Outgoing, error: ApiError): void {
    if (isOver(error) && !this.#startedOver) {
      const { token } = this.#opening.saved ?? {};
      return this.#startOver(item, error.code === "gone" ? undefined : (token ?? undefined));
    }
    this.#port.store.keep({ ...item, failed: true, after: this.#transcript.fail(item.id) });
    this.#transcript.drop(askId(item.id));
    // The engine has remembered a message that the server has not.
    this.#memory.doubt();
    if (isOver(error)) this.#setStatus("completed");
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

  #received(message: Message): void {
    this.#memory.heard(message);
    // What is fetched while the conversation is being opened is history, not news.
    if (this.#opening.saved) this.#events.heard({ ...message, state: "sent" });
    if (!this.#memory.current) this.#keepInStep();
  }

  #setStatus(status: Status): void {
    const ended = this.ended;
    this.#status = status;
    const { saved } = this.#opening;
    if (!saved) return;
    this.#port.store.mark(saved.key, this.ended);
    if (this.ended === ended) return;
    if (this.ended) this.#news.stop();
    else this.#news.start();
  }
}
