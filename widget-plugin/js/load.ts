// The loader for pages that are made of modules: `askwell/loader`.

import type { WidgetOptions } from "./options.js";
import { prepare } from "./start.js";

export type { Identity, Kind, WidgetEvents, WidgetOptions } from "./options.js";
export type { Askwell } from "./start.js";

/**
 * Does what the script tag does: `window.askwell` takes calls from now on, and the widget, which is a file of
 * its own, is fetched when the page has loaded and has nothing else to do. A second call does nothing until
 * `askwell("destroy")`, and where there is no page (a server that renders it) neither does the first.
 */
export function load(options: WidgetOptions): void {
  if (typeof document === "undefined") return;
  const start = prepare(options.siteKey);
  if (!start) return;
  if (!options.siteKey) return console.error("askwell: load() needs the site key, { siteKey: \"pk_…\" }.");
  start(() => import("./widget.js"), options);
}
