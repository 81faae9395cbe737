// What the visitor sees of the conversation: the server's messages by their place, then what is
// still local, in the order in which it was written.

import type { Message, Role } from "./wire.js";

/**
 * `sending`: not accepted yet; `predicted`: a question that the server has not confirmed yet; `draft`: a reply
 * that is still being written.
 */
export type LineState = "sent" | "sending" | "failed" | "predicted" | "draft";

export interface Line {
  readonly id: string;
  readonly role: Role;
  readonly text: string;
  readonly at: number;
  readonly state: LineState;
  /** Place in the conversation, once the server gave it one. */
  readonly seq: number | null;
  /** The place that one which was refused stands after. */
  readonly after?: number | undefined;
}

/** Where a line stands: what is still under way comes last. */
const place = ({ seq, after = Infinity }: Line): number => seq ?? after + 0.5;

export class Transcript {
  readonly #lines = new Map<string, Line>();
  /** Every place up to this one is known; -1 before the first. */
  #complete = -1;
  readonly #ahead = new Set<number>();

  /** All lines in the order of reading. */
  list(): Line[] {
    // The sort is stable: local lines keep the order in which they came into the map.
    return [...this.#lines.values()].sort((a, b) => place(a) - place(b) || 0);
  }

  has(id: string): boolean {
    return this.#lines.get(id)?.state === "sent";
  }

  /** Highest place up to which nothing is missing; -1 when nothing is known. */
  get complete(): number {
    return this.#complete;
  }

  /** Whether the server has told of places that lie after a gap. */
  get gap(): boolean {
    return this.#ahead.size > 0;
  }

  /** The server's word on a message; it wins over a local line of the same id. True when it is new. */
  put(message: Message): boolean {
    if (this.has(message.id)) return false;
    const { id, role, text, at, seq } = message;
    this.#lines.set(id, { id, role, text, at, seq, state: "sent" });
    this.#ahead.add(seq);
    while (this.#ahead.delete(this.#complete + 1)) this.#complete += 1;
    return true;
  }

  /** A line that is only here. */
  local(line: Omit<Line, "seq"> & { state: "sending" | "predicted" | "failed" }): void {
    if (!this.#lines.has(line.id)) this.#lines.set(line.id, { ...line, seq: null });
  }

  /** A local line that will not be sent. It stays where it is, below what has a place by now; the answer is which. */
  fail(id: string): number {
    const after = Math.max(-1, ...[...this.#lines.values()].map(({ seq }) => seq ?? -1));
    const line = this.#lines.get(id);
    if (line && line.state !== "sent") this.#lines.set(id, { ...line, state: "failed", after });
    return after;
  }

  /** Takes a line back that the server does not know. */
  drop(id: string): void {
    if (!this.has(id)) this.#lines.delete(id);
  }
}

/** Whether somebody else said it. */
export const isAnswer = (line: Line): line is Line & { role: "agent" | "bot" } => line.role === "agent" || line.role === "bot";
