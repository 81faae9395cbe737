// The owner's own words before the first message, and the visitor's agreement to them.

import type { Strings } from "../strings.js";
import { element } from "./dom.js";

export interface ConsentText {
  /** The owner's words, as plain text. */
  text: string;
  /** The address of the whole privacy notice. */
  link?: string | undefined;
}

/** The words, a link to more, and the button; the words are never read as markup. */
export function consentBox({ text, link }: ConsentText, strings: Strings, agreed: () => void): HTMLElement {
  const button = element("button", { class: "button main", type: "button" }, strings.agree);
  button.addEventListener("click", agreed);
  // The button stays in view beside words that are longer than their room: they are read from their beginning.
  const words = element("div", { class: "words", tabindex: "0" }, element("p", { id: "consent" }, text));
  const url = safe(link);
  if (url) {
    words.append(element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, strings.learnMore));
  }
  return element("div", { class: "consent", role: "group", "aria-labelledby": "consent" }, words, button);
}

/** Only addresses of pages: an attribute of the page must not become a script. */
function safe(link: string | undefined): string | null {
  if (!link) return null;
  try {
    const url = new URL(link, location.href);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
