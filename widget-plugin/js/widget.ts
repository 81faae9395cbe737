// The chat widget: `mount()` puts it on the page.

import { Api, ApiError } from "./api.js";
import { browserDelay } from "./backoff.js";
import { Conversation, type Engine } from "./conversation.js";
import type { Found, Kind } from "./engine.js";
import { localeOf } from "./strings.js";
import { Store } from "./store.js";
import { type NewConversation, MAX_MESSAGE_BYTES } from "./wire.js";
import { View } from "./ui/view.js";

export type { Kind } from "./engine.js";

export interface WidgetOptions {
  /** The workspace's site key, `pk_…`. */
  siteKey: string;
  /** Where the Worker is: scheme, host and port. */
  api: string;
  /** BCP 47 tag; by default the page's language, then the browser's. */
  locale?: string | undefined;
  /** Where phone numbers without a country code belong: ISO 3166-1 alpha-2. */
  region?: string | undefined;
  /** Above the messages. */
  title?: string | undefined;
  /** What the site knows of the visitor already, so that it is not asked. */
  known?: Kind[] | undefined;
  /** False leaves the engine out: the server notices and asks alone. */
  engine?: boolean | undefined;
}

/** What `on` tells of. None of it carries what was said. */
export interface WidgetEvents {
  open: () => void;
  close: () => void;
  /** Somebody answered. */
  message: (message: { id: string; role: "bot" | "agent" }) => void;
  /** A request was refused; for the site's developer. */
  error: (error: { code: string; detail: string }) => void;
}

export interface Widget {
  open(): void;
  close(): void;
  toggle(): void;
  /** Opens with words that the visitor may send or change. */
  compose(text: string): void;
  /** What the site knows of the visitor; taken into account when the next conversation begins. */
  known(kinds: Kind[]): void;
  /** Answers how to stop being told. */
  on<E extends keyof WidgetEvents>(event: E, listener: WidgetEvents[E]): () => void;
  /** Forgets the visitor, for example when they sign out. */
  reset(): void;
  /** Takes the widget off the page; what is stored stays. */
  destroy(): void;
}

/** While typing, how long after the last key the text is looked at. */
const PEEK_MS = 120;

