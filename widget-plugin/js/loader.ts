// The script that a site includes. It queues calls, waits until the page has loaded, then starts
// the widget. It stores nothing and asks nothing of the API.

import { languageOf, pageTags } from "./languages.js";
import type { Identity, Kind, Widget, WidgetEvents } from "./options.js";

/** `window.askwell("open")`, before and after the script has loaded. */
export interface Askwell {
  (command: "open" | "close" | "toggle" | "reset" | "destroy"): void;
  (command: "compose", text: string): void;
  (command: "identify", identity: Identity): void;
  (command: "known", kinds: Kind[]): void;
  (command: "consent", given: boolean): void;
  <E extends keyof WidgetEvents>(command: "on", event: E, listener: WidgetEvents[E]): void;
  /** Calls made before the widget was there. */
  q?: ArrayLike<unknown>[];
  /** Set by the script, so that a second one does nothing, until `destroy`. */
  loaded?: boolean;
}

declare global {
  interface Window {
    askwell?: Askwell;
  }
}

const COMMANDS = ["open", "close", "toggle", "compose", "identify", "known", "consent", "on", "reset", "destroy"] as const;

function load(): void {
  const script = document.currentScript;
  if (window.askwell?.loaded || !(script instanceof HTMLScriptElement)) return;
  const { key, api, locale, region, title, consent, consentLink } = script.dataset;
  const queue = window.askwell?.q ?? [];
  let widget: Widget | null = null;
  let over = false;

  const call = (args: ArrayLike<unknown>): void => {
    const [command, ...rest] = Array.from(args);
    const name = COMMANDS.find((known) => known === command);
    if (!name) return console.error(`askwell: there is no command "${String(command)}"; there are ${COMMANDS.join(", ")}.`);
    if (name === "destroy") destroy();
    else if (widget) (widget[name] as (...args: unknown[]) => void)(...rest);
    else queue.push(args);
  };
  const destroy = (): void => {
    if (over) return;
    over = true;
    widget?.destroy();
    widget = null;
    // What is called from now on is for the next tag, and what was called before is not.
    queue.length = 0;
    askwell.loaded = false;
  };
  const askwell = Object.assign((...args: unknown[]) => call(args), { q: queue, loaded: true }) as Askwell;
  window.askwell = askwell;

  if (!key) return console.error("askwell: the script tag needs the site key, data-key=\"pk_…\".");

  const address = (file: string): string => new URL(file, script.src).href;
  // Both are on their way while the page still loads, behind everything that it needs itself.
  for (const file of ["widget.js", `locales/${languageOf(pageTags(locale))}.js`]) {
    const link = document.createElement("link");
    Object.assign(link, { rel: "modulepreload", fetchPriority: "low", nonce: script.nonce, href: address(file) });
    document.head.append(link);
  }
  const start = async (): Promise<void> => {
    try {
      // An import carries the script's nonce on.
      const module = (await import(address("widget.js"))) as typeof import("./widget.js");
      if (over) return;
      const made = await module.mount({
        siteKey: key,
        api: api ?? new URL(script.src).origin,
        locale,
        region,
        title,
        ...(consent && { consent: { text: consent, link: consentLink } }),
      });
      if (over) return made.destroy();
      widget = made;
      for (const args of queue.splice(0)) call(args);
    } catch (error) {
      console.error("askwell: the widget could not be loaded.", error);
    }
  };
  // Not to compete with the page's own content; Safari has no requestIdleCallback.
  const idle = (): void => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => void start(), { timeout: 2000 });
    else setTimeout(() => void start(), 1);
  };
  if (document.readyState === "complete") idle();
  else addEventListener("load", idle, { once: true });
}

load();
