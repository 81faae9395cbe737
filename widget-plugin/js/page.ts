// What the widget asks of the browser's page, and of its engine.

import { languageOf } from "./languages.js";
import type { Engine } from "./memory.js";

/** So many words are enough to tell a language that is there; where that fails it may be another of the visitor's. */
const TELLING = 4;

/**
 * Loads the engine with the language of the page (best tag first) and the browser's first one that is known: hardly anybody
 * writes in another. The rest of the browser's come when a text is in none that is there, and others when a text is seen to
 * be in them. Rejects where WebAssembly is missing or forbidden. `learned` is called whenever languages have been added.
 */
export async function importEngine(
  address: string | URL | null,
  page: readonly (string | undefined)[],
  learned: () => void,
): Promise<Engine> {
  const [module, { loadVocabulary }] = await Promise.all([import("./engine.js"), import("./vocabulary.js")]);
  const ready = address === null ? module.default() : module.default({ module_or_path: address });
  // A language that does not come is missed, and no more than that.
  const load = (wanted: readonly string[]): Promise<void> =>
    loadVocabulary(wanted, ready).catch((error: unknown) => console.warn("askwell: a language could not be loaded.", error));
  await Promise.all([ready, load([languageOf(page), languageOf(navigator.languages)])]);
  const asked = new Set<string>();
  const learn = (tags: readonly string[]): void => {
    const missing = tags.filter((tag) => !asked.has(tag) && !module.hasVocabulary(tag));
    if (missing.length === 0) return;
    for (const tag of missing) asked.add(tag);
    void load(missing).then(learned);
  };
  return {
    fresh: (options) => {
      try {
        return new module.PromptPolicy(options, Date.now());
      } catch (error) {
        // What the page says of itself is a hint, and the chat does without it.
        console.error("askwell: the page's language or region is none.", error);
        return new module.PromptPolicy({}, Date.now());
      }
    },
    resume: (session) => module.PromptPolicy.fromJSON(session),
    languageOf: (text) => {
      const language = module.languageOf(text);
      if (!language && text.trim().split(/\s+/, TELLING).length === TELLING) learn(navigator.languages);
      return language;
    },
    speaks: (language) => {
      learn([language]);
      return module.hasVocabulary(language);
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
