// A reply that is being written, as far as it has come. It is a courtesy: what gets lost is lost, and the
// message that it becomes takes its place.

import type { Delay } from "./backoff.js";
import type { Line } from "./transcript.js";

/** After so long without news nothing comes of it; the server gives a model less. */
const STALE_MS = 20_000;

export interface DraftPort {
  changed(): void;
  now(): number;
  delay: Delay;
}

export class Draft {
  readonly #port: DraftPort;
  #line: Line | null = null;
  #cancel: (() => void) | null = null;

  constructor(port: DraftPort) {
    this.#port = port;
  }

  /** What is to be seen of it; null while nobody writes. */
  get line(): Line | null {
    return this.#line;
  }

  /** The server tells all of it so far, or (null) takes it back. */
  heard(id: string, text: string | null): void {
    this.clear();
    if (text !== null) {
      this.#line = { id, role: "bot", text, at: this.#port.now(), state: "draft", seq: null };
      this.#cancel = this.#port.delay(STALE_MS, () => this.lost());
    }
    this.#port.changed();
  }

  /** The message has come that it was the draft of. */
  said(id: string): void {
    if (this.#line?.id === id) this.clear();
  }

  /** Nobody is left who would tell how it goes on. */
  lost(): void {
    if (!this.#line) return;
    this.clear();
    this.#port.changed();
  }

  clear(): void {
    this.#cancel?.();
    this.#cancel = this.#line = null;
  }
}
