// Who on the page wants to hear what.

import type { WidgetEvents } from "./options.js";

export class Listeners {
  readonly #all = new Map<keyof WidgetEvents, Set<(...args: never[]) => void>>();

  /** Answers how to stop being told. */
  add<E extends keyof WidgetEvents>(event: E, listener: WidgetEvents[E]): () => void {
    const set = this.#all.get(event) ?? new Set();
    this.#all.set(event, set.add(listener));
    return () => void set.delete(listener);
  }

  tell<E extends keyof WidgetEvents>(event: E, ...args: Parameters<WidgetEvents[E]>): void {
    for (const listener of [...(this.#all.get(event) ?? [])]) {
      try {
        (listener as (...args: Parameters<WidgetEvents[E]>) => void)(...args);
      } catch (error) {
        // A mistake of the page's must not stop the chat, and must not go unseen.
        reportError(error);
      }
    }
  }
}
