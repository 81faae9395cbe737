// Who is there: that somebody is writing, and what has been seen. All of it is a courtesy: what gets
// lost is lost, and nothing is tried again.

import type { Delay } from "./backoff.js";
import type { NewPresence, ReadMarks, Role } from "./wire.js";

/** How long somebody counts as writing after they were last heard of; `NewPresence` in the core. */
const TYPING_MS = 6_000;
/** How often the visitor's own writing is told at most. */
const TELL_MS = 3_000;

export interface PresencePort {
  /** Tells the other side; does nothing where that is not possible now. */
  tell(presence: NewPresence): void;
  changed(): void;
  now(): number;
  delay: Delay;
}

export class Presence {
  readonly #port: PresencePort;
  #typing = false;
  #cancel: (() => void) | null = null;
  #seenByTeam = -1;
  #seenHere = -1;
  /** Whether the server has told what was seen. */
  #marked = false;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(port: PresencePort) {
    this.#port = port;
  }

  /** Whether somebody of the team is writing. */
  get typing(): boolean {
    return this.#typing;
  }

  /** The highest place that the team has seen; -1 for none. */
  get seen(): number {
    return this.#seenByTeam;
  }

  /** The visitor is writing. What they write is not told. */
  write(): void {
    const now = this.#port.now();
    if (now - this.#toldAt < TELL_MS) return;
    this.#toldAt = now;
    this.#port.tell({ typing: true });
  }

  /** The visitor has seen everything up to a place. */
  see(seq: number): void {
    if (seq <= this.#seenHere) return;
    this.#seenHere = seq;
    this.#port.tell({ read: seq });
  }

  /** The server tells of either side. */
  heard(role: Role, typing: boolean, read: ReadMarks): void {
    this.marks(read);
    if (role === "customer") return;
    this.#stop();
    this.#typing = typing;
    if (typing) {
      this.#cancel = this.#port.delay(TYPING_MS, () => {
        this.#stop();
        this.#port.changed();
      });
    }
    this.#port.changed();
  }

  /** Somebody of the team has said what they were writing. */
  said(): void {
    this.#stop();
  }

  /** Whether the visitor has not had a place before their eyes, as far as the server knows. */
  isUnseen(seq: number | null): boolean {
    return this.#marked && seq !== null && seq > this.#seenHere;
  }

  marks(read: ReadMarks | undefined): void {
    this.#marked ||= read !== undefined;
    this.#seenByTeam = Math.max(this.#seenByTeam, read?.agent ?? -1);
    this.#seenHere = Math.max(this.#seenHere, read?.customer ?? -1);
  }

  clear(): void {
    this.#stop();
    this.#seenByTeam = this.#seenHere = -1;
    this.#marked = false;
    this.#toldAt = Number.NEGATIVE_INFINITY;
  }

  #stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#typing = false;
  }
}
