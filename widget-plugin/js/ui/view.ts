// The button, the dialog, and what the keyboard does in them.

import type { Notice } from "../conversation.js";
import type { Locale } from "../strings.js";
import type { Line } from "../transcript.js";
import { ICONS, element, icon, setAttribute } from "./dom.js";
import { Log } from "./log.js";
import { STYLES } from "./styles.js";

/** Narrow screens show the dialog over the whole page; the same as in `styles.ts`. */
const NARROW = "(max-width: 480px)";

export interface ViewPort {
  send(text: string): void;
  typing(text: string): void;
  toggled(open: boolean): void;
  end(): void;
  restart(): void;
}

export interface ViewState {
  lines: readonly Line[];
  notice: Notice | null;
  begun: boolean;
  ended: boolean;
}

export interface Noted {
  values: readonly string[];
  /** A likelier spelling, and what makes it the text. */
  suggestion: { value: string; apply: () => void } | null;
}

export class View {
  readonly host = element("askwell-chat" as "div");
  readonly #port: ViewPort;
  readonly #locale: Locale;
  readonly #log: Log;
  readonly #launcher: HTMLButtonElement;
  readonly #badge = element("span", { class: "badge", hidden: true, "aria-hidden": "true" });
  readonly #panel: HTMLElement;
  readonly #endButton: HTMLButtonElement;
  readonly #confirm: HTMLElement;
  readonly #notice = element("p", { class: "notice", role: "status", hidden: true });
  readonly #again: HTMLElement;
  readonly #composer: HTMLFormElement;
  readonly #input: HTMLTextAreaElement;
  readonly #sendButton: HTMLButtonElement;
  readonly #noted = element("p", { class: "noted", hidden: true });
  readonly #root: ShadowRoot;
  readonly #narrow = matchMedia(NARROW);
  #open = false;

  constructor(locale: Locale, title: string, port: ViewPort) {
    const { strings, dir, lang } = locale;
    this.#locale = locale;
    this.#port = port;
    this.#log = new Log(strings);

    this.#launcher = element("button", { class: "launcher", type: "button", "aria-haspopup": "dialog" });
    this.#launcher.addEventListener("click", () => this.setOpen(!this.#open));

    this.#endButton = element("button", { class: "quiet", type: "button", hidden: true }, strings.endChat);
    this.#endButton.addEventListener("click", () => this.#ask(true));
    const hide = element("button", { class: "round", type: "button", "aria-label": strings.hideChat }, icon(ICONS.down));
    hide.addEventListener("click", () => this.setOpen(false));
    const head = element(
      "header",
      { class: "head" },
      element("h2", { class: "title", id: "title" }, title),
      this.#endButton,
      hide,
    );

    const endNow = element("button", { class: "button main", type: "button" }, strings.endChat);
    endNow.addEventListener("click", () => {
      this.#ask(false);
      port.end();
    });
    const keep = element("button", { class: "button", type: "button" }, strings.keepChatting);
    keep.addEventListener("click", () => this.#ask(false));
    this.#confirm = element(
      "div",
      { class: "confirm", role: "group", "aria-labelledby": "question", hidden: true },
      element("p", { id: "question" }, strings.endQuestion),
      endNow,
      keep,
    );

    const restart = element("button", { class: "button main", type: "button" }, strings.newChat);
    restart.addEventListener("click", () => port.restart());
    this.#again = element("div", { class: "again", hidden: true }, restart);

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
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    this.#sendButton = element("button", { class: "round send", type: "submit", "aria-label": strings.send, "aria-disabled": "true" }, icon(ICONS.send));
    this.#composer = element(
      "form",
      { class: "composer" },
      this.#noted,
      element("div", { class: "row" }, this.#input, this.#sendButton),
    );
    this.#composer.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });

    this.#panel = element(
      "section",
      { class: "panel", role: "dialog", "aria-labelledby": "title", hidden: true },
      head,
      this.#confirm,
      this.#log.element,
      this.#notice,
      this.#again,
      this.#composer,
    );
    this.#panel.addEventListener("keydown", (event) => this.#key(event));
    // Typing in the chat is none of the page's shortcuts.
    for (const type of ["keydown", "keypress", "keyup"]) {
      this.#panel.addEventListener(type, (event) => event.stopPropagation());
    }

