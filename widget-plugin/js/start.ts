// What the script tag and `load()` do alike: calls are queued from the first moment on, and the widget is
// started once the page has loaded, or sooner where it is called for. Nothing is stored and nothing asked of the API.

import { backoff } from "./backoff.js";
import type { Identity, Kind, Widget, WidgetEvents, WidgetOptions } from "./options.js";

/** `window.askwell("open")`, before and after the widget is there. */
export interface Askwell {
  (command: "open" | "close" | "toggle" | "reset" | "destroy"): void;
  (command: "compose", text: string): void;
  (command: "identify", identity: Identity): void;
  (command: "known", kinds: Kind[]): void;
  (command: "consent", given: boolean): void;
  <E extends keyof WidgetEvents>(command: "on", event: E, listener: WidgetEvents[E]): void;
  /** Calls made before the widget was there. */
  q?: ArrayLike<unknown>[];
  /** Set by the first one that loads the widget, so that a second one does nothing, until `destroy`. */
  loaded?: boolean;
  /** The site key that it was loaded with. */
  key?: string | undefined;
}

declare global {
  interface Window {
    askwell?: Askwell;
  }
}

const COMMANDS = ["open", "close", "toggle", "compose", "identify", "known", "consent", "on", "reset", "destroy"] as const;

/** What a visitor is waiting for who has pressed a button of the page. */
const SHOWING: readonly unknown[] = ["open", "toggle", "compose"];

/** How long after the page can be used its last picture is waited for. */
const PATIENCE_MS = 3_000;

/** Half a minute of trying. Who clicks or comes back on line after that tries once more. */
const RETRIES = 6;

/** Starts the widget with what it is called with: how to get its module (given how often that has failed), and its
 * options. */
export type Start = (get: (failures: number) => Promise<typeof import("./widget.js")>, options: WidgetOptions) => void;

/** Takes the calls of the page, and answers how to start the widget for them; null where that has been done before. */
export function prepare(key: string | undefined): Start | null {
  if (window.askwell?.loaded) {
    const first = window.askwell.key;
    if (first !== key) console.error(`askwell: the page has a chat already, with the key "${first}"; the one with "${key}" is left out.`);
    return null;
  }
  const queue = window.askwell?.q ?? [];
  let widget: Widget | null = null;
  let over = false;
  let hurry = (): void => undefined;

  const call = (args: ArrayLike<unknown>): void => {
    const [command, ...rest] = Array.from(args);
    const name = COMMANDS.find((known) => known === command);
    if (!name) return console.error(`askwell: there is no command "${String(command)}"; there are ${COMMANDS.join(", ")}.`);
    if (name === "destroy") destroy();
    else if (widget) (widget[name] as (...args: unknown[]) => void)(...rest);
    else {
      queue.push(args);
      if (SHOWING.includes(name)) hurry();
    }
  };
  const destroy = (): void => {
    if (over) return;
    over = true;
    widget?.destroy();
    widget = null;
    // What is called from now on is for the next one, and what was called before is not.
    queue.length = 0;
    askwell.loaded = false;
  };
  const askwell = Object.assign((...args: unknown[]) => call(args), { q: queue, loaded: true, key }) as Askwell;
  window.askwell = askwell;

  return (get, options) => {
    let failures = 0;
    let waiting = true;
    const start = async (): Promise<void> => {
      if (over || !waiting) return;
      waiting = false;
      try {
        const { mount } = await get(failures);
        if (over) return;
        const made = await mount(options);
        if (over) return made.destroy();
        widget = made;
        for (const args of queue.splice(0)) {
          try {
            call(args);
          } catch (wrong) {
            // One that fails is the page's to mend, and costs no other.
            console.error("askwell: a call failed.", wrong);
          }
        }
      } catch (error) {
        retry(error);
      }
    };
    /** A line that was down for a moment costs a moment, and not the chat of this page. */
    const retry = (error: unknown): void => {
      if (over) return;
      waiting = true;
      const tired = failures >= RETRIES;
      if (failures === 0 || failures === RETRIES) {
        console.error(
          `askwell: the widget could not be loaded. It is tried again ${tired ? "when the visitor clicks" : "in a moment"}. ` +
            "Where it never comes: see that the address in the error can be fetched, and that the page's Content-Security-Policy allows it in script-src.",
          error,
        );
      }
      if (!tired) setTimeout(start, backoff(failures, Math.random()));
      // Before the page's own listeners, which may keep a click to themselves.
      for (const type of ["click", "online"]) addEventListener(type, start, { once: true, capture: true });
      failures += 1;
    };
    // Not to compete with the page's own content; Safari has no requestIdleCallback.
    const idle = (): void => {
      if ("requestIdleCallback" in window) requestIdleCallback(begin, { timeout: 2000 });
      else setTimeout(begin, 1);
    };
    let begun = false;
    const begin = (): void => {
      if (begun) return;
      begun = true;
      void start();
    };
    hurry = begin;
    if (queue.some((args) => SHOWING.includes(args[0]))) return begin();
    if (document.readyState === "complete") return idle();
    addEventListener("load", idle, { once: true });
    const usable = (): unknown => setTimeout(idle, PATIENCE_MS);
    if (document.readyState === "interactive") usable();
    else document.addEventListener("DOMContentLoaded", usable, { once: true });
  };
}
