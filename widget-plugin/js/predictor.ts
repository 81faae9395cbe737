// The engine's view of the conversation, kept in step with the server's.
//
// The server runs the same engine over the same messages and has the last word. As long as both saw
// the same messages in the same order, they agree; this class notices when they may not, and is
// then silent until it is given the server's memory anew.

import type { Ask, Decision, Found, KnownFacts, PromptPolicy, SerializedSession } from "./engine.js";
import { type Message, type MessageAccepted, asMarker, askId } from "./wire.js";

export type Policy = Pick<
  PromptPolicy,
  "peek" | "visitorMessage" | "agentMessage" | "marker" | "facts" | "language" | "free"
>;

export interface Prediction {
  ask: Ask | null;
}

export class Predictor {
  #policy: Policy | null = null;
  /** The place of the next message. */
  #next = 0;
  #stale = true;
  /** What was predicted for messages that the server has not answered yet. */
  readonly #open = new Map<string, { seq: number; ask: Ask | null }>();

  /** Whether it speaks for the server at the moment. */
  get current(): boolean {
    return this.#policy !== null && !this.#stale;
  }

  /** Begins, or goes on, from the server's memory after so many messages. */
  reset(policyOf: (session: SerializedSession) => Policy, session: SerializedSession, messages: number): void {
    this.free();
    this.#policy = policyOf(session);
    this.#next = messages;
    this.#stale = false;
  }

  free(): void {
    this.#policy?.free();
    this.#policy = null;
    this.#stale = true;
    this.#open.clear();
  }

  /** What a text that is still being typed holds. */
  peek(text: string): Found[] {
    return this.#policy?.peek(text) ?? [];
  }

  /** The visitor's language (ISO 639-1), as far as it is known. */
  get language(): string | undefined {
    return this.#policy?.language;
  }

  facts(): KnownFacts {
    return this.#policy?.facts() ?? {};
  }

  /** The visitor says something: what the server will answer, or null when that cannot be told. */
  predict(message: { id: string; text: string }, now: number): Prediction | null {
    if (!this.#policy || this.#stale || this.#open.has(message.id)) return null;
    const ask = saidIn(this.#policy.visitorMessage(message.text, now));
    this.#open.set(message.id, { seq: this.#next, ask });
    this.#next += ask ? 2 : 1;
    return { ask };
  }

  /** The server's answer to a message of the visitor. */
  accepted(answer: MessageAccepted): void {
    const predicted = this.#open.get(answer.message.id);
    this.#open.delete(answer.message.id);
    if (!predicted) {
      // Seen already as part of the memory that it was reset from, or never.
      if (answer.message.seq >= this.#next) this.#stale = true;
    } else if (predicted.seq !== answer.message.seq || predicted.ask?.field !== answer.ask?.field) {
      this.#stale = true;
    }
  }

  /** A message that the server tells of. */
  heard(message: Message): void {
    if (!this.#policy || this.#stale) return;
    if (this.#foretold(message)) return;
    // Others were faster than a message of ours that had been given this place.
    if (this.#open.size > 0 || message.seq > this.#next) {
      this.#stale = true;
      return;
    }
    if (message.seq < this.#next) return;
    this.#next += 1;
    const marker = message.role === "system" ? asMarker(message.text) : null;
    if (message.role === "customer") {
      // Written in another window. The question that follows is counted now and skipped when it comes.
      if (saidIn(this.#policy.visitorMessage(message.text, message.at))) this.#next += 1;
    } else if (marker) {
      if (saidIn(this.#policy.marker(marker, message.at))) this.#next += 1;
    } else if (message.role === "bot" || message.role === "agent") {
      if (message.id.startsWith(askId(""))) this.#stale = true;
      this.#policy.agentMessage(message.text, message.at);
    } else {
      this.#stale = true;
    }
  }

  /** Whether a message is one of ours, or the question that was predicted after one, in its place. */
  #foretold({ id, seq }: Message): boolean {
    for (const [own, { seq: place, ask }] of this.#open) {
      if (id === own) return place === seq;
      if (id === askId(own)) return ask !== null && place + 1 === seq;
    }
    return false;
  }
}

/** What the policy says to the visitor: a question, or one whether a value is right. */
function saidIn({ ask, confirm }: Decision): Ask | null {
  return ask ?? confirm;
}