    setAttribute(this.host, "dir", dir);
    setAttribute(this.host, "lang", lang);
    this.#root = this.host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    this.#root.adoptedStyleSheets = [sheet];
    this.#root.append(this.#panel, this.#launcher);
    this.#drawLauncher(0);
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get text(): string {
    return this.#input.value;
  }

  setOpen(open: boolean): void {
    if (open === this.#open) return;
    const held = this.#root.activeElement !== null;
    this.#open = open;
    this.#panel.hidden = !open;
    setAttribute(this.#panel, "aria-modal", this.#narrow.matches ? "true" : null);
    this.#drawLauncher(0);
    if (open) {
      this.#log.toEnd();
      this.#focusInside();
    } else if (held) {
      this.#launcher.focus();
    }
    this.#port.toggled(open);
  }

  render({ lines, notice, begun, ended }: ViewState): void {
    this.#log.render(lines);
    this.#endButton.hidden = !begun;
    if (!begun) this.#confirm.hidden = true;
    const sentence = notice && !(ended && notice === "ended") ? this.#locale.strings[notice] : "";
    if (this.#notice.textContent !== sentence) this.#notice.textContent = sentence;
    this.#notice.hidden = sentence === "";
    const held = this.#open && this.#root.activeElement !== null;
    const over = ended || notice === "full";
    if (this.#again.hidden === over) {
      this.#again.hidden = !over;
      this.#composer.hidden = over;
      if (held) this.#focusInside();
    }
  }

  unread(count: number): void {
    this.#drawLauncher(count);
  }

  noted({ values, suggestion }: Noted): void {
    this.#noted.hidden = values.length === 0 && !suggestion;
    const { noted, didYouMean } = this.#locale.strings;
    const children: (Node | string)[] = values.length > 0 ? [noted] : [];
    for (const value of values) children.push(element("bdi", {}, value));
    if (suggestion) {
      const button = element("button", { type: "button" }, `${didYouMean} ${suggestion.value}?`);
      button.addEventListener("click", () => {
        suggestion.apply();
        this.#input.focus();
      });
      children.push(button);
    }
    this.#noted.replaceChildren(...children);
  }

  /** Puts words into the visitor's mouth, for them to send or change. */
  compose(text: string): void {
    this.#input.value = text;
    this.#typed();
  }

  #send(): void {
    const text = this.#input.value.trim();
    if (text === "") return;
    this.#input.value = "";
    this.#port.send(text);
    this.#typed();
    this.#input.focus();
  }

  #typed(): void {
    const empty = this.#input.value.trim() === "";
    setAttribute(this.#sendButton, "aria-disabled", empty ? "true" : null);
    // What the visitor writes has a direction of its own; the placeholder has the language's.
    setAttribute(this.#input, "dir", empty ? null : "auto");
    this.#port.typing(this.#input.value);
  }

  #ask(show: boolean): void {
    this.#confirm.hidden = !show;
    if (show) this.#confirm.querySelector("button")?.focus();
    else this.#focusInside();
  }

  #focusInside(): void {
    if (!this.#composer.hidden) this.#input.focus();
    else this.#again.querySelector("button")?.focus();
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      if (this.#confirm.hidden) this.setOpen(false);
      else this.#ask(false);
    } else if (event.key === "Tab" && this.#narrow.matches) {
      this.#keepFocus(event);
    }
  }

  /** Over the whole page there is nothing behind the dialog to go to. */
  #keepFocus(event: KeyboardEvent): void {
    const stops = [...this.#panel.querySelectorAll<HTMLElement>("button, textarea, [tabindex='0']")].filter(
      (stop) => stop.getClientRects().length > 0,
    );
    const [first, last] = [stops[0], stops.at(-1)];
    const now = this.#root.activeElement;
    if (event.shiftKey && now === first) {
      event.preventDefault();
      last?.focus();
    } else if (!event.shiftKey && now === last) {
      event.preventDefault();
      first?.focus();
    }
  }

  #drawLauncher(unread: number): void {
    const { openChat, hideChat, unread: news } = this.#locale.strings;
    const name = this.#open ? hideChat : unread > 0 ? `${openChat}. ${news} ${unread}` : openChat;
    setAttribute(this.#launcher, "aria-label", name);
    setAttribute(this.#launcher, "aria-expanded", this.#open ? "true" : "false");
    this.#badge.textContent = unread > 99 ? "99+" : String(unread);
    this.#badge.hidden = unread === 0;
    this.#launcher.replaceChildren(icon(this.#open ? ICONS.down : ICONS.chat), this.#badge);
  }
}
