// Addresses in what others say, to be clicked. Text stays text: a link is made of nothing but an address that was read
// as one, of a kind that runs no script.

import { element } from "./dom.js";

/** Outside of ASCII as far as letters of words with spaces between them go: where there are none, an address ends with its own. */
const ADDRESS = /(?:https?:\/\/|mailto:|tel:)[+\w\u00a1-\u0dff\u0f00-\u1fff][!#-;=?-~\u00a1-\u0dff\u0f00-\u1fff]*|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+/giu;
/** What ends the sentence, or what stands around the address. */
const AFTER = /[.,;:!?'*_~)\]}»،؛؟]$/u;

/** The words, with links where they name an address. */
export function linked(text: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    let address = found;
    // A bracket that was opened inside the address belongs to it.
    while (AFTER.test(address) && !(address.endsWith(")") && address.split("(").length >= address.split(")").length)) {
      address = address.slice(0, -1);
    }
    const href = /^\w+:/.test(address) ? address : `mailto:${address}`;
    parts.push(text.slice(from, index), element("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, address));
    from = index + address.length;
  }
  return [...parts, text.slice(from)];
}
