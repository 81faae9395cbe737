// The chat widget: `mount()` puts it on the page.

import { Api, type ApiError } from "./api.js";
import { browserDelay } from "./backoff.js";
import { checked, complain, kindsOf } from "./checked.js";
import { Conversation } from "./conversation.js";
import type { Found, Kind } from "./engine.js";
import { languageOf, ownTags, pageTags } from "./languages.js";
import { Listeners } from "./listeners.js";
import type { Engine } from "./memory.js";
import { isOver } from "./notice.js";
import type { Widget, WidgetOptions } from "./options.js";
import { browserStorage, importEngine, keepOnPage, newId } from "./page.js";
import { type LocalNotice, localeOf } from "./strings.js";
import { Store } from "./store.js";
import type { NotedValue } from "./ui/noted.js";
import { isAnswer } from "./transcript.js";
import { View, type ViewState } from "./ui/view.js";
import { type NewConversation, MAX_MESSAGE_BYTES } from "./wire.js";

export type { ConsentText, Identity, Kind, Widget, WidgetEvents, WidgetOptions } from "./options.js";

/** While typing, how long after the last key the text is looked at. */
const PEEK_MS = 120;
/** How long after the engine did not come it may be asked for again. */
const ENGINE_AGAIN_MS = 5_000;

/** Of the page, not of this module: the tag and a bundle bring a module each. */
const MOUNTED = Symbol.for("askwell.mounted");

interface Mounted {
  widget: Promise<Widget>;
  /** How many have called `mount()` and not `destroy()`. */
  holders: number;
}

/** Puts the chat on the page, in the page's language; once for a site key, however often it is called. */
export async function mount(options: WidgetOptions): Promise<Widget> {
  const page = globalThis as { [MOUNTED]?: Map<string, Mounted> };
  const mounted = (page[MOUNTED] ??= new Map());
  const { siteKey } = options;
  const one = mounted.get(siteKey) ?? { widget: put(options), holders: 0 };
  mounted.set(siteKey, one);
  one.holders += 1;
  try {
    const widget = await one.widget;
    let held = true;
    const destroy = (): void => {
      if (!held) return;
      held = false;
      one.holders -= 1;
      if (one.holders > 0) return;
      mounted.delete(siteKey);
      widget.destroy();
    };
    return { ...widget, destroy };
  } catch (error) {
    // What could not be had may be tried again.
    if (mounted.get(siteKey) === one) mounted.delete(siteKey);
    throw error;
  }
}

