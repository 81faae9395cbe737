// Where the visitor writes: the text, what was noticed in it, and the button.

import type { Strings } from "../strings.js";
import { ICONS, composes, element, icon, setAttribute } from "./dom.js";
import { Noted, type NotedPort } from "./noted.js";

export interface ComposerPort extends Omit<NotedPort, "leave"> {
  send(text: string): void;
  /** The text has changed, by the visitor's hand. */
  typing(text: string): void;
  /** Files were dropped or pasted, which cannot be sent. */
  files(): void;
}

/** Shows nothing: the server takes no such message (`is_blank` in the core). */
const isBlank = (text: string): boolean => /^[\s\x85\u2800\p{DI}]*$/u.test(text);

export class Composer {
  readonly element: HTMLFormElement;
  readonly noted: Noted;
  readonly #port: ComposerPort;
  readonly #input: HTMLTextAreaElement;
  readonly #button: HTMLButtonElement;

  constructor(strings: Strings, port: ComposerPort) {
    this.#port = port;
    this.noted = new Noted(strings, { amend: (kind, value) => port.amend(kind, value), leave: () => this.focus() });
    this.#input = element("textarea", {
      class: "input",
      rows: "1",
      enterkeyhint: "send",
      placeholder: strings.placeholder,
      "aria-label": strings.placeholder,
    });
    this.#input.addEventListener("input", () => this.#typed());
    this.#input.addEventListener("keydown", (event) => {
      // Enter that ends a composition (Japanese, Chinese, …) chooses a word and sends nothing.
      if (event.key !== "Enter" || event.shiftKey || composes(event)) return;
      event.preventDefault();
      this.#send();
    });
    this.#input.addEventListener("paste", (event) => {
      const { files, types } = event.clipboardData ?? {};
      // A table copied from a spreadsheet comes as text and as a picture: the text is meant.
      if (files?.length && !types?.includes("text/plain")) port.files();
    });
    this.#button = element(
      "button",
      { class: "round send", type: "submit", "aria-label": strings.send, "aria-disabled": "true" },
      icon(ICONS.send),
    );
    this.element = element(
      "form",
      // What is wrong with a corrected value is said beside it, and keeps no message back.
      { class: "composer", novalidate: true },
      this.noted.element,
      this.noted.status,
      element("div", { class: "row" }, this.#input, this.#button),
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  get text(): string {
    return this.#input.value;
  }

  set text(text: string) {
    this.#input.value = text;
    this.#dress();
  }

  focus(): void {
    this.#input.focus();
  }

  #send(): void {
    // Half of a character, as cut words have it, goes over no line.
    const text = this.text.trim().replace(/\p{Cs}/gu, "\ufffd");
    if (isBlank(text)) return;
    this.text = "";
    this.#port.send(text);
    this.focus();
  }

  #typed(): void {
    this.#dress();
    this.#port.typing(this.text);
  }

  /** As high as its text, where the browser does not see to it; the style has the limits. */
  #grow(): void {
    const { style } = this.#input;
    // First as low as it may be: the height of the text is never told as less than the field's.
    style.height = "0";
    const { scrollHeight, offsetHeight, clientHeight } = this.#input;
    style.height = `${scrollHeight + offsetHeight - clientHeight}px`;
  }

  #dress(): void {
    const empty = isBlank(this.text);
    setAttribute(this.#button, "aria-disabled", empty ? "true" : null);
    // What the visitor writes has a direction of its own; the placeholder has the language's.
    setAttribute(this.#input, "dir", empty ? null : "auto");
    if (!CSS.supports("field-sizing", "content")) this.#grow();
  }
}
