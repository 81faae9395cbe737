// What the browser remembers, and only after the visitor's first message: which conversation is
// theirs, and what they wrote that has not been accepted yet.
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
}

type Area = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

export class Store {
  readonly #area: Area | null;
  readonly #main: string;
  readonly #unsent: string;
  #memory: Saved | null = null;

  /** `area` is null where the browser has none or forbids it; then a reload forgets. */
  constructor(area: Area | null, siteKey: string) {
    this.#area = area;
    this.#main = `askwell.${siteKey}`;
    this.#unsent = `${this.#main}.unsent.`;
  }

  load(): Saved | null {
    return (this.#read(this.#main) as Saved | null) ?? this.#memory;
  }

  save(saved: Saved): void {
    this.#memory = saved;
    this.#write(this.#main, saved);
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

  /** Everything unsent, of all windows, in the order in which it was written. */
  unsent(): Outgoing[] {
    const found: Outgoing[] = [];
    this.#try((area) => {
      for (let i = 0; i < area.length; i += 1) {
        const key = area.key(i);
        const item = key?.startsWith(this.#unsent) ? (this.#read(key) as Outgoing | null) : null;
        if (item && typeof item.id === "string" && typeof item.text === "string") found.push(item);
      }
    });
    return found.sort((a, b) => a.at - b.at);
  }

  keep(item: Outgoing): void {
    this.#write(this.#unsent + item.id, item);
  }

  sent(id: string): void {
    this.#try((area) => area.removeItem(this.#unsent + id));
  }

  #dropUnsent(): void {
    for (const item of this.unsent()) this.sent(item.id);
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
