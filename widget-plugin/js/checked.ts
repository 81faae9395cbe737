// What a page says that cannot be: it is told on the console with what to say instead, and passed over. A mistake in a
// tag or a call must not cost the visitor the chat.

import type { Kind, WidgetOptions } from "./options.js";

const KINDS = ["name", "email", "phone"] as const;

export const complain = (what: string): void => console.error(`askwell: ${what}`);

/** The options with what can be used of them; throws where the address of the API is none. */
export function checked(options: WidgetOptions): WidgetOptions {
  const { api, region, known } = options;
  return { ...options, api: originOf(api), region: regionOf(region), known: known && kindsOf(known) };
}

export function kindsOf(kinds: unknown): Kind[] {
  const all: unknown[] = Array.isArray(kinds) ? kinds : [];
  const known = KINDS.filter((kind) => all.includes(kind));
  if (!Array.isArray(kinds) || known.length < all.length) complain(`what is known is a list of ${KINDS.join(", ")}: ["email"].`);
  return known;
}

function regionOf(region: string | undefined): string | undefined {
  if (!region || /^[a-z]{2}$/i.test(region)) return region;
  complain(`"${region}" is no region; it is two letters (ISO 3166-1 alpha-2): "GB".`);
  return undefined;
}

function originOf(api: string): string {
  // It would be a place in the page's own site, which would be sent what visitors write.
  const bare = !/^(https?:)?\/\//i.test(api);
  if (bare) complain(`the address "${api}" has no scheme; write "https://${api}".`);
  return new URL(bare ? `https://${api}` : api, location.href).origin;
}
