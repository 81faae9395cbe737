// What the browser remembers, and only after the visitor's first message: which conversation is
// theirs, and what they wrote that has not been accepted. All of it is gone half a year after it was last used.
//
// Each unsent message is an entry of its own, so that two windows of the same site cannot overwrite
// each other's; sending the same one from both is harmless.

import type { Outgoing } from "./outbox.js";
import type { NewConversation } from "./wire.js";

export interface Saved {
  /** The key that makes opening the conversation again find it again… */
  key: string;
  /** …as long as the request is the same. */
  body: NewConversation;
  /** Null until the server has answered. */
  id: string | null;
  token: string | null;
  /** Set once it has ended: then a page view asks nothing of the server. */
  ended?: boolean;
  /** When it was last saved, in milliseconds since 1970. */
  at?: number;
}

/** What has not been accepted. */
export interface Unsent extends Outgoing {
  /** It was refused, and goes out again only when the visitor says so. */
  failed?: boolean;
  /** The place in the conversation that it was refused after. */
  after?: number;
}

/** As long as the server knows a visitor who does not come back: `LIFE_MS` of its tokens. */
const KEPT_MS = 180 * 24 * 60 * 60 * 1000;

type Area = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

export class Store {
  readonly #area: Area | null;
  readonly #main: string;
  readonly #unsent: string;
  readonly #now: () => number;
  #memory: Saved | null = null;

  /** `area` is null where the browser has none or forbids it; then a reload forgets. */
  constructor(area: Area | null, siteKey: string, now: () => number) {
    this.#area = area;
    this.#now = now;
    this.#main = `askwell.${siteKey}`;
    this.#unsent = `${this.#main}.unsent.`;
  }

  load(): Saved | null {
    const saved = (this.#read(this.#main) as Saved | null) ?? this.#memory;
    if (!saved || !this.#isOld(saved.at)) return saved;
    this.forget();
    return null;
  }

  save(saved: Saved): void {
    this.#memory = { ...saved, at: this.#now() };
    this.#write(this.#main, this.#memory);
  }

  /** The next page view is to know whether a conversation has ended. Another window may be in another one by now. */
  mark(key: string, ended: boolean): void {
    const saved = this.load();
    if (saved?.key === key && (saved.ended ?? false) !== ended) this.save({ ...saved, ended });
  }

  /** Another conversation takes the place of the one that was kept, and of everything unsent. */
  begin(saved: Saved): void {
    this.#dropUnsent();
    this.save(saved);
  }

  /** Forgets the conversation and everything unsent. */
  forget(): void {
    this.#memory = null;
    this.#dropUnsent();
    this.#try((area) => area.removeItem(this.#main));
  }

  /** Whether another window of the same site has just forgotten the visitor. */
  isForgetting({ storageArea, key, newValue }: StorageEvent): boolean {
    // All of it cleared has no key.
    return storageArea === this.#area && newValue === null && (key === this.#main || key === null);
  }

  /** Whether another window of the same site has begun a conversation, or knows more of it. */
  isBeginning({ storageArea, key, newValue }: StorageEvent): boolean {
    return storageArea === this.#area && newValue !== null && key === this.#main;
  }

  /** Everything that has not been accepted, of all windows, in the order in which it was written. */
  unsent(): Unsent[] {
    const found: Unsent[] = [];
    this.#try((area) => {
      for (let i = 0; i < area.length; i += 1) {
        const key = area.key(i);
        const item = key?.startsWith(this.#unsent) ? (this.#read(key) as Unsent | null) : null;
        if (item && typeof item.id === "string" && typeof item.text === "string") found.push(item);
      }
    });
    for (const { id, at } of found) if (this.#isOld(at)) this.drop(id);
    return found.filter(({ at }) => !this.#isOld(at)).sort((a, b) => a.at - b.at);
  }

  keep(item: Unsent): void {
    this.#write(this.#unsent + item.id, item);
  }

  /** It has been accepted, or the visitor has said it once more. */
  drop(id: string): void {
    this.#try((area) => area.removeItem(this.#unsent + id));
  }

  /** What an earlier version has kept has no time, and gets one when it is next saved. */
  #isOld(at: number | undefined): boolean {
    return at !== undefined && at < this.#now() - KEPT_MS;
  }

  #dropUnsent(): void {
    for (const { id } of this.unsent()) this.drop(id);
  }

  #read(key: string): unknown {
    let value: unknown = null;
    this.#try((area) => {
      value = JSON.parse(area.getItem(key) ?? "null");
    });
    return value;
  }

  #write(key: string, value: unknown): void {
    this.#try((area) => area.setItem(key, JSON.stringify(value)));
  }

  /** A full or forbidden storage costs the memory of the next page view, never the chat. */
  #try(use: (area: Area) => void): void {
    try {
      if (this.#area) use(this.#area);
    } catch {
      // As said.
    }
  }
}
