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
  const box = element("div", { class: "consent", role: "group", "aria-labelledby": "consent" }, element("p", { id: "consent" }, text));
  const url = safe(link);
  if (url) {
    box.append(element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, strings.learnMore), " ");
  }
  box.append(button);
  return box;
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
