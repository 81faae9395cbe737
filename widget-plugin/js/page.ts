// What the widget asks of the browser's page, and of its engine.

import type { Engine } from "./memory.js";

/**
 * Loads the engine with the languages of some tags; rejects where WebAssembly is missing or forbidden.
 * `learned` is called whenever another language has been added.
 */
export async function importEngine(
  address: string | URL | null,
  tags: readonly (string | undefined)[],
  learned: () => void,
): Promise<Engine> {
  const [module, { loadVocabulary }] = await Promise.all([import("./engine.js"), import("./vocabulary.js")]);
  const ready = address === null ? module.default() : module.default({ module_or_path: address });
  // A language that does not come is missed, and no more than that.
  const load = (wanted: readonly (string | undefined)[]): Promise<void> =>
    loadVocabulary(wanted, ready).catch((error: unknown) => console.warn("askwell: a language could not be loaded.", error));
  await Promise.all([ready, load(tags)]);
  const asked = new Set<string>();
  return {
    fresh: (options) => new module.PromptPolicy(options, Date.now()),
    resume: (session) => module.PromptPolicy.fromJSON(session),
    languageOf: (text) => module.languageOf(text),
    speaks: (language) => {
      if (module.hasVocabulary(language)) return true;
      if (!asked.has(language)) {
        asked.add(language);
        void load([language]).then(learned);
      }
      return false;
    },
  };
}

/** Puts an element on the page and back on it, when a navigation inside the page replaces the body. */
export function keepOnPage(host: HTMLElement): () => void {
  const put = (): void => {
    if (!host.isConnected) document.body?.append(host);
    // A page that was kept as a copy (Turbo does so) comes back with a lifeless copy of the chat.
    for (const other of document.querySelectorAll(host.localName)) {
      if (other !== host && !other.shadowRoot) other.remove();
    }
  };
  const watcher = new MutationObserver(put);
  const watch = (): void => {
    put();
    watcher.disconnect();
    watcher.observe(document.documentElement, { childList: true });
    if (document.body) watcher.observe(document.body, { childList: true });
  };
  // The body itself may be another one now, so that has to be watched anew.
  const bodies = new MutationObserver(watch);
  bodies.observe(document.documentElement, { childList: true });
  watch();
  return () => {
    bodies.disconnect();
    watcher.disconnect();
  };
}

/** Null where the browser's settings forbid it. */
export function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** 128 random bits; `crypto.randomUUID` is not there on pages without TLS. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}