export function mount(options: WidgetOptions): Widget {
  const locale = localeOf([options.locale, document.documentElement.lang, ...navigator.languages]);
  const base = new URL(options.api, location.href).origin;
  let known = options.known ?? [];
  let engine: Engine | null = null;
  let engineAsked = options.engine === false;
  let unread = 0;
  let cancelPeek: (() => void) | null = null;
  const listeners = new Map<keyof WidgetEvents, Set<(...args: never[]) => void>>();

  function tell<E extends keyof WidgetEvents>(event: E, ...args: Parameters<WidgetEvents[E]>): void {
    for (const listener of [...(listeners.get(event) ?? [])]) {
      try {
        (listener as (...args: Parameters<WidgetEvents[E]>) => void)(...args);
      } catch (error) {
        // A mistake of the page's must not stop the chat, and must not go unseen.
        reportError(error);
      }
    }
  }

  const conversation = new Conversation(
    {
      api: new Api({ base, siteKey: options.siteKey, fetch: (input, init) => fetch(input, init) }),
      store: new Store(browserStorage(), options.siteKey),
      engine: () => engine,
      begin: () => begin(options, known),
      connect: (url) => (typeof WebSocket === "function" ? new WebSocket(url) : null),
      now: () => Date.now(),
      newId,
      random: () => Math.random(),
      delay: browserDelay,
      online: () => navigator.onLine,
      visible: () => document.visibilityState === "visible",
    },
    {
      changed: render,
      heard: (line) => {
        if (line.role !== "bot" && line.role !== "agent") return;
        if (!view.isOpen) view.unread((unread += 1));
        tell("message", { id: line.id, role: line.role });
      },
      refused: (error) => {
        console.warn(`askwell: ${error.code}: ${error.message}`);
        tell("error", { code: error.code, detail: error.message });
      },
    },
  );

  const view = new View(locale, options.title ?? locale.strings.title, {
    send: (text) => {
      if (new TextEncoder().encode(text).length > MAX_MESSAGE_BYTES) {
        view.compose(text);
        view.render({ ...state(), notice: "tooLong" });
      } else {
        conversation.send(text);
      }
    },
    typing: () => {
      loadEngine();
      cancelPeek?.();
      cancelPeek = browserDelay(PEEK_MS, peek);
    },
    toggled: (open) => {
      if (open) {
        unread = 0;
        loadEngine();
      }
      tell(open ? "open" : "close");
    },
    end: () => void conversation.end(),
    restart: () => view.compose(conversation.restart().join("\n")),
  });

  function state() {
    const { lines, notice, begun, ended } = conversation;
    return { lines, notice, begun, ended };
  }

  function render(): void {
    view.render(state());
    peek();
  }

  /** Shows what was noticed, so far and in what is being typed. */
  function peek(): void {
    const found = conversation.peek(view.text).filter((f) => f.subject === "visitor");
    const noted: Partial<Record<Kind, string>> = { ...conversation.facts() };
    for (const { kind, value } of found) noted[kind] = value;
    const doubtful = found.find((f) => f.suggestion);
    view.noted({
      values: (["name", "email", "phone"] as const).flatMap((kind) => noted[kind] ?? []),
      suggestion: doubtful?.suggestion ? { value: doubtful.suggestion, apply: () => correct(doubtful) } : null,
    });
  }

  function correct({ start, end, suggestion }: Found): void {
    const { text } = view;
    view.compose(text.slice(0, start) + (suggestion ?? "") + text.slice(end));
    peek();
  }

  /** From the first interaction on; without WebAssembly the chat goes on without it. */
  function loadEngine(): void {
    if (engineAsked) return;
    engineAsked = true;
    importEngine().then(
      (loaded) => {
        engine = loaded;
        conversation.engineReady();
        peek();
      },
      (error: unknown) => console.warn("askwell: the engine could not be loaded; the server does its work.", error),
    );
  }

  const wake = () => {
    if (document.visibilityState === "visible") conversation.wake();
  };
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  const stopWatching = keepOnPage(view.host);
  conversation.resume();

  return {
    open: () => view.setOpen(true),
    close: () => view.setOpen(false),
    toggle: () => view.setOpen(!view.isOpen),
    compose: (text) => {
      view.setOpen(true);
      view.compose(text);
    },
    known: (kinds) => {
      known = [...kinds];
    },
    on: (event, listener) => {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(listener));
      return () => void set.delete(listener);
    },
    reset: () => conversation.forget(),
    destroy: () => {
      removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", wake);
      cancelPeek?.();
      stopWatching();
      view.host.remove();
      conversation.dispose();
    },
  };
}

function begin({ locale, region }: WidgetOptions, known: Kind[]): NewConversation {
  const tag = locale ?? (document.documentElement.lang || navigator.language);
  return { ...(tag && { locale: tag }), ...(region && { region }), ...(known.length > 0 && { known }) };
}

async function importEngine(): Promise<Engine> {
  const module = await import("./engine.js");
  await module.default();
  return {
    fresh: (options) => new module.PromptPolicy(options, Date.now()),
    resume: (session) => module.PromptPolicy.fromJSON(session),
  };
}

/** Puts an element on the page and back on it, when a navigation inside the page replaces the body. */
function keepOnPage(host: HTMLElement): () => void {
  const put = () => {
    if (!host.isConnected) document.body?.append(host);
  };
  const watcher = new MutationObserver(put);
  const watch = () => {
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

function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    // Forbidden by the browser's settings.
    return null;
  }
}

/** 128 random bits; `crypto.randomUUID` is not there on pages without TLS. */
function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

export { ApiError };
