// What a site says to the widget, and hears from it.

import type { Kind } from "./engine.js";
import type { ConsentText } from "./ui/consent.js";

export type { Kind } from "./engine.js";
export type { ConsentText } from "./ui/consent.js";

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
  /** Words of yours that the visitor agrees to before the first message; until then nothing is
   * stored and nothing is sent. */
  consent?: ConsentText | undefined;
  /** What the site knows of the visitor already, so that it is not asked. */
  known?: Kind[] | undefined;
  /** False leaves the engine out: the server notices and asks alone. An address is where
   * `engine_bg.wasm` is, for bundlers that do not find it. */
  engine?: boolean | string | URL | undefined;
}

/** Who a visitor is, as the site's own server says it. */
export interface Identity {
  /** A JSON Web Token (HS256) with `sub`, `exp` and, where known, `email`, `name` and `phone`. */
  jwt: string;
}

/** What `on` tells of. None of it carries what was said. */
export interface WidgetEvents {
  open: () => void;
  close: () => void;
  /** Somebody answered. */
  message: (message: { id: string; role: "bot" | "agent" }) => void;
  /** The visitor agreed to the owner's words, or that was taken back. */
  consent: (consent: { given: boolean }) => void;
  /** A request was refused; for the site's developer. */
  error: (error: { code: string; detail: string }) => void;
}

export interface Widget {
  open(): void;
  close(): void;
  toggle(): void;
  /** Opens with words that the visitor may send or change. */
  compose(text: string): void;
  /** Says who the visitor is, with a token that the site's server has signed: before the conversation
   * begins, or while it is open. What it says counts as verified. */
  identify(identity: Identity): void;
  /** What the site knows of the visitor; taken into account when the next conversation begins. */
  known(kinds: Kind[]): void;
  /** For sites that ask themselves: true is the visitor's agreement, false takes it back and forgets
   * the visitor. */
  consent(given: boolean): void;
  /** Answers how to stop being told. */
  on<E extends keyof WidgetEvents>(event: E, listener: WidgetEvents[E]): () => void;
  /** Forgets the visitor, for example when they sign out: also what the site has said of them with `identify` and
   * `known`, and what stands in the field. */
  reset(): void;
  /** Takes the widget off the page, once all who have mounted it say so; what is stored stays. `mount()`, or the tag
   * once more, puts another on it. */
  destroy(): void;
}
