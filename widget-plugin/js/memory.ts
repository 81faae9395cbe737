// What the widget knows of the visitor and of what will be asked: the engine's memory where there is
// one, else what the server told.

import type { Ask, Found, KnownFacts, SerializedSession } from "./engine.js";
import type { Outgoing } from "./outbox.js";
import { type Policy, Predictor } from "./predictor.js";
import { type Message, type MessageAccepted, factsIn } from "./wire.js";

export interface Engine {
  /** A policy for texts before the conversation has begun. */
  fresh(options: { lang?: string; region?: string }): Policy;
  resume(session: SerializedSession): Policy;
  /** The language that a text is in (ISO 639-1), where that can be told. */
  languageOf(text: string): string | undefined;
  /** Whether it has the words of a language; it fetches them where it has not. */
  speaks(language: string): boolean;
}

export class Memory {
  readonly #engine: () => Engine | null;
  readonly #predictor = new Predictor();
  /** For typing before the conversation has begun. */
  #draft: Policy | null = null;
  /** What the server is known to have noted. */
  #facts: KnownFacts = {};

  constructor(engine: () => Engine | null) {
    this.#engine = engine;
  }

  /** Whether it speaks for the server at the moment; never without the engine. */
  get current(): boolean {
    return this.#predictor.current;
  }

  /** What the visitor said of themselves, as far as it stands. */
  facts(): KnownFacts {
    return this.#predictor.current ? this.#predictor.facts() : this.#facts;
  }

  /** What a text that is still being typed holds. */
  peek(text: string, begun: boolean, options: { lang?: string; region?: string }): Found[] {
    const language = this.#engine()?.languageOf(text);
    if (language) this.#engine()?.speaks(language);
    if (this.#predictor.current || begun) return this.#predictor.peek(text);
    this.#draft ??= this.#engine()?.fresh(options) ?? null;
    return this.#draft?.peek(text) ?? [];
  }

  /** Takes the server's memory over, and what came in since that was written. */
  take(session: SerializedSession, messages: number, since: Iterable<Message>): void {
    this.#facts = factsIn(session);
    const engine = this.#engine();
    if (!engine) return;
    this.#draft?.free();
    this.#draft = null;
    this.#predictor.reset((memory) => engine.resume(memory), session, messages);
    this.#speaks();
    for (const message of since) this.#predictor.heard(message);
  }

  /** The question that the server will ask after this message, as far as that can be told. */
  predict(item: Outgoing, now: number): Ask | null {
    const ask = this.#predictor.predict(item, now)?.ask ?? null;
    // In another language than the visitor's it would be said only until the server says it.
    return this.#speaks() ? ask : null;
  }

  /** Whether the visitor's language is there. */
  #speaks(): boolean {
    const { language } = this.#predictor;
    return language === undefined || this.#engine()?.speaks(language) !== false;
  }

  accepted(answer: MessageAccepted): void {
    this.#predictor.accepted(answer);
    for (const { kind, value, subject } of answer.found) {
      if (subject === "visitor") this.#facts = { ...this.#facts, [kind]: value };
    }
  }

  heard(message: Message): void {
    this.#predictor.heard(message);
  }

  /** The server does not have what was predicted upon: silent until its memory is taken over. */
  doubt(): void {
    if (this.#predictor.current) this.#facts = this.#predictor.facts();
    this.#predictor.free();
  }

  /** Forgets the visitor, and gives the engine's memory back. */
  clear(): void {
    this.#predictor.free();
    this.#draft?.free();
    this.#draft = null;
    this.#facts = {};
  }
}