async function put(said: WidgetOptions): Promise<Widget> {
  const options = checked(said);
  const locale = await localeOf(languageOf(pageTags(options.locale)));
  const store = new Store(browserStorage(), options.siteKey, () => Date.now());
  const listeners = new Listeners();
  const address = typeof options.engine === "object" || typeof options.engine === "string" ? options.engine : null;
  let known = options.known ?? [];
  let jwt: string | null = null;
  let engine: Engine | null = null;
  let engineAsked = options.engine === false;
  let unread = 0;
  let notice: LocalNotice | null = null;
  let cancelPeek: (() => void) | null = null;
  // Said on this page; whoever has a conversation here has agreed before it began.
  let granted = !options.consent;
  let agreed = granted || store.load() !== null;

  const conversation = new Conversation(
    {
      api: new Api({ base: options.api, siteKey: options.siteKey, fetch: (input, init) => fetch(input, init) }),
      store,
      engine: () => engine,
      identity: () => jwt,
      begin: () => begin(options, known),
      connect: (url, protocols) => (typeof WebSocket === "function" ? new WebSocket(url, protocols) : null),
      now: () => Date.now(),
      newId,
      random: () => Math.random(),
      delay: browserDelay,
      online: () => navigator.onLine,
      visible,
    },
    {
      changed: render,
      heard: (line) => {
        if (!isAnswer(line)) return;
        if (!view.isOpen) view.unread((unread += 1));
        listeners.tell("message", { id: line.id, role: line.role });
      },
      missed: (count) => {
        if (!view.isOpen) view.unread((unread = count));
      },
      outdated: () => {
        agreed = granted;
        render();
      },
      refused,
    },
  );

  const view = new View(
    locale,
    { title: options.title ?? locale.strings.title, consent: options.consent ?? null },
    {
      send: (text) => {
        notice = new TextEncoder().encode(text).length > MAX_MESSAGE_BYTES ? "tooLong" : null;
        if (notice) {
          view.compose(text);
          render();
        } else {
          conversation.send(text);
        }
      },
      typing: (text) => {
        notice = null;
        loadEngine();
        if (text.trim() !== "") conversation.writing();
        cancelPeek?.();
        cancelPeek = browserDelay(PEEK_MS, peek);
      },
      files: () => {
        notice = "noFiles";
        render();
      },
      amend: async (kind, value) => {
        // Away at once, so that it is read out again where this fails too.
        notice = null;
        render();
        try {
          await conversation.amend(kind, value);
          return "accepted";
        } catch (error) {
          const refusal = error as ApiError;
          if (refusal.code === "invalid_field") return "invalid";
          refused(refusal);
          notice = isOver(refusal) ? null : "unsaved";
          return "failed";
        } finally {
          render();
        }
      },
      toggled: (open) => {
        if (open) {
          unread = 0;
          // The dialog comes first; what else is to be done has a task of its own.
          browserDelay(0, () => {
            goOn();
            loadEngine();
            conversation.reread();
            render();
          });
        }
        listeners.tell(open ? "open" : "close");
      },
      end: () => void conversation.end(),
      restart: () => compose(conversation.restart().join("\n")),
      retry: (id) => conversation.retry(id),
      agree: () => consent(true),
    },
  );

  function refused(error: ApiError): void {
    console.warn(`askwell: ${error.code}: ${error.message}`);
    listeners.tell("error", { code: error.code, detail: error.message });
  }

  function state(): ViewState {
    const { lines, begun, ended, typing, seen } = conversation;
    return { lines, begun, ended, typing, seen, notice: notice ?? conversation.notice, asksConsent: !agreed };
  }

  function render(): void {
    view.render(state());
    peek();
    if (view.isOpen && visible()) conversation.look();
  }

  /** Shows what was noticed, so far and in what is being typed. */
  function peek(): void {
    const found = conversation.peek(view.text).filter((f) => f.subject === "visitor");
    const facts = conversation.facts();
    const doubtful = found.find((f) => f.suggestion);
    view.noted({
      values: (["name", "email", "phone"] as const).flatMap((kind): NotedValue[] => {
        const typed = found.find((f) => f.kind === kind)?.value;
        const value = typed ?? facts[kind];
        if (value === undefined) return [];
        return [{ kind, value, kept: value === facts[kind] && conversation.amendable }];
      }),
      suggestion: doubtful?.suggestion ? { value: doubtful.suggestion, apply: () => correct(doubtful) } : null,
    });
  }

  function correct({ start, end, suggestion }: Found): void {
    const { text } = view;
    compose(text.slice(0, start) + (suggestion ?? "") + text.slice(end));
  }

  function compose(text: string): void {
    view.compose(text);
    loadEngine();
    peek();
  }

  function consent(given: boolean): void {
    const before = agreed;
    if (given) granted = agreed = true;
    else forget();
    if (agreed === before) return;
    render();
    if (view.isOpen) loadEngine();
    listeners.tell("consent", { given });
  }

  /** Whoever comes next is somebody else: nothing of the last visitor is left, also what was not sent. */
  function forget(): void {
    jwt = notice = null;
    known = [];
    granted = agreed = !options.consent;
    view.compose("");
    view.unread((unread = 0));
    conversation.forget();
  }

  /** From the first interaction on; without WebAssembly the chat goes on without it. */
  function loadEngine(): void {
    if (engineAsked || !agreed) return;
    engineAsked = true;
    importEngine(address, ownTags(options.locale), peek).then(
      (loaded) => {
        engine = loaded;
        conversation.engineReady();
        peek();
      },
      (error: unknown) => {
        console.warn("askwell: the engine could not be loaded; the server does its work.", error);
        // Where WebAssembly is missing or forbidden no other try helps; else a file did not come.
        if (!/^(Reference|Compile)Error/.test(String(error))) browserDelay(ENGINE_AGAIN_MS, () => (engineAsked = false));
      },
    );
  }

  /** What another window has begun, or left unsent, is this one's as well; and whoever has begun has agreed. */
  function goOn(): void {
    agreed ||= store.load() !== null;
    conversation.resume();
  }

  const wake = (): void => {
    if (!visible()) return;
    goOn();
    conversation.wake();
    render();
  };
  // Signing out in one window forgets the visitor in all of them.
  const elsewhere = (event: StorageEvent): void => {
    if (store.isForgetting(event)) return forget();
    if (!store.isBeginning(event)) return;
    agreed = true;
    conversation.follow();
    render();
  };
  addEventListener("online", wake);
  addEventListener("storage", elsewhere);
  document.addEventListener("visibilitychange", wake);
  const stopWatching = keepOnPage(view.host);
  render();
  conversation.resume();

  return {
    open: () => view.setOpen(true),
    close: () => view.setOpen(false),
    toggle: () => view.setOpen(!view.isOpen),
    compose: (text) => {
      if (typeof text !== "string") return complain('compose takes the words: compose("…").');
      view.setOpen(true);
      compose(text);
    },
    identify: (identity) => {
      if (typeof identity?.jwt !== "string") return complain('identify takes a token of your server: identify({ jwt: "…" }).');
      jwt = identity.jwt;
      void conversation.identify();
    },
    known: (kinds) => {
      known = kindsOf(kinds);
    },
    consent: (given) => (typeof given === "boolean" ? consent(given) : complain("consent takes true or false.")),
    on: (event, listener) => {
      if (typeof listener === "function") return listeners.add(event, listener);
      complain(`on takes a function: on("${String(event)}", () => {}).`);
      return () => undefined;
    },
    reset: forget,
    destroy: () => {
      removeEventListener("online", wake);
      removeEventListener("storage", elsewhere);
      document.removeEventListener("visibilitychange", wake);
      cancelPeek?.();
      stopWatching();
      view.dispose();
      conversation.dispose();
    },
  };
}

function begin({ locale, region }: WidgetOptions, known: Kind[]): NewConversation {
  const tag = locale ?? (document.documentElement.lang || navigator.language);
  return { ...(tag && { locale: tag }), ...(region && { region }), ...(known.length > 0 && { known }) };
}

function visible(): boolean {
  return document.visibilityState === "visible";
}
